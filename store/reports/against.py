"""A figure beside its benchmark: in the same unit, and how far on the wrong side of it."""

from __future__ import annotations

from store.instants import DAY, HOUR
from store.reports.figures import Cell
from store.ruleset import Benchmark

_LENGTHS = {"hours": HOUR, "days": DAY}


def in_its_unit(cell: Cell) -> float | None:
    """The figure as its benchmark counts: per cent, hours or days, times; None where either is not there."""
    if cell.benchmark is None or cell.value is None or isinstance(cell.value, str):
        return None
    if cell.benchmark.unit == "%":
        return 100 * cell.value
    return cell.value / _LENGTHS.get(cell.benchmark.unit, 1)


def off(cell: Cell) -> float | None:
    """How far on the wrong side it is, in proportion to the benchmark's nearer end; 0 or less is well.

    A length of time should not be above the upper end, anything else not below the lower one.
    """
    value, line = in_its_unit(cell), cell.benchmark
    if value is None or line is None:
        return None
    if line.unit in _LENGTHS:
        return (value - line.high) / line.high if line.high else None
    return (line.low - value) / line.low if line.low else None


def against(line: Benchmark) -> str:
    """What it is held against: ``40–60 %``, ``at most 4 hours``."""
    low, high = (f"{end:g}" if end is not None else "" for end in (line.low, line.high))
    span = f"{low}–{high}" if low and high else f"at least {low}" if low else f"at most {high}"
    return f"{span} {line.unit}"


def short(value: float) -> str:
    """With one decimal where that says more: ``12``, ``9.6``."""
    return f"{value:.1f}".removesuffix(".0")
