"""The rules a database is opened with: the team's file, the last good copy of it, and word of its changes.

See docs/model.md, "The rules file".
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

from store.ruleset import RulesError, RuleSet, load_rules

log = logging.getLogger(__name__)

LAST_GOOD = ".last-rules.toml"
"""What the copy beside a database is called, after the database's own name."""


def rules_beside(path: str) -> Path | None:
    """The team's rules file next to the database (``leads.db`` → ``leads.rules.toml``), if there is one."""
    beside = Path(path).with_suffix(".rules.toml")
    return beside if beside.exists() else None


def read_rules(
    database: str, path: Path | None, *, keep: bool = False, last_good: bool = False, or_shipped: bool = False
) -> tuple[RuleSet, str]:
    """The rules in force, and what is wrong with the file at ``path`` where these are not its own.

    A file that reads well is copied beside the database with ``keep``. One that does not raises RulesError, unless
    ``last_good`` allows the copy in its place and there is one; without a copy ``or_shipped`` allows what ships.
    """
    try:
        rules = load_rules(path)
    except RulesError as mistake:
        if not last_good:
            raise
        try:
            rules = load_rules(Path(database + LAST_GOOD))
        except RulesError:
            if not or_shipped:
                raise mistake from None
            return load_rules(None), f"The rules are those that ship, because of this: {mistake}"
        log.warning("the last good rules are in force: %s", mistake)
        return rules, f"The rules are the last good ones, because of this: {mistake}"
    if keep and path is not None:
        keep_rules(database, path)
    return rules, ""


def readable_rules(database: str, path: Path | None) -> tuple[Path | None, str]:
    """The file to show the rules in force from, and what is wrong with the one at ``path`` where it is the copy.

    Raises RulesError as ``read_rules`` does with ``last_good``.
    """
    _, problem = read_rules(database, path, last_good=True)
    return (Path(database + LAST_GOOD) if problem else path), problem


def keep_rules(database: str, path: Path) -> None:
    """Copy a file that reads well beside the database, for its owner alone; not being able to is no reason to stop."""
    copy, new = Path(database + LAST_GOOD), Path(f"{database}{LAST_GOOD}.{os.getpid()}")
    try:
        text = path.read_bytes()
        if copy.exists() and copy.read_bytes() == text:
            return
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text)
        load_rules(new)  # it may have been written to since it was read
        os.replace(new, copy)
    except (OSError, RulesError) as error:
        log.warning("the rules were not copied", exc_info=error)
        new.unlink(missing_ok=True)


class RulesFile:
    """The team's rules file, looked at again and again; ``place`` says where it is now, if anywhere.

    What reads well after a change is copied beside ``database``, where one is named.
    """

    def __init__(self, place: Callable[[], Path | None], database: str = "") -> None:
        self._place = place
        self._database = database
        self._seen = self._stamp()

    def look(self) -> RuleSet | RulesError | None:
        """The rules after a change of the file, or what is wrong with it; None while nothing has changed."""
        stamp = self._stamp()
        if stamp == self._seen:
            return None
        self._seen = stamp
        try:
            rules = load_rules(self.path)
        except RulesError as mistake:
            return mistake
        if self._database and self.path is not None:
            keep_rules(self._database, self.path)
        return rules

    @property
    def path(self) -> Path | None:
        """Where the file is; None where the shipped rules are in force."""
        return self._place()

    def _stamp(self) -> tuple[object, ...] | None:
        path = self._place()
        try:
            found = path.stat() if path is not None else None
        except OSError:
            return (path,)
        return None if found is None else (path, found.st_mtime_ns, found.st_size, found.st_ino)
