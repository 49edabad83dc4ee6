"""``atbat info``: the version, and where everything is."""

from __future__ import annotations

import platform
from pathlib import Path

import click

from tui.cli import with_settings
from tui.cli.output import say
from tui.config import SHIPPED_RULES, Places, Settings
from tui.version import __version__


@click.command()
@with_settings
def command(settings: Settings) -> None:
    """Say which version this is and where its files are.

    Opens nothing: it works with a missing or damaged database, and over a slow line.
    """
    import apsw

    for label, value in (
        ("At Bat", __version__),
        ("Python", platform.python_version()),
        ("SQLite", apsw.sqlite_lib_version()),
        ("person", settings.person or "not chosen yet: --as NAME, or asked at the first start"),
        ("database", _database(settings)),
        ("config", _file(settings.places.config_file, "not there, which is fine")),
        ("rules", _rules(settings.places)),
        ("log", _file(settings.places.log_file, "not there: nothing to report yet")),
    ):
        say(f"{label:<10}{value}")


def _file(path: Path, when_absent: str) -> str:
    return str(path) if path.exists() else f"{path} ({when_absent})"


def _database(settings: Settings) -> str:
    if settings.database_is_url:
        return settings.database_shown
    return _file(Path(settings.database), "not there yet: atbat init makes it")


def _rules(places: Places) -> str:
    return f"{places.team_rules} (the team's own)" if places.team_rules else f"{SHIPPED_RULES} (as shipped)"
