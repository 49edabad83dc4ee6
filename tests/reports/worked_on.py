"""Random work on the random at bats of ``made_up``: touches, outcomes and clocks; and tables held to ids by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from store.database import Store
from store.instants import DAY, HOUR, MINUTE
from store.reports.figures import Table
from store.vocabulary import ClockKind, Outcome
from tests.reports.made_up import NOW

Expected = Mapping[tuple[Any, str], tuple[Any, Iterable[int]]]
"""Of a line's key and a column's name: the figure, and the ids of the records in order."""

_CALLS = ("no_answer", "conversation", "meeting_booked", "voicemail_left", "not_interested")


def work_on(store: Store, seed: int) -> None:
    """Give every at bat there is a past: who it is about, touches, how it ended, and clocks."""
    random = Random(seed)
    for lead, opened in store.rows("SELECT id, opened_at FROM lead ORDER BY id"):
        touches = [_touch(store, random, lead, opened) for _ in range(random.choice((0, 0, 1, 2, 4)))]
        first = random.choice((min(touches, default=None), opened - HOUR, opened, opened + random.randrange(2 * DAY)))
        if not touches and random.random() < 0.5:
            first = None
        store.connection.execute(
            "UPDATE lead SET first_touch_at = ?, attempts = ?, contact_id = ?, outcome = ?, number = ? WHERE id = ?",
            (
                first,
                random.choice((0, 1, 2, 3, 11, 12, 13, 40)),
                random.choice((None, 1, 2, 3)),
                random.choice((None, Outcome.CONVERTED, Outcome.MEETING_BOOKED, Outcome.NO_RESPONSE)),
                random.randrange(1, 7),
                lead,
            ),
        )
        for _ in range(random.randrange(3)):
            _clock(store, random, lead, opened)


def _touch(store: Store, random: Random, lead: int, opened: int) -> int:
    at = opened + random.choice((0, 5 * MINUTE, HOUR, DAY, random.randrange(HOUR), random.randrange(9 * DAY)))
    by_day = random.random() < 0.3
    if by_day:
        at = at // (15 * MINUTE) * 15 * MINUTE
    store.connection.execute(
        "INSERT INTO touch (lead_id, user_id, at, day, logged_at, channel, direction, with_whom, disposition, attempt,"
        ' "connect", automated, date_only, imported, note, void, written_id)'
        " VALUES (?, ?, ?, '', ?, ?, ?, 'contact', ?, ?, ?, 0, ?, 0, '', ?, 1)",
        (
            *(lead, random.choice((2, 3)), at, at, random.choice(("call", "call", "email"))),
            *(random.choice(("out", "out", "in")), random.choice(_CALLS), int(random.random() < 0.8)),
            *(int(random.random() < 0.3), int(by_day), int(random.random() < 0.1)),
        ),
    )
    return at


def _clock(store: Store, random: Random, lead: int, opened: int) -> None:
    due = opened + random.choice((HOUR, 2 * DAY, random.randrange(30 * DAY)))
    touched = store.value("SELECT max(at) FROM touch WHERE lead_id = ?", (lead,))
    ended = random.choice((None, due, due - 1, due + DAY, touched, NOW))
    met = random.choice((None, 0 if ended is None else int(ended <= due)))
    store.connection.execute(
        "INSERT INTO clock (lead_id, kind, started_at, due_at, ended_at, met, owner_id, rules, void, written_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, 1)",
        (
            *(lead, random.choice(list(ClockKind)), opened, due, ended, met),
            *(random.choice((None, 2, 3)), int(random.random() < 0.1)),
        ),
    )


def same(store: Store, table: Table, expected: Expected) -> None:
    """Every cell of the table has this figure and opens exactly these records, in this order."""
    lines = [*table.lines, *([table.total] if table.total else [])]
    found = {
        (line.key, column.name): cell for line in lines for column, cell in zip(table.columns, line.cells, strict=True)
    }
    assert found.keys() == expected.keys(), table.name
    for place, (value, ids) in expected.items():
        cell = found[place]
        assert cell.value == value, (table.name, place)
        assert cell.counted is not None, (table.name, place)
        assert list(cell.counted.ids(store)) == list(ids), (table.name, place)
