"""Starting the app: the database opened, who is at the keys, and what of their settings it needs."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from store.errors import StoreError
from tui.app import AtBat, team_facts
from tui.bell import Bell
from tui.commands import KeyChoices
from tui.config import ConfigError
from tui.desk import Desk
from tui.frame import Person
from tui.programs import Programs
from tui.terminal_input import read_safely
from tui.upkeep import Upkeep

if TYPE_CHECKING:
    from tui.config import Settings


def run(settings: Settings, first_words: str = "") -> int:
    """Open the database, run the app until it is left, and return the exit code; ``first_words`` are said at the start.

    Raises StoreError, with what to do, for a database that cannot be opened and for a person who is no user.
    """
    gc.disable()  # nothing made before the first frame is garbage; collecting costs a tenth of the start
    from store.database import open_store
    from store.queries.users import users
    from store.rules_kept import RulesFile, rules_beside
    from tui.config import remember_person

    file = RulesFile(lambda: settings.places.team_rules or rules_beside(settings.database), settings.database)
    opened = partial(open_store, settings.database, rules=settings.places.team_rules, last_good=True)
    desk = Desk(opened, partial(opened, read_only=True))
    desk.wait_until_open()
    team = desk.read_now(team_facts)
    people = desk.read_now(users)
    app = AtBat(
        desk,
        team,
        _named(settings.person, people),
        people=people,
        remember=partial(remember_person, config_file=settings.places.config_file),
        keys=KeyChoices(settings.keymap),
        keep_theme=partial(_keep_theme, settings),
        theme=settings.theme,
        log_file=settings.places.log_file,
        upkeep=Upkeep(settings.database, desk.now),
        goals=settings.goals,
        bell=Bell(settings.bell),
        calendar_folder=settings.calendar_folder,
        programs=Programs(settings.phone_command, settings.mail_command, settings.places.config_file),
        rules_file=file,
        rules_problem=desk.read_now(_rules_problem),
        first_words=first_words,
        ticks=True,
    )
    read_safely()
    app.run()
    return app.return_code or 0


def _rules_problem(store: Any) -> str:
    return str(store.rules_problem)


def _keep_theme(settings: Settings, theme: str) -> None:
    """Remember a theme for the next start; raises ConfigError, with why, where it will not be found then."""
    from tui.state import keep_theme

    places = settings.places
    if settings.sources.get("theme") == str(places.config_file):
        raise ConfigError(f"It looks so until you leave: {places.config_file} names the theme.")
    try:
        keep_theme(theme, places.state_file)
    except OSError as error:
        problem = f"{places.state_file} cannot be written ({error.strerror})"
        raise ConfigError(f"It looks so until you leave: {problem}.") from error


def _named(name: str | None, people: Sequence[Person]) -> Person | None:
    """The user of that name or its beginning, whatever the case; raises StoreError naming the users there are."""
    if name is None:
        return None
    from store.queries.users import called, names_of

    found = called(people, name)
    if found is None:
        raise StoreError(f"Nobody here is called {name}: start with --as and one of {names_of(people)}.")
    return found
