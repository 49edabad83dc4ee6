"""``atbat backup``: a whole, checked copy of the database, taken while people work."""

from __future__ import annotations

import time
from pathlib import Path

import click

from tui.cli import with_settings
from tui.cli.output import say
from tui.cli.progress import progress
from tui.config import Settings


@click.command()
@click.argument("target", required=False, type=click.Path(path_type=Path))
@with_settings
def command(settings: Settings, target: Path | None) -> None:
    """Copy the database to TARGET, a new file or a folder; without one, to the folder of automatic backups.

    May run while people work: the copy is what was saved at one moment. It is checked before it gets its name, and
    only you can read it. The app makes a backup by itself every half hour in which something changed.
    """
    from store.backup import automatic, backup
    from store.errors import StoreError

    if settings.database_is_url:
        raise StoreError("A server's database is backed up with the server's own tools, such as pg_dump.")
    made: Path | None
    with progress("copying", 100) as tell:

        def copied(share: float) -> None:
            tell(round(share * 100))

        if target is not None:
            made = backup(settings.database, target, copied)
        else:
            made = automatic(settings.database, time.time_ns() // 1000, "asked", copied)
    say(str(made))
