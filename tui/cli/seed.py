"""``atbat seed``: a database of invented people and their at bats, any size, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import click

from tui.cli import with_settings
from tui.cli.output import say
from tui.cli.progress import progress
from tui.config import Settings

LEADS, SEED = 155, 1  # those of the example that ships


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--leads", type=click.IntRange(1), default=LEADS, show_default=True, help="How many at bats.")
@click.option("--seed", "number", type=int, default=SEED, show_default=True, help="Same seed, same data.")
@click.option("--today", is_flag=True, help="Move it in time, so that its last moment is now.")
@with_settings
def command(settings: Settings, path: Path, leads: int, number: int, today: bool) -> None:
    """Make a database at PATH with invented people, lived through by the rules that real ones are.

    A hundred at bats or more hold every situation there is. The season it tells ends on 20 October 2026.
    """
    from store.demo.seed import REP, seed

    with progress("opening at bats", leads) as tell:
        seed(path, leads=leads, seed=number, progress=tell)
    if today:
        import time

        from store.demo.shift import move_to

        move_to(path, time.time_ns() // 1000)
    say(f'{path} has {leads} at bats; try: atbat --db {path} --as "{REP}"')
