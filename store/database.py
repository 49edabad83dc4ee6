"""Opening a database: the one way in, the checks at the door, and the SQL text that is kept.

A ``Store`` belongs to the thread that opened it. Creating a file is explicit (``create_store``); opening never
makes one, never touches a newer schema, and never writes to a damaged file. See docs/model.md, "The file".
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import time_ns
from typing import Any

import apsw
from peewee import PeeweeException, Query, Value
from playhouse.apsw_ext import APSWDatabase

from store.errors import StoreError
from store.instants import MINUTE, Instant
from store.rules.business import Calendar
from store.rules.calling import may_call
from store.rules.worked import Worked
from store.rules_kept import read_rules, rules_beside
from store.ruleset import RuleSet

APPLICATION_ID = 0x41744261  # "AtBa": lets a foreign SQLite file be told from ours
MIGRATIONS = Path(__file__).with_name("migrations")
_HISTORY = "schema_migration"
_PATIENCE_MS = 60_000  # writers queue for each other this long before anybody is told
_STATEMENTS = 512  # kept ready by a connection: a day of work has some 400, and making one anew costs 0.1 ms
_STEPS = 50_000  # of SQLite's machine, some milliseconds, between two looks whether a read is still wanted
_LAST = "SELECT max(id) FROM operation"
_NO_TEAM = (0, "", "UTC", "", "US", "USD")
_PRAGMAS: Mapping[str, Any] = {
    "foreign_keys": 1,
    "synchronous": "FULL",
    "cache_size": -16_000,
    "temp_store": "MEMORY",
}


class Store:
    """An open database with the team's rules; hand it to queries and operations.

    ``rules_problem`` says what is wrong with the team's rules file where the last good rules stand in for it.
    """

    def __init__(
        self,
        path: str,
        database: APSWDatabase,
        rules_path: Path | None,
        *,
        read_only: bool,
        last_good: bool = False,
        or_shipped: bool = False,
    ) -> None:
        self.path = path
        self.database = database
        self.read_only = read_only
        self.read_only_because = f"{path} is open for reading only."
        self.connection: apsw.Connection = database.connection()
        self.salt: Callable[[int], bytes] = secrets.token_bytes  # the seed puts its own here, to make the same twice
        self._inode = os.stat(path).st_ino
        self.rules: RuleSet
        self.rules, self.rules_problem = read_rules(
            path, rules_path, keep=not read_only, last_good=last_good, or_shipped=or_shipped
        )
        self._asleep: dict[tuple[str, Instant], int] = {}
        self._unwanted: Callable[[], bool] | None = None
        self.connection.create_scalar_function("asleep", self.is_asleep, 2)
        self.load_team()

    def use_rules(self, rules: RuleSet) -> None:
        """Have these rules in force from now on."""
        self.rules, self.rules_problem = rules, ""
        self._asleep.clear()
        self.load_team()

    def load_team(self) -> None:
        """Read who works here and where; a database just made has no team until ``atbat init`` put one in."""
        team = self.row("SELECT id, name, zone, country, region, currency FROM team ORDER BY id LIMIT 1")
        self.team_id, self.team, self.zone, self.country, self.region, self.currency = team or _NO_TEAM
        hours = self.rules.hours
        self.calendar = Calendar(self.zone, hours._replace(country=self.country or hours.country))
        # SQL's worked(start, end): the team's working time between two instants, as reports count it.
        worked: Callable[..., int | None] = Worked(self.calendar).between
        self.connection.create_scalar_function("worked", worked, 2)

    def rows(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Every row of a kept SQL text."""
        try:
            return self.connection.execute(sql, params).fetchall()
        except (apsw.Error, UnicodeDecodeError) as error:
            raise self._in_words(error) from error

    def each(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a kept SQL text one by one, as they are read: for more of them than are to be held at once."""
        try:
            yield from self.connection.execute(sql, params)
        except (apsw.Error, UnicodeDecodeError) as error:
            raise self._in_words(error) from error

    def row(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a kept SQL text, or None."""
        try:
            found = self.connection.execute(sql, params).fetchone()
        except (apsw.Error, UnicodeDecodeError) as error:
            raise self._in_words(error) from error
        return tuple(found) if found is not None else None

    def value(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, params)
        return found[0] if found is not None else None

    def dicts(self, query: Query) -> list[dict[str, Any]]:
        """Every row of a Peewee query, by column name."""
        try:
            return list(query.dicts().iterator(self.database))
        except (PeeweeException, apsw.Error, UnicodeDecodeError) as error:
            raise self._in_words(error) from error

    def data_version(self) -> int:
        """A number that changes when another connection has committed (SQLite's ``data_version``)."""
        return int(self.value("PRAGMA data_version"))

    def still_there(self) -> None:
        """Refuse to go on when the file was removed or replaced under us."""
        try:
            inode = os.stat(self.path).st_ino
        except FileNotFoundError:
            inode = -1
        if inode != self._inode:
            raise StoreError(f"Close the program and open it again: {self.path} was moved or replaced while open.")

    def rescue(self, reason: str) -> None:
        """Write nothing more, not even on closing, because the file is damaged; writes are refused with ``reason``."""
        self.read_only, self.read_only_because = True, reason
        self.connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)

    def is_asleep(self, zone: str | None, now: Instant) -> int:
        """SQL's ``asleep(zone, now)``: whether somebody there may not be called now; judged once a minute and zone."""
        if not zone:
            return 0
        asked = (zone, now // MINUTE)
        if asked not in self._asleep:
            if len(self._asleep) > 10_000:
                self._asleep.clear()
            self._asleep[asked] = int(may_call(now, zone.split(), self.rules.calling) is False)
        return self._asleep[asked]

    def stop_when(self, asked: Callable[[], bool]) -> None:
        """Give up a read, with apsw's InterruptError, soon after ``asked()`` says so, whatever statement it is at."""
        self._unwanted = asked
        self.connection.set_progress_handler(asked, _STEPS)

    def beside(self) -> Store | None:
        """Another connection that reads the state which this one holds, for a thread of its own; close it afterwards.

        None where this one holds none, or where somebody has written meanwhile. Each act has its number, so those who
        see the same last one see the same state.
        """
        if not self.read_only or self.connection.getautocommit():
            return None
        ours = self.value(_LAST)
        other = open_store(self.path, read_only=True, last_good=True, or_shipped=True)
        other.use_rules(self.rules)
        if self._unwanted is not None:
            other.stop_when(self._unwanted)
        other.connection.execute("BEGIN")
        if other.value(_LAST) == ours:
            return other
        other.close()
        return None

    def close(self) -> None:
        """Close the connection; the store is of no more use."""
        _close(self.database)

    def _in_words(self, error: BaseException) -> BaseException:
        """What a read that failed is told as; a statement that is wrong in itself stays a fault of the program."""
        fault = isinstance(error, apsw.SQLError | apsw.ConstraintError | apsw.InterruptError | apsw.MisuseError)
        return error if fault and not _is_damage(error) else StoreError(plain_words(error, self.path))


class Slot:
    """A place in a kept SQL text that a call fills by name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


def slot(name: str) -> Any:
    """A named slot for use inside a Peewee expression."""
    return Value(Slot(name), converter=lambda value: value)


_DIALECT = APSWDatabase(None)


class Prepared:
    """A Peewee query whose SQL text is built once and bound per call (4 to 6 times faster than building it)."""

    def __init__(self, query: Any) -> None:
        self.sql, template = _DIALECT.get_sql_context().sql(query).query()
        self._template = tuple(template)

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters of one call."""
        return [values[part.name] if type(part) is Slot else part for part in self._template]

    def rows(self, store: Store, **values: Any) -> list[tuple[Any, ...]]:
        """Every row for these values."""
        return store.rows(self.sql, self.bind(values))

    def row(self, store: Store, **values: Any) -> tuple[Any, ...] | None:
        """The first row for these values, or None."""
        return store.row(self.sql, self.bind(values))


def open_store(
    path: str | os.PathLike[str],
    *,
    rules: Path | None = None,
    read_only: bool = False,
    last_good: bool = False,
    or_shipped: bool = False,
) -> Store:
    """Open an existing database, migrating an older one first.

    Raises StoreError, with what to do, for a missing, foreign, damaged or newer file, and RulesError for a rules file
    with mistakes; with ``last_good`` the last good rules stand in for that one, where there are any, and with
    ``or_shipped`` those that ship where there are none.
    """
    path = os.fspath(path)
    check_file(path)
    if not read_only and _pending(path):
        migrate(path)
    database = _connect(path, read_only=read_only)
    try:
        check_schema_of(path, database.connection())
        _check_is_current(path, database)
        return Store(
            path, database, rules or rules_beside(path), read_only=read_only, last_good=last_good, or_shipped=or_shipped
        )
    except (PeeweeException, apsw.Error) as error:
        _close(database)
        # What the first statements name is in every file of this schema.
        words = _damaged(path) if isinstance(error, apsw.SQLError) else plain_words(error, path)
        raise StoreError(words) from error
    except BaseException:
        _close(database)
        raise


def create_file(path: str | os.PathLike[str]) -> None:
    """Make an empty database with today's schema; refuses to touch a file that exists."""
    path = os.fspath(path)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        raise StoreError(f"{path} exists already: choose another name, or open it as it is.") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be made ({error.strerror}): choose a folder you may write to.") from None
    try:
        with closing(apsw.Connection(path)) as connection:
            connection.pragma("journal_mode", "wal")
            connection.pragma("application_id", APPLICATION_ID)
        migrate(path, backup=False)
    except BaseException as error:
        for beside in ("", "-wal", "-shm", "-journal", ".lock"):
            Path(f"{path}{beside}").unlink(missing_ok=True)
        if isinstance(error, apsw.Error):
            raise StoreError(plain_words(error, path)) from error
        raise


def migrate(path: str, *, backup: bool = True) -> list[str]:
    """Bring a database to today's schema, one process at a time, with a backup first; returns what was applied."""
    with _migration_lock(path):
        if not _pending(path):
            return []
        kept = _back_up_before_migration(path) if backup else None
        database = _connect(path, read_only=False)
        database.pragma("foreign_keys", 0)
        try:
            applied = _runner(database).up()
            if broken := database.execute_sql("PRAGMA foreign_key_check").fetchall():
                raise StoreError(f"{path} has {len(broken)} dangling references: restore {kept or 'a backup'}.")
            return list(applied)
        except (PeeweeException, apsw.Error) as error:
            raise StoreError(plain_words(error, path)) from error
        finally:
            _close(database)


def _back_up_before_migration(path: str) -> Path | None:
    from store.backup import automatic  # only where there is something to migrate

    return automatic(path, time_ns() // 1000, "migration")


def plain_words(error: BaseException, path: str) -> str:
    """One sentence for a database error, found by walking what led to it."""
    if disk_is_full(error):
        return f"The disk holding {path} is full: free some room and do it again; nothing was saved."
    for seen in _led_to(error):
        if isinstance(seen, apsw.ReadOnlyError):
            return f"{path} cannot be written to: check who may write to the file and its folder."
        if isinstance(seen, apsw.NotADBError):
            return f"{path} is not a database of this program: name another file, or restore a backup."
        if _is_damage(seen):
            return _damaged(path)
        if isinstance(seen, apsw.CantOpenError | apsw.PermissionsError | apsw.AuthError):
            return f"{path} cannot be opened: check who may read and write the file and its folder."
        if isinstance(seen, apsw.IOError):
            return f"{path} could not be read or written: check the disk; nothing was saved."
        if isinstance(seen, apsw.BusyError):
            return f"{path} has been busy for a minute: somebody holds it open; do it again in a moment."
        if isinstance(seen, apsw.NoMemError | MemoryError):
            return f"{path} could not be read: this machine is out of memory; nothing was saved."
    return f"{path} refused the change; nothing was saved, and the log file has the detail."


def _damaged(path: str) -> str:
    return f"{path} is damaged: nothing was saved; restore a backup (`atbat restore` lists them)."


def _is_damage(error: BaseException) -> bool:
    # A garbled schema or search index shows as a statement that cannot be understood.
    garbled = ("malformed", "invalid fts5 file format", "vtable constructor failed")
    if isinstance(error, UnicodeDecodeError):  # text that is no text: no program writes that into a sound file
        return True
    if isinstance(error, apsw.SQLError):
        return any(words in str(error) for words in garbled)
    return isinstance(error, apsw.CorruptError | apsw.NotADBError | apsw.FormatError)


def disk_is_full(error: BaseException) -> bool:
    """Whether a full disk, or a limit on what this person may store, is behind an error."""
    full = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    return any(
        isinstance(seen, apsw.FullError) or (isinstance(seen, OSError) and seen.errno in full)
        for seen in _led_to(error)
    )


def _led_to(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def check_file(path: str) -> None:
    """Raise StoreError, with what to do, unless there may be a SQLite file at ``path``.

    It is only looked at, never opened: closing any handle on a file drops every lock that this process holds on it,
    those of SQLite's own connections too.
    """
    if "://" in path:  # not repeated: it may hold a password
        raise StoreError("This version opens files only, no database by URL: name a file.")
    try:
        found = os.stat(path)
    except FileNotFoundError:
        raise StoreError(
            f"There is no database at {path}: {_backups_or(path, 'make one with `atbat init`')}."
        ) from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be opened ({getattr(error, 'strerror', error)}).") from None
    if stat.S_ISDIR(found.st_mode):
        raise StoreError(f"{path} is a folder: name the database file inside it.")
    if not stat.S_ISREG(found.st_mode):  # reading a pipe would wait for ever
        raise StoreError(f"{path} is no file: name the database file.")
    if not found.st_size:
        instead = _backups_or(path, "remove it and make a new one with `atbat init`")
        raise StoreError(f"{path} is empty: {instead}.")


def _backups_or(path: str, otherwise: str) -> str:
    """What to do about a file that is not there or empty: a backup comes first where there may be one."""
    if os.path.isdir(f"{path}.backups"):
        return "restore a backup (`atbat restore` lists them)"
    return f"{otherwise}, or name another"


def _connect(path: str, *, read_only: bool) -> APSWDatabase:
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE
    database = APSWDatabase(
        path,
        autoconnect=False,
        lock_type="IMMEDIATE",
        pragmas=_PRAGMAS,
        timeout=_PATIENCE_MS / 1000,
        flags=flags,
        statementcachesize=_STATEMENTS,
    )
    try:
        database.connect()
        connection = database.connection()
        connection.convert_binding = _bind_datetime
        found = connection.pragma("application_id")
    except (PeeweeException, apsw.Error) as error:
        raise StoreError(plain_words(error, path)) from error
    if found != APPLICATION_ID:
        _close(database)
        raise StoreError(f"{path} is a database of some other program: name another file.")
    return database


def _close(database: APSWDatabase) -> None:
    """Close; where the log cannot be written back into the file now, the next to open it does that."""
    with suppress(PeeweeException, apsw.Error):
        database.close()


def _bind_datetime(_cursor: Any, _number: int, value: Any) -> str:
    """The migration runner stamps its history with a datetime, the only one ever bound."""
    return str(value)


def _names() -> list[str]:
    return sorted(file.stem for file in MIGRATIONS.glob("[0-9]*.py"))


def _applied(database: APSWDatabase) -> set[str]:
    if not database.table_exists(_HISTORY):
        return set()
    return {name for (name,) in database.execute_sql(f"SELECT name FROM {_HISTORY}")}


def _pending(path: str) -> bool:
    database = _connect(path, read_only=True)
    try:
        return bool(set(_names()) - _applied(database))
    except (PeeweeException, apsw.Error) as error:
        raise StoreError(plain_words(error, path)) from error
    finally:
        _close(database)


def check_schema_of(path: str, connection: apsw.Connection) -> None:
    """Raise StoreError, naming both versions, when a newer program wrote the file ``connection`` has open."""
    known = set(_names())
    try:
        applied = {name for (name,) in connection.execute(f"SELECT name FROM {_HISTORY}")}
    except apsw.SQLError:  # no migration has run yet
        return
    if newer := applied - known:
        raise StoreError(
            f"{path} was written by a newer program (schema {max(newer)}, this one knows {max(known)}): update At Bat."
        )


def _check_is_current(path: str, database: APSWDatabase) -> None:
    if set(_names()) - _applied(database):
        raise StoreError(f"{path} has an older schema: open it once for writing, which brings it up to date.")


def _runner(database: APSWDatabase) -> Any:
    from playhouse.migrations import Runner  # not needed on the way to the first screen

    return Runner(database, str(MIGRATIONS), table_name=_HISTORY)


@contextmanager
def _migration_lock(path: str) -> Iterator[None]:
    """Held while migrating: of four processes starting at once, three would fail."""
    try:
        lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StoreError(f"{path}.lock cannot be written ({error.strerror}): check the folder.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
