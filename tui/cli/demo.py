"""``atbat demo``: the program on example data, nothing to configure."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import click

from tui.cli import output, with_settings
from tui.config import Settings

NAME = "demo.db"


@click.command()
@click.option("--new", is_flag=True, help="Make the copy anew: what was done in today's is gone.")
@click.option("--keep", is_flag=True, help="Go on with the copy of last time, of whatever day.")
@click.option("--no-open", is_flag=True, help="Only make the copy, and say where it is.")
@click.pass_context
@with_settings
def command(settings: Settings, context: click.Context, new: bool, keep: bool, no_open: bool) -> int | None:
    """Open the program on its example data, moved in time so that it is alive today.

    The copy is its own file beside your database; nothing of yours is touched. One of today is gone on with, so that
    you may act as several people in turn (`atbat --as "Ines R." demo`); on another day it is made anew.
    """
    from store.demo.example import copy_example
    from store.demo.seed import REP

    if new and keep:
        raise click.UsageError("Say --new or --keep, not both.")
    if context.find_root().params["database"] is not None:
        raise click.UsageError("The demo makes a file of its own: leave --db out, or open yours by `atbat --db FILE`.")
    if not no_open and not output.on_a_terminal():
        return 2
    target, now = settings.places.database_file.with_name(NAME), time.time_ns() // 1000
    made, replaced = None if new else _gone_on_with(target, now, keep=keep), target.exists()
    if made is None:
        copy_example(target, now)
        made = "made just now; what was done in the one before is gone" if replaced else "made just now"
    if no_open:
        output.say(f'{target} is ready ({made}): atbat --db {target} --as "{REP}"')
        return None
    from tui.start import run

    person = context.find_root().params["person"] or REP
    return run(replace(settings, database=str(target), person=person), first_words=f"The demo: {made}.")


def _gone_on_with(target: Path, now: int, *, keep: bool) -> str | None:
    """What the copy there is, in words; None where another has to be made."""
    from store.demo.example import copied_at
    from store.instants import moment

    found = copied_at(target)
    if found is None:
        return None
    at, zone = found
    made, today = moment(at, zone), moment(now, zone).date()
    if made.date() != today and not keep:
        return None
    day = "today" if made.date() == today else f"on {made.date().isoformat()}"
    return f"the copy made {day} at {made:%H:%M} goes on; `atbat demo --new` makes another"
