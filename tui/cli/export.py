"""``atbat export``: people, at bats or touches as CSV, to take elsewhere or to read in again."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import click

from tui.cli import with_settings
from tui.config import Settings

WHAT = ("contacts", "leads", "touches")


@click.command()
@click.argument("what", type=click.Choice(WHAT))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write; else standard output.")
@click.option("--force", is_flag=True, help="Write over the file where it exists.")
@with_settings
def command(settings: Settings, what: str, output: Path | None, force: bool) -> None:
    """Write contacts, leads or touches as CSV, one moment of the database whatever others do meanwhile.

    No cell of it is run by a spreadsheet. `atbat import` reads contacts back as the same people.
    """
    from store import open_store
    from store.queries.export import EXPORTS

    if output is not None and output.exists() and not force:
        raise click.ClickException(f"{output} exists: name another file, or write over it with --force.")
    store = open_store(settings.database, rules=settings.places.team_rules, read_only=True)
    try:
        store.connection.execute("BEGIN")
        rows = EXPORTS[what](store)
        if output is None:
            _write(sys.stdout, rows)
        else:
            _write_file(output, rows)
    finally:
        store.close()


def _write(file: TextIO, rows: Iterable[tuple[str, ...]]) -> None:
    from store.intake.rejects import safe_cell

    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)


def _write_file(target: Path, rows: Iterable[tuple[str, ...]]) -> None:
    """Write beside ``target`` and put it in its place when whole: a failure leaves what was there before."""
    if not target.parent.is_dir():
        raise click.ClickException(f"{target.parent} is no folder: {target.name} cannot be written there.")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            _write(file, rows)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
