"""``atbat score``: why an at bat has its score, and what became of whom by the score they began with."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from tui.cli import with_settings
from tui.cli.opened import opened
from tui.cli.output import aligned, say
from tui.config import Settings

if TYPE_CHECKING:
    from store import Store
    from store.queries.score import Band, Begun, Calibrated
    from store.rules.scoring import Line

_DAY = click.DateTime(["%Y-%m-%d"])
_DAYS = 90  # looked back, unless --since says otherwise


@click.group()
def command() -> None:
    """Explain scores, and hold them against what happened."""


@command.command()
@click.argument("lead")
@with_settings
def explain(settings: Settings, lead: str) -> None:
    """Say line by line what gave LEAD (a number, a name or an e-mail) its score, with or without an at bat."""
    from store import Refusal
    from store.queries.score import score_card, score_card_of_person
    from tui import present
    from tui.cli.named import meant
    from tui.desk import system_clock

    store = opened(settings, read_only=True)
    try:
        now = system_clock()
        lead_id, contact_id = meant(store, lead)
        card = score_card(store, lead_id, now) if lead_id else score_card_of_person(store, contact_id, now)
        if card is None:
            raise Refusal(f"There is no at bat {lead}: `atbat export leads` lists them with their numbers.")
        who = card.name if card.company in ("", card.name) else f"{card.name}, {card.company}"
        say(f"{present.safe(who, 120)}: {card.score.words}")
        for what, value, lines in (
            ("fit", card.score.fit.total, card.score.fit.lines),
            ("intent", f"{card.score.intent.value:.0f}", card.score.intent.lines),
        ):
            say(f"{what} {value}")
            _say_lines(lines)
        say(f"{' + '.join(line.words for line in card.score.lines)} = {card.score.total}")
        rules = store.rules.score
        say(f"as of {present.day(card.at, store.zone, now)}; MQL is {rules.mql}, SQL {rules.sql}")
    finally:
        store.close()


def _say_lines(lines: Iterable[Line]) -> None:
    from tui import present

    said = [present.safe(line.words, 200) for line in lines]
    for words in said or ["no signal so far"]:
        say(f"  {words}")


@command.command()
@click.option("--since", type=_DAY, help=f"The first day at bats were opened on; {_DAYS} days ago where left out.")
@click.option("--until", type=_DAY, help="The last day; today where left out.")
@click.option("--by", type=click.Choice(["tens", "thresholds"]), default="tens", show_default=True)
@click.option("--list", "listed", type=click.IntRange(0, 100), help="List the at bats of the band with this score.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@with_settings
def calibrate(
    settings: Settings, since: datetime | None, until: datetime | None, by: str, listed: int | None, form: str
) -> None:
    """Show conversion by the score that at bats began with, to set mql and sql by what happened.

    Counted by at bat, by the day it was opened. The rate is of those that are over.
    """
    from store.queries import score
    from tui.desk import system_clock

    store = opened(settings, read_only=True)
    try:
        last = until.date() if until else store.calendar.day(system_clock())
        first = since.date() if since else last - timedelta(days=_DAYS)
        if first > last:
            raise click.UsageError("--since is after --until.")
        bands = score.tens() if by == "tens" else score.by_thresholds(store.rules.score)
        days = first.isoformat(), last.isoformat()
        if listed is not None:
            band = next(band for band in bands if band.low <= listed <= band.high)
            _print_begun(list(score.begun_in(store, *days, band)), form)
        else:
            _print_calibrated(store, score.calibration(store, *days, bands), form, first, last)
    finally:
        store.close()


_HEADINGS = ("score", "at bats", "open", "ended", "converted", "meetings", "rate")


def _print_calibrated(store: Store, found: Sequence[Calibrated], form: str, first: date, last: date) -> None:
    if form == "json":
        click.echo(json.dumps([_as_json(row) for row in found], indent=2))
        return
    rows = [_cells(row) for row in found]
    if form == "csv":
        _write_csv([_HEADINGS, *rows])
        return
    if not any(row.leads for row in found):
        say(f"no at bat was opened from {first} to {last}: name earlier days with --since")
        return
    for line in aligned([_HEADINGS, *rows]):
        say(line)
    rules = store.rules.score
    say(f"at bats opened from {first} to {last}; MQL is {rules.mql}, SQL {rules.sql}")


def _cells(row: Calibrated) -> tuple[str, ...]:
    rate = "–" if row.rate is None else f"{100 * row.rate:.1f} %"
    counts = (row.leads, row.open, row.ended, row.converted, row.meetings)
    return (_named(row.band), *map(str, counts), rate)


def _as_json(row: Calibrated) -> dict[str, Any]:
    counts = {"leads": row.leads, "open": row.open, "ended": row.ended, "converted": row.converted}
    return {"low": row.band.low, "high": row.band.high, **counts, "meetings": row.meetings, "rate": row.rate}


def _named(band: Band) -> str:
    return f"{band.low}-{band.high}"


_BEGUN = ("lead", "score", "opened", "stands", "outcome", "name", "company")


def _print_begun(found: Sequence[Begun], form: str) -> None:
    rows = [
        (
            str(row.id),
            str(row.score),
            row.opened_day,
            row.stage.label,
            row.outcome.label if row.outcome else "",
            row.name,
            row.company,
        )
        for row in found
    ]
    if form == "json":
        click.echo(json.dumps([dict(zip(_BEGUN, row, strict=True)) for row in rows], indent=2))
    elif form == "csv":
        _write_csv([_BEGUN, *rows])
    elif rows:
        from tui import present

        for line in aligned([_BEGUN, *(tuple(present.safe(cell, 60) for cell in row) for row in rows)]):
            say(line)
    else:
        say("no at bat began with such a score")


def _write_csv(rows: Iterable[Sequence[str]]) -> None:
    from store.intake.rejects import safe_cell

    csv.writer(sys.stdout, lineterminator="\n").writerows([safe_cell(cell) for cell in row] for row in rows)
