"""Attempts: how many it takes to convert, which call reaches people, and whether those who come back convert.

By at bats opened in the period; dials and conversations are the touches on these. See docs/model.md, "Attempts".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, chain

from store.actor import SYSTEM_USER_ID
from store.database import Store
from store.instants import Instant
from store.reports.asked import Asked
from store.reports.base import Base, at_bats
from store.reports.breakdown import NOBODY, Dimension, Measure, breakdowns, users
from store.reports.columns import columns
from store.reports.figures import Cell, Chart, Column, Counted, Key, Line, Records, Table, Unit
from store.reports.registry import Made
from store.rules.statistics import compare
from store.vocabulary import Disposition, Outcome

MOST_ATTEMPTS, MOST_AT_BATS = 12, 4
_SIXTH = 6  # the call that the benchmark speaks of
_CHANCE = 0.05

_CONNECTED = "l.connected_at IS NOT NULL"
_CONVERTED = f"l.outcome IN ('{Outcome.CONVERTED.value}', '{Outcome.MEETING_BOOKED.value}')"
_MEASURES = (
    Measure("created", "at bats", note="opened in the period"),
    Measure("open", "still open", "l.open = 1", note="they may take more attempts yet"),
    Measure("connected", "connected", _CONNECTED, of="1", note="reached at some time, of all"),
    Measure("converted", "converted", _CONVERTED, note="an opportunity or a meeting"),
    Measure("converted_share", "converted of ended", _CONVERTED, of="l.open = 0"),
)
_NOTE = "At bats opened in the period; merged and imported ones are left out."

_ATTEMPTS = Dimension(
    "attempts",
    f"min(l.attempts, {MOST_ATTEMPTS})",
    lambda store: {0: "none", MOST_ATTEMPTS: f"{MOST_ATTEMPTS} or more"},
)
_NUMBER = Dimension(
    "at bat",
    f"min(l.number, {MOST_AT_BATS})",
    lambda store: {1: "1st", 2: "2nd", 3: "3rd", MOST_AT_BATS: f"{MOST_AT_BATS}th and later"},
)
_DIALLED = "{0}.channel = 'call' AND {0}.direction = 'out' AND {0}.attempt = 1 AND {0}.void = 0"
# Calls up to the first conversation of any kind; all of them where none is recorded.
_CALLS = f"""min({MOST_ATTEMPTS}, (SELECT count(*) FROM touch t WHERE t.lead_id = l.id AND {_DIALLED.format("t")}
    AND t.at <= coalesce((SELECT min(c.at) FROM touch c WHERE c.lead_id = l.id AND c.connect = 1 AND c.void = 0), t.at)
    ))"""
_MET = f"t.disposition = '{Disposition.MEETING_BOOKED.value}'"
_BACK = "l.number > 1 AND l.contact_id IS NOT NULL"


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """By number of attempts, by the call that reached them, per dial, by at-bat number, and who came back."""
    base = at_bats(store, wanted)
    by_attempts, by_number = (
        _table(by, lines, total)
        for by, (lines, total) in zip(
            (_ATTEMPTS, _NUMBER), breakdowns(store, base, (_ATTEMPTS, _NUMBER), _MEASURES), strict=True
        )
    )
    reached = _reached(store, base)
    dials = _dials(store, wanted)
    back = _came_back(store, base)
    sentences = (*_once_or_more(store, by_attempts), *_back_again(back), *_by_the_sixth(reached))
    return sentences, (by_attempts, back, reached, dials, by_number)


def held(store: Store, wanted: Asked, now: Instant) -> tuple[Table, ...]:
    """The tables with figures that are held against a benchmark."""
    return _reached(store, at_bats(store, wanted)), _dials(store, wanted)


def _table(by: Dimension, lines: Iterable[Line], total: Line) -> Table:
    return Table(
        name=f"by_{by.head.replace(' ', '_')}",
        title="By number of attempts" if by is _ATTEMPTS else "By which at bat of theirs it is",
        head=by.head,
        columns=tuple(measure.column for measure in _MEASURES),
        lines=_in_order(lines),
        total=total,
        chart=Chart.BARS,
        charted=("converted_share",),
        note=_NOTE,
    )


def _in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: int(line.key or 0)))


def _reached(store: Store, base: Base) -> Table:
    """How many of those that converted had been reached by the nth call."""
    converted = replace(base, sql=f"{base.sql} AND {_CONVERTED}")
    counts = Counter(calls for (calls,) in store.rows(f"SELECT {_CALLS} FROM {converted.sql}", dict(base.values)))
    of = counts.total()
    calls = range(MOST_ATTEMPTS + 1) if of else ()
    lines = []
    for call, part in zip(calls, accumulate(counts[each] for each in calls), strict=True):
        exactly = Cell(counts[call], counted=converted.counted(f"{_CALLS} = {call}"))
        benchmark = store.rules.benchmarks.get("six_calls") if call == _SIXTH else None
        by_then = Cell.share(part, of, converted.counted(f"{_CALLS} <= {call}"), benchmark)
        lines.append(Line(call, _nth(call), (exactly, by_then)))
    heads = (
        Column("reached", "converted", note="first spoken to on this call, or in another way before the next"),
        Column("by_then", "reached by then", Unit.SHARE, "of all that converted"),
    )
    note = f"{_NOTE} Calls are those we made; e-mails and the like are not counted here."
    title = "Which call reached those that converted"
    return Table("reached", title, "call", heads, tuple(lines), chart=Chart.LINE, charted=("by_then",), note=note)


def _nth(call: int) -> str:
    if call == 0:
        return "without a call"
    return f"{call}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(call, 'th') }" + (" or later" if call == MOST_ATTEMPTS else "")


def _dials(store: Store, wanted: Asked) -> Table:
    """What dials come to, by who dialled."""
    dialled = f"CROSS JOIN touch t INDEXED BY touch_dialled ON t.lead_id = l.id AND {_DIALLED.format('t')}"
    base = at_bats(store, wanted, joins=dialled)
    counted = at_bats(store, wanted, joins="CROSS JOIN dial_count d ON d.lead_id = l.id AND d.dials > 0")
    found: Counter[tuple[int, ...]] = Counter()
    for day in columns(store, counted, "d.user_id", "d.dials", "d.connects", "d.meetings"):
        found.update(zip(*day, strict=True))
    counts: dict[Key, Counter[str]] = defaultdict(Counter)
    for (user, dials, connects, meetings), many in found.items():
        counts[user].update(dials=many * dials, connects=many * connects, meetings=many * meetings)
    names = {**users(store), SYSTEM_USER_ID: "by rule"}
    lines = [
        Line(user, names.get(int(user or 0), NOBODY), _dial_cells(store, base, found, user))
        for user, found in counts.items()
    ]
    lines.sort(key=lambda line: line.label.casefold())
    total = Line(None, "all", _dial_cells(store, base, sum(counts.values(), Counter())))
    heads = (
        Column("dials", "dials", note="calls we made"),
        Column("connects", "conversations", note="dials on which we spoke to them"),
        Column("connect_rate", "per dial", Unit.SHARE, "conversations, of dials"),
        Column("meetings", "meetings booked", note="on the call"),
        Column("meeting_rate", "per conversation", Unit.SHARE, "meetings booked, of conversations"),
    )
    note = "Dials on the at bats opened in the period, whenever they were made, by who dialled."
    return Table("dials", "Dials and conversations", "rep", heads, tuple(lines), total, note=note)


def _dial_cells(store: Store, base: Base, found: Counter[str], user: Key = None) -> tuple[Cell, ...]:
    def counted(where: str) -> Counted:
        of_line = " AND t.user_id = :user" if user is not None else ""
        values = {**base.values, **({"user": user} if user is not None else {})}
        sql = f"SELECT t.id FROM {base.sql} AND ({where}){of_line} ORDER BY t.at DESC, t.id DESC"
        return Counted(Records.TOUCH, sql, tuple(values.items()))

    benchmarks = store.rules.benchmarks
    dials, connects, meetings = found["dials"], found["connects"], found["meetings"]
    connected, met = counted("t.connect = 1"), counted(f"t.connect = 1 AND {_MET}")
    return (
        Cell(dials, counted=counted("1")),
        Cell(connects, counted=connected),
        Cell.share(connects, dials, connected, benchmarks.get("connect_rate")),
        Cell(meetings, counted=met),
        Cell.share(meetings, connects, met, benchmarks.get("meetings_per_conversation")),
    )


def _came_back(store: Store, base: Base) -> Table:
    """People with a later at bat opened in the period, and how many of them converted on it."""
    back = replace(base, sql=f"{base.sql} AND {_BACK}")
    numbers = range(2, MOST_AT_BATS + 1)
    conditions = ("1", _CONNECTED, _CONVERTED)
    people: dict[int, tuple[set[int], ...]] = {number: tuple(set() for _ in conditions) for number in numbers}
    ids = (
        f"(l.contact_id) FILTER (WHERE {_NUMBER.key} = {number} AND {where})"
        for number in numbers
        for where in conditions
    )
    for day in columns(store, back, *ids):
        for some, more in zip(chain.from_iterable(people.values()), day, strict=True):
            some.update(more)
    names = _NUMBER.labels(store)
    lines = [
        Line(number, _NUMBER.label(names, number), _contact_cells(back, found, number))
        for number, found in people.items()
        if found[0]
    ]
    heads = (
        Column("contacts", "people", note="each once"),
        Column("connected", "reached again", Unit.SHARE, "of these people"),
        Column("converted", "converted", note="came back and converted"),
        Column("converted_share", "of them converted", Unit.SHARE, "of these people"),
    )
    total = Line(
        None, "all", _contact_cells(back, [set[int]().union(*each) for each in zip(*people.values(), strict=True)])
    )
    note = (
        "People with a second or later at bat opened in the period, whatever became of the one before. Who came"
        " back more than once stands in a line for each, and once in all."
    )
    return Table("came_back", "People who came back", "at bat", heads, _in_order(lines), total, note=note)


def _contact_cells(back: Base, people: Sequence[set[int]], number: Key = None) -> tuple[Cell, ...]:
    """Of people who came, were reached, and converted."""
    came, reached, won = people

    def counted(where: str) -> Counted:
        of_line = f" AND {_NUMBER.key} = {number}" if number is not None else ""
        sql = (
            f"SELECT l.contact_id FROM {back.sql} AND ({where}){of_line}"
            " GROUP BY l.contact_id ORDER BY max(l.opened_at) DESC, l.contact_id DESC"
        )
        return Counted(Records.CONTACT, sql, tuple(back.values.items()))

    return (
        Cell(len(came), counted=counted("1")),
        Cell.share(len(reached), len(came), counted(_CONNECTED)),
        Cell(len(won), counted=counted(_CONVERTED)),
        Cell.share(len(won), len(came), counted(_CONVERTED)),
    )


def _once_or_more(store: Store, by_attempts: Table) -> Iterable[str]:
    """One attempt against several, and whether that is more than chance."""
    once, several = (0, 0), (0, 0)
    column = by_attempts.column("converted_share")
    for line in by_attempts.lines:
        part, of = line.cells[column].part or 0, line.cells[column].of or 0
        if line.key == 1:
            once = part, of
        elif line.key:
            several = several[0] + part, several[1] + of
    if not once[1] and not several[1]:
        return
    sides = " against ".join(
        f"{part / of * 100:.0f} % of {of:,} after {after}" if of else f"nothing after {after}"
        for (part, of), after in ((once, "one attempt"), (several, "several"))
    )
    found = compare(*once, *several)
    least = store.rules.alerts.from_records
    if found is None or min(once[1], several[1]) < least:
        verdict = f"too few to compare ({least} on either side)"
    else:
        verdict = "more than chance" if found.p < _CHANCE else "which may be chance"
    yield f"Converted of those that ended: {sides}, {verdict}."


def _back_again(back: Table) -> Iterable[str]:
    if back.total is not None and back.total.cells[0].value:
        share = back.total.cells[-1]
        percent = f"{float(share.value or 0) * 100:.0f} %"
        yield f"People who came back: {share.of:,}, of whom {share.part:,} converted ({percent})."


def _by_the_sixth(reached: Table) -> Iterable[str]:
    for line in reached.lines:
        share = line.cells[1]
        if line.key == _SIXTH and share.value is not None:
            beside = f" against {share.benchmark.low:g} %" if share.benchmark and share.benchmark.low else ""
            yield f"Reached by the 6th call: {float(share.value) * 100:.0f} % of {share.of:,} that converted{beside}."
