"""``atbat info``: the version, where everything is, and what every setting is and comes from."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from tui.cli.opened import rules_in_use
from tui.cli.output import complain, say
from tui.config import KEYS, SHIPPED_RULES, THEME_NAMES, Settings, example, line_of_setting, survey_settings
from tui.version import __version__

_WIDTH = 16
_FOUND_WRONG = 1


@click.command()
@click.option("--example", "only_example", is_flag=True, help="Print a config.toml with every setting there is.")
def command(only_example: bool) -> int:
    """Say which version this is, where its files are, and what each setting is and where it was made.

    Opens no database: it works with a missing or damaged one, and over a slow line. A config file that is wrong is
    told with its lines, and the exit code is then 1.
    """
    if only_example:
        for line in example().splitlines():
            say(line)
        return 0
    given = click.get_current_context().find_root().params
    settings, problems = survey_settings(given["database"], given["person"])
    for heading, rows in (("", _files(settings)), ("settings", _settings(settings)), ("terminal", _terminal())):
        if heading:
            say()
            say(heading)
        for label, value in rows:
            say(f"{label:<{_WIDTH}}{value}")
    wrong = [str(problem) for problem in problems] + _keymap_problems(settings) + _rules_problems(settings)
    for problem in wrong:
        complain(problem)
    return _FOUND_WRONG if wrong else 0


def _files(settings: Settings) -> Iterator[tuple[str, str]]:
    import apsw

    places = settings.places
    yield "At Bat", __version__
    yield "Python", platform.python_version()
    yield "SQLite", apsw.sqlite_lib_version()
    yield "config file", _file(places.config_file, "not there, which is fine: atbat info --example shows one")
    yield "rules file", _rules(settings)
    demo = places.database_file.with_name("demo.db")
    if demo.exists():
        yield "demo", f"{demo} (atbat demo opens it, atbat --db {demo} any command on it)"
    yield "log file", _file(places.log_file, "not there: nothing to report yet")


def _settings(settings: Settings) -> Iterator[tuple[str, str]]:
    for key in KEYS:
        yield key.name, f"{_value(settings, key.name)}  [{_source(settings, key.name)}]"


def _source(settings: Settings, name: str) -> str:
    source = settings.sources.get(name)
    if source is None:
        return "default"
    line = line_of_setting(settings, name)
    return source if line is None else f"config file, line {line}"


def _value(settings: Settings, name: str) -> str:
    """A setting as people read it; a default says what it comes to."""
    value = getattr(settings, name)
    if name == "database":
        return _database(settings)
    if name == "ics_folder":
        return str(settings.calendar_folder)
    if name == "goals":
        figures = [f"{goal} {figure}" for goal, figure in value._asdict().items() if figure is not None]
        return ", ".join(figures) or "none"
    if name == "keymap":
        return ", ".join(f"{command} = {keys}" for command, keys in value.items()) or "the usual keys"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return " ".join(value)
    return str(value) if value is not None else _ABSENT[name]


_ABSENT = {
    "person": "not chosen yet: --as NAME, or asked at the first start",
    "theme": THEME_NAMES[0],
    "phone_command": "none",
    "mail_command": "none",
}


def _terminal() -> Iterator[tuple[str, str]]:
    environment = os.environ
    size = shutil.get_terminal_size((0, 0))
    on_screen = sys.stdout.isatty()
    yield (
        "terminal",
        f"{environment.get('TERM') or 'TERM is not set'}" + ("" if on_screen else " (output is no terminal)"),
    )
    yield "size", f"{size.columns} by {size.lines}" if size.columns else "not known"
    yield "colours", "none: NO_COLOR is set" if environment.get("NO_COLOR") else environment.get("COLORTERM") or "usual"
    yield "letters", sys.stdout.encoding or locale.getpreferredencoding(False)


def _keymap_problems(settings: Settings) -> list[str]:
    if not settings.keymap:
        return []
    from tui.commands import KeyChoices  # loads the screen's library: only where keys were chosen

    line = line_of_setting(settings, "keymap")
    return [
        f"{settings.places.config_file}, line {line}: {problem}" for problem in KeyChoices(settings.keymap).problems
    ]


def _file(path: Path, when_absent: str) -> str:
    return str(path) if path.exists() else f"{path} ({when_absent})"


def _database(settings: Settings) -> str:
    if settings.database_is_url:
        return settings.database_shown
    return _file(Path(settings.database), "not there yet: atbat init makes it, atbat demo shows an example")


def _rules(settings: Settings) -> str:
    path = rules_in_use(settings)
    if path is None:
        return f"{SHIPPED_RULES} (as shipped)"
    if not _rules_problems(settings):
        return f"{path} (the team's own)"
    from store.rules_kept import LAST_GOOD

    copy = Path(f"{settings.database}{LAST_GOOD}")
    instead = f"{copy} is in force" if copy.exists() else "there are no last good ones"
    return f"{path} (has mistakes: {instead})"


def _rules_problems(settings: Settings) -> list[str]:
    """What is wrong with the team's rules file, if anything."""
    path = rules_in_use(settings)
    if path is None:
        return []
    from store.ruleset import RulesError, load_rules

    try:
        load_rules(path)
    except RulesError as error:
        return [f"{error} `atbat rules check` shows all there is to mend."]
    return []
