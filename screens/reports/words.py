"""What a figure of a report says beside itself: how sure it is, how it changed, and what it is held against."""

from __future__ import annotations

from textual.content import Content

from store.reports import against
from store.reports.figures import Cell, Column, Line, Records
from tui import figures, present
from tui.theme import Urgency

BULLET = "•"
FEW = 100
"""Shares of fewer cases than this show where they may truly lie."""
_LEAST_NAME, _ROOMY = 12, 100
UP, DOWN, SAME = "▲", "▼", "="
_NAMES = {
    Records.LEAD: ("at bat", "at bats"),
    Records.OPPORTUNITY: ("opportunity", "opportunities"),
    Records.CONTACT: ("person", "people"),
    Records.ACCOUNT: ("company", "companies"),
    Records.TOUCH: ("touch", "touches"),
    Records.MEETING: ("meeting", "meetings"),
    Records.CALLBACK: ("callback", "callbacks"),
    Records.SIGNAL: ("signal", "signals"),
    Records.CLOCK: ("clock", "clocks"),
    Records.STATUS_CHANGE: ("change of status", "changes of status"),
    Records.USER: ("user", "users"),
}


def counted(kind: Records, how_many: int) -> str:
    """``12 at bats``."""
    return present.count(how_many, *_NAMES[kind])


def many(kind: Records) -> str:
    """``at bats``."""
    return _NAMES[kind][1]


def figure(cell: Cell, currency: str) -> str:
    """The figure alone."""
    return figures.figure(cell, currency)


def few(cell: Cell) -> str:
    """Where a share of few cases may lie; nothing where there are enough."""
    found = cell.interval
    return f"({found.low * 100:.0f}–{found.high * 100:.0f})" if found is not None and (cell.of or 0) < FEW else ""


def change(cell: Cell, currency: str) -> str:
    """``▲ 12``: how it differs from the period before; nothing where it is not compared."""
    said = figures.change(cell, currency).removesuffix(" points").removesuffix(" point")
    if not said:
        return ""
    if said.startswith("±"):
        return SAME
    return f"{UP if said.startswith('+') else DOWN}{said[1:]}"


def sure(cell: Cell) -> str:
    """Why no interval stands beside a share of many cases."""
    many = cell.interval is not None and (cell.of or 0) >= FEW
    return f"its interval stands only here, from {FEW} up" if many else ""


def too_few(cell: Cell, enough: int) -> bool:
    """Whether it is a share of fewer cases than one may be judged by."""
    return cell.of is not None and cell.of < enough


def sign(cell: Cell, enough: int = 0) -> Urgency:
    """Whether a figure keeps to its benchmark; a share is judged from ``enough`` cases up."""
    off = against.off(cell)
    return Urgency.CALM if off is None or too_few(cell, enough) else Urgency.LATE if off > 0 else Urgency.DONE


def about(line: Line, column: Column, cell: Cell, currency: str, width: int) -> Content:
    """``qualified of connected · Webinar: 12 % (8–17 % at 95 %), 4 of 31 · −3 points against 15 % before``.

    What the line is called gives way where ``width`` cells are not enough: it can be read where the cursor is.
    """
    parts: list[present.Part] = [": ", (figure(cell, currency), "bold $foreground")]
    if (interval := figures.interval(cell.interval)) and cell.part is not None and cell.of is not None:
        sure = " at 95 %" if width >= _ROOMY else ""
        parts.append(f" ({interval}{sure}), {cell.part:,} of {cell.of:,}")
    if said := figures.change(cell, currency):
        before = figures.written(cell.before, cell.unit, currency)
        parts.append((f" · {said} against {before} before", "$accent"))
    after = present.joined(*parts)
    named = present.joined((present.safe(column.title, 60), "bold"), f" · {present.safe(line.label, 80)}")
    room = max(width - after.cell_length, _LEAST_NAME)
    return Content.assemble(named.truncate(room, ellipsis=True) if named.cell_length > room else named, after)


def held_against(cell: Cell, enough: int = 0) -> present.Part:
    """The benchmark with its source, year, grade and denominator."""
    line = cell.benchmark
    if line is None:
        return ""
    standing = sign(cell, enough)
    if too_few(cell, enough):
        return (f"of fewer than {enough}: not judged; benchmark: {figures.benchmark(line)}", standing.style)
    said = {Urgency.LATE: "! off its benchmark: ", Urgency.DONE: "✓ keeps to its benchmark: "}
    return (f"{said.get(standing, 'benchmark: ')}{figures.benchmark(line)}", standing.style)
