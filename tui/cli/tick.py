"""``atbat tick``: let the rules do what has come due, from cron where no app is open."""

from __future__ import annotations

import time

import click

from tui.cli import with_settings
from tui.cli.opened import opened
from tui.cli.output import say
from tui.cli.progress import progress
from tui.config import Settings


@click.command()
@with_settings
def command(settings: Settings) -> None:
    """Apply the team's rules up to now: clocks that ran out, windows that ended, what grew stale, scores, alerts.

    The app does this at its start and every minute. Doing it twice, or at two places at once, does nothing more; after
    a week without it everything is dated when it was due. Ended halfway it is gone on with the next time.
    """
    from store.operations.tick import tick, waiting

    store = opened(settings)
    try:
        now = time.time_ns() // 1000
        with progress("applying the rules", waiting(store, now)) as tell:

            def looked_at(done: int) -> bool:
                tell(done)
                return True

            done = tick(store, now, go_on=looked_at)
    finally:
        store.close()
    if not done:
        say("The rules are up to date: nothing had come due for them.")
    else:
        say(f"The rules were applied to {done:,} {'row' if done == 1 else 'rows'}.")
