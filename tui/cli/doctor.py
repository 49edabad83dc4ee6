"""``atbat doctor``: prove that nothing in the database is wrong, or name each row that is."""

from __future__ import annotations

import os
import sys

import click

from tui.cli import with_settings
from tui.cli.opened import opened
from tui.cli.output import printable, say
from tui.config import Settings

BIG = 64_000_000  # bytes from which on a check takes long enough to say how far it is


@click.command()
@with_settings
def command(settings: Settings) -> int:
    """Prove that everything the database must hold does hold.

    Writes nothing and may run while people work. Prints one line for each row that breaks a fact; exits with 0 only
    when there is none.
    """
    from store.doctor import check, notes

    store = opened(settings, read_only=True, whatever_the_rules=True)
    try:
        for note in notes(store):
            say(note)
        progress = _show_progress if os.path.getsize(store.path) > BIG else None
        found = 0
        for finding in check(store, progress):
            found += 1
            say(f"{finding.entity} {finding.entity_id or '-'}: {finding.sentence} [{finding.fact}]")
    finally:
        store.close()
    say("nothing is wrong" if not found else f"{found} wrong")
    return 1 if found else 0


def _show_progress(what: str, share: float) -> None:
    """On a terminal one line that changes, so that findings stay readable; elsewhere nothing."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K" if share >= 1 else f"\r\x1b[K{share:4.0%} {printable(what)}\r")
        sys.stderr.flush()
