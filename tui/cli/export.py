"""``atbat export``: people, at bats or touches as CSV, to take elsewhere or to read in again; a calendar as .ics."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tui.cli import with_settings
from tui.cli.opened import opened
from tui.config import Settings

if TYPE_CHECKING:
    from store import Store

WHAT = ("contacts", "leads", "touches", "calendar")


@click.command()
@click.argument("what", type=click.Choice(WHAT))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write; else standard output.")
@click.option("--force", is_flag=True, help="Write over the file where it exists.")
@with_settings
def command(settings: Settings, what: str, output: Path | None, force: bool) -> None:
    """Write contacts, leads or touches as CSV, one moment of the database whatever others do meanwhile.

    No cell of it is run by a spreadsheet. `atbat import` reads contacts back as the same people. The calendar is an
    .ics file of your open callbacks and the meetings to come that you booked or host.
    """
    from store.queries.export import EXPORTS

    if output is not None and output.exists() and not force:
        raise click.ClickException(f"{output} exists: name another file, or write over it with --force.")
    store = opened(settings, read_only=True, whatever_the_rules=True)
    try:
        store.connection.execute("BEGIN")
        if what == "calendar":
            fill, encoding = partial(_write_text, text=_calendar(store, settings)), "utf-8"
        else:
            fill, encoding = partial(_write, rows=EXPORTS[what](store)), "utf-8-sig"
        if output is None:
            fill(sys.stdout)
        else:
            write_file(output, fill, encoding)
    finally:
        store.close()


def _calendar(store: Store, settings: Settings) -> str:
    """The .ics file of the person that the settings name; raises ClickException where they name nobody here."""
    from store.queries.calendar_file import of_user
    from store.queries.users import users
    from store.rules.calendar_file import calendar_file
    from tui.desk import system_clock

    name = (settings.person or "").casefold()
    person = next((user for user in users(store) if user.name.casefold() == name), None)
    if person is None:
        who = f"nobody here is called {settings.person}" if settings.person else "whose calendar?"
        raise click.ClickException(f"{who}: atbat --as NAME export calendar")
    return calendar_file(of_user(store, person.id, system_clock())).decode()


def _write_text(file: TextIO, text: str) -> None:
    file.write(text)


def _write(file: TextIO, rows: Iterable[tuple[str, ...]]) -> None:
    from store.intake.rejects import safe_cell

    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)


def write_file(target: Path, fill: Callable[[TextIO], None], encoding: str) -> None:
    """Write beside ``target`` and put it in its place when whole: a failure leaves what was there before."""
    if not target.parent.is_dir():
        raise click.ClickException(f"{target.parent} is no folder: {target.name} cannot be written there.")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding=encoding, newline="") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
