"""``atbat demo``: the program on example data, nothing to configure."""

from __future__ import annotations

import time
from dataclasses import replace

import click

from tui.cli import output, with_settings
from tui.config import Settings

NAME = "demo.db"


@click.command()
@click.option("--keep", is_flag=True, help="Go on with the copy of last time, where there is one.")
@click.option("--no-open", is_flag=True, help="Only make the copy, and say where it is.")
@click.pass_context
@with_settings
def command(settings: Settings, context: click.Context, keep: bool, no_open: bool) -> int | None:
    """Open the program on its example data, moved in time so that it is alive today.

    The copy is its own file beside your database; nothing of yours is touched.
    """
    from store.demo.example import copy_example
    from store.demo.seed import REP

    if context.find_root().params["database"] is not None:
        raise click.UsageError("The demo makes a file of its own: leave --db out, or open yours by `atbat --db FILE`.")
    if not no_open and not output.on_a_terminal():
        return 2
    target = settings.places.database_file.with_name(NAME)
    if not (keep and target.exists()):
        copy_example(target, time.time_ns() // 1000)
    if no_open:
        output.say(f'{target} is ready: atbat --db {target} --as "{REP}"')
        return None
    from tui.app import run

    person = context.find_root().params["person"] or REP
    return run(replace(settings, database=str(target), person=person))
