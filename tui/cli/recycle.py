"""``atbat recycle``: who may come back, and at bat n+1 for all who may come back now."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from tui.cli import with_settings
from tui.cli.opened import opened
from tui.cli.output import aligned, complain, say
from tui.cli.progress import progress
from tui.cli.who import actor_of
from tui.config import Settings

if TYPE_CHECKING:
    from store import Store
    from store.queries.recycling import Recyclable

_HEADINGS = ("may come back", "person", "company", "with what", "ended", "gets it", "at bats")
_NAMED = 3  # refused people said by name for each reason


@click.command()
@click.option("--due", is_flag=True, help="Bring back everybody who may come back now; else list them, and who is to.")
@click.option("--limit", type=click.IntRange(min=1), help="No more than so many, the newest first.")
@click.option("--dry-run", is_flag=True, help="With --due: list who would be brought back, and change nothing.")
@with_settings
def command(settings: Settings, due: bool, limit: int | None, dry_run: bool) -> None:
    """List who may come back, or bring back all who may now.

    Each gets a new at bat, given to whom the rules say; u in the program takes all of it back as one.
    """
    from store.queries.recycling import all_due, recycling
    from tui.desk import system_clock

    changes = due and not dry_run
    if dry_run and not due:
        raise click.UsageError("--dry-run is for --due: without it nothing is changed anyway.")
    store = opened(settings, read_only=not changes)
    try:
        now = system_clock()
        if changes:
            _bring_back(store, settings.person, now, limit)
        elif due:
            _list(store, all_due(store, now, limit), now)
        else:
            _list(store, list(recycling(store, now).rows)[:limit], now)
    finally:
        store.close()


def _bring_back(store: Store, person: str | None, now: int, limit: int | None) -> None:
    from store.operations.recycle_due import recycle_due
    from store.queries.recycling import all_due
    from tui import present

    actor, found = actor_of(store, person), all_due(store, now, limit)
    if not found:
        say("nobody may come back now")
        return
    names = {row.id: row.name for row in found}
    refused: dict[str, list[str]] = {}
    with progress("bringing back", len(found)) as tell:
        for lead_id, why in recycle_due(store, actor, now, found, tell):
            refused.setdefault(why, []).append(names.get(lead_id, ""))
    left = sum(map(len, refused.values()))
    say(f"{len(found) - left:,} of {len(found):,} brought back")
    for why, whom in refused.items():
        named = ", ".join(present.safe(name, 60) for name in whom[:_NAMED]) + (" …" if len(whom) > _NAMED else "")
        complain(f"{len(whom):,} not: {why} ({named})")


def _list(store: Store, rows: list[Recyclable], now: int) -> None:
    if not rows:
        say("nobody may come back now")
        return
    for line in aligned([_HEADINGS, *(_cells(store, row, now) for row in rows)]):
        say(line)
    tracks = Counter(store.rules.tracks.get(row.track, row.track) for row in rows)
    ready = sum(row.back.at <= now for row in rows)
    say(f"{ready:,} now, {len(rows) - ready:,} to come")
    for words, count in tracks.most_common():
        say(f"{count:>7,}  {words}")


def _cells(store: Store, row: Recyclable, now: int) -> tuple[str, ...]:
    from store.rules.recycling import By, Who
    from tui import present

    rules = store.rules
    known = rules.reasons.get(row.reason)
    when = present.day(row.back.at, store.zone, now) if row.back.at > now else "now"
    by = "" if row.back.by is By.DATE else f", {row.back.kind.replace('_', ' ') or 'reachable again'}"
    gets = {Who.SAME: row.rep, Who.OTHER: f"not {row.rep}", Who.OWNER: row.owner, Who.ANYONE: "anyone"}[row.who]
    track = rules.tracks.get(row.track, row.track).partition(":")[0]
    with_what = f"{track}: left for {row.competitor}" if row.competitor else track
    ended = known.label if known is not None else row.reason
    cells = (f"{when}{by}", row.name, row.company, with_what, ended, gets, str(row.number))
    return tuple(present.safe(cell, 50) for cell in cells)
