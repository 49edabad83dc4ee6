"""``atbat restore``: put a backup in the place of the database, or list the backups there are."""

from __future__ import annotations

import time
from pathlib import Path

import click

from tui.cli import with_settings
from tui.cli.output import say
from tui.config import Settings


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@with_settings
def command(settings: Settings, file: Path | None) -> int:
    """Put the backup FILE in the place of the database; without FILE, list the automatic backups.

    The backup is checked before anything is replaced, and the database that was there is kept beside it. Close the
    app everywhere first.
    """
    from store.backup import restore
    from store.errors import StoreError

    if settings.database_is_url:
        raise StoreError("A server's database is restored with the server's own tools, such as pg_restore.")
    if file is None:
        return _list(settings.database)
    kept = restore(settings.database, file, time.time_ns() // 1000)
    say(f"{settings.database} is restored from {file}")
    if kept is not None:
        say(f"what was there is kept as {kept}")
    return 0


def _list(database: str) -> int:
    from store.backup import backup_folder, backups_of

    found = backups_of(database)
    for one in found:
        made = time.strftime("%a %d %b %Y %H:%M", time.localtime(one.at / 1_000_000))
        why = {"": "", "asked": ", asked for"}.get(one.why, f", before {one.why}")
        say(f"{one.path}  {made}, {one.path.stat().st_size / 1_000_000:.1f} MB{why}")
    if not found:
        say(f"no backups in {backup_folder(database)}; name a file: atbat restore FILE")
    return 0 if found else 1
