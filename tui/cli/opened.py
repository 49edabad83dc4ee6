"""Opening the team's database for a command, with the last good rules where the rules file has mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.output import complain
from tui.config import Settings

if TYPE_CHECKING:
    from store import Store


def rules_in_use(settings: Settings) -> Path | None:
    """The team's own rules file: the one in the folder of settings, else the one beside the database."""
    if settings.places.team_rules is not None or settings.database_is_url:
        return settings.places.team_rules
    beside = Path(settings.database).with_suffix(".rules.toml")  # as the store has it, which loads more than info may
    return beside if beside.exists() else None


def opened(settings: Settings, *, read_only: bool = False, whatever_the_rules: bool = False) -> Store:
    """The open database; one line on standard error says so where the rules are not those of the file.

    Raises StoreError for a database that cannot be opened, and for rules with mistakes where there are no last good
    ones; what does not depend on the numbers goes on with the shipped ones then (``whatever_the_rules``).
    """
    from store import open_store

    rules = settings.places.team_rules
    store = open_store(
        settings.database, rules=rules, read_only=read_only, last_good=True, or_shipped=whatever_the_rules
    )
    if store.rules_problem:
        complain(f"{store.rules_problem} `atbat rules check` shows all there is to mend.")
    return store
