"""How a figure of a report is written, on the screen, on the command line and on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.instants import DAY, HOUR, MINUTE
from store.reports.figures import Cell, Unit
from store.reports.wording import points, probability
from store.ruleset import Benchmark
from tui.present import money, number, percent, safe

if TYPE_CHECKING:
    from store.rules.statistics import Interval

NOTHING = "–"


def figure(cell: Cell, currency: str) -> str:
    """A cell's figure: ``1,204``, ``43 %``, ``3 d 4 h``, ``$12,500``, a dash where there is none."""
    return written(cell.value, cell.unit, currency)


def written(value: float | str | None, unit: Unit, currency: str) -> str:
    """A value in its unit."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return safe(value)
    match unit:
        case Unit.SHARE:
            return percent(value)
        case Unit.SPAN | Unit.WORK:
            return length(int(value))
        case Unit.MONEY:
            return money(round(value), currency)
        case Unit.NUMBER:
            return f"{value:,.1f}"
        case Unit.POINTS:
            return points(value)
        case Unit.PROBABILITY:
            return probability(value)
    return number(round(value))


def length(microseconds: int) -> str:
    """A length of time in its two largest units: ``42 s``, ``12 min``, ``3 h 20 min``, ``4 d 6 h``."""
    sign, microseconds = ("-" if microseconds < 0 else ""), abs(microseconds)
    if microseconds < MINUTE:
        return f"{sign}{microseconds // (MINUTE // 60)} s"
    if microseconds < HOUR:
        return f"{sign}{microseconds // MINUTE} min"
    large, small, of = (HOUR, MINUTE, ("h", "min")) if microseconds < DAY else (DAY, HOUR, ("d", "h"))
    rest = microseconds % large // small
    return f"{sign}{microseconds // large} {of[0]}" + (f" {rest} {of[1]}" if rest else "")


def interval(found: Interval | None) -> str:
    """Where a share may lie: ``31–58 %``; nothing of nothing."""
    return f"{found.low * 100:.0f}–{found.high * 100:.0f} %" if found else ""


def benchmark(line: Benchmark) -> str:
    """What a figure is held against, and how good that is: ``40–60 % per lead · field practice (C, opinion)``."""
    grades = {"A": "A, published study", "B": "B, vendor data", "C": "C, opinion"}
    source = f"{line.source}, {line.year}" if line.year else line.source
    return safe(f"{span(line)} {line.denominator} · {source} ({grades.get(line.grade, line.grade)})")


def span(line: Benchmark) -> str:
    """Between what a figure should lie: ``40–60 %``, ``at most 4 hours``."""
    low, high = (f"{end:g}" if end is not None else "" for end in (line.low, line.high))
    ends = f"{low}–{high}" if low and high else f"at least {low}" if low else f"at most {high}"
    return safe(f"{ends} {line.unit}")


def change(cell: Cell, currency: str) -> str:
    """How a figure differs from that of the period before: ``+12``, ``−3 points``, ``±0``; nothing of nothing.

    Shares differ in points of a hundred.
    """
    if cell.value is None or cell.before is None or isinstance(cell.value, str) or isinstance(cell.before, str):
        return ""
    difference = cell.value - cell.before
    if cell.unit is Unit.SHARE:
        points = f"{abs(difference) * 100:.0f}"
        words = f"{points} {'point' if points == '1' else 'points'}"
        is_zero = points == "0"
    else:
        words = written(abs(difference), cell.unit, currency)
        is_zero = words == written(0, cell.unit, currency)
    return "±0" if is_zero else f"{'−' if difference < 0 else '+'}{words}"
