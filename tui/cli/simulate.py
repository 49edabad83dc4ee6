"""``atbat simulate``: a year of a made-up team, played through the operations that people's acts go through."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli import with_settings
from tui.cli.output import aligned, say
from tui.cli.progress import progress
from tui.config import Settings

if TYPE_CHECKING:
    from store.demo.simulate import Summary

DAYS, REPS, SIGNALS, SEED = 365, 12, 20_000, 1


@click.command()
@click.option("--days", type=click.IntRange(1, 3650), default=DAYS, show_default=True, help="How long.")
@click.option("--reps", type=click.IntRange(1, 100), default=REPS, show_default=True, help="How many work the queue.")
@click.option("--signals", type=click.IntRange(0), default=SIGNALS, show_default=True, help="How many come in.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Same seed, same database.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("simulated.db"),
    show_default=True,
    help="The database to make; rules in a .rules.toml file beside it are in force.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@with_settings
def command(settings: Settings, days: int, reps: int, signals: int, seed: int, out: Path, form: str) -> int:
    """Let a made-up team work through a year, and say what it came to.

    Signals come in by season, weekday and campaign; reps work their queues in order; account executives, a team lead,
    holidays and absences are there too. Nothing is written but by the operations that the program itself uses. In the
    end the doctor looks at all of it; the exit code is 0 only where nothing is wrong.
    """
    from store.database import open_store
    from store.demo.simulate import Plan, simulate
    from store.doctor import check

    began = time.monotonic()
    with progress("simulating", days) as tell:
        found = simulate(out, Plan(days, reps, signals, seed), tell=tell)
    took = time.monotonic() - began
    store = open_store(out, read_only=True)
    try:
        wrong = [finding.sentence for finding in check(store)]
    finally:
        store.close()
    if form == "json":
        plan = {"days": days, "reps": reps, "signals": signals, "seed": seed}
        told = {"plan": plan, **found.as_dict(), "doctor": wrong, "seconds": round(took, 1)}
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        say(f"{days} days, {reps} reps, {signals:,} signals, seed {seed}: {out}, made in {_length(took)}")
        _say_figures(found)
        for sentence in wrong[:20]:
            say(sentence)
        say(f"doctor: {len(wrong):,} findings" if wrong else "doctor: nothing is wrong")
    return 1 if wrong else 0


def _say_figures(found: Summary) -> None:
    """Each heading with its figures beneath it; a heading whose figures have parts is a table."""
    for heading, figures in found.as_dict().items():
        if not figures:
            continue
        say()
        say(heading)
        nested = [(word, parts) for word, parts in figures.items() if isinstance(parts, dict)]
        if nested:
            names = list(nested[0][1])
            rows = [["", *names], *([word, *(_figure(parts[name]) for name in names)] for word, parts in nested)]
        else:
            rows = [[word, _figure(value)] for word, value in figures.items()]
        for line in aligned(_to_the_right([[row[0].replace("_", " "), *row[1:]] for row in rows])):
            say(f"  {line}")


def _to_the_right(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The same rows with the figures of each column ending beneath each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [[row[0], *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))] for row in rows]


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if isinstance(value, float) else f"{value:,}"


def _length(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
