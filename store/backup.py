"""Backups: whole copies of a live database, checked before they count, and the way back from one.

A copy is what was committed at one moment, whatever others write meanwhile. It is made under another name and gets
its own only when it has been checked, so a file with a backup's name is a good one. Backups made by the program
itself lie in a folder beside the database and are thinned as they age. See docs/model.md, "Backups".
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw

from store.database import APPLICATION_ID, check_file, check_schema_of, disk_is_full
from store.errors import StoreError
from store.instants import DAY, MINUTE, Instant, instant, moment

EVERY = 30 * MINUTE
ROOM_LEFT = 2  # an automatic backup is not made where less than this many times its size is free
_PAGES_A_STEP = 4096
_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d{6}Z)-op(\d+)(?:-([a-z-]+))?\.db")
_STAMP = "%Y-%m-%dT%H%M%SZ"
# Where SQLite's own locks lie in a file: whoever has it open in WAL mode holds a shared one on this range.
_FIRST_LOCK, _LOCKS = 0x40000000, 512

Progress = Callable[[float], None]
"""Told the share of the pages that are copied, 0 to 1; raising from it ends the copying."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An automatic backup: when it was made, after which operation, and why (empty: in the course of work)."""

    path: Path
    at: Instant
    operation: int
    why: str = ""


# --- one backup ---


def backup(path: str | os.PathLike[str], target: str | os.PathLike[str], progress: Progress | None = None) -> Path:
    """Copy the live database at ``path`` to ``target``, readable by its owner alone, and check the copy.

    ``target`` may be a folder, which gets a file named after the time's operation. An existing file is never
    replaced. Raises StoreError, with what to do; then there is no file at ``target``.
    """
    path, goal = os.fspath(path), Path(target)
    check_file(path)
    if goal.is_dir():
        goal = goal / f"{Path(path).stem}-op{_last_operation(path)}.db"
    if os.path.lexists(goal):
        raise StoreError(f"{goal} exists already: choose another name for the backup.")
    _copy_checked(path, goal, progress)
    return goal


def restore(path: str | os.PathLike[str], source: str | os.PathLike[str], now: Instant) -> Path | None:
    """Put the backup ``source`` in the place of the database at ``path``; returns where the replaced file is kept.

    The backup is copied and checked first; only then is anything renamed. Refused while anybody has the database
    open. The replaced file keeps its write-ahead log, so nothing in it is lost. Not for a process that has the
    database open itself. Raises StoreError, with what to do; then everything is as before.
    """
    path, source = os.fspath(path), os.fspath(source)
    if not os.path.exists(source):
        raise StoreError(f"There is no backup at {source}: `atbat restore` without a file lists those there are.")
    check_file(source)
    if os.path.exists(path) and os.path.samefile(path, source):
        raise StoreError(f"{path} is the database itself: name a backup of it.")
    fresh = Path(f"{path}.restoring")
    _forget(fresh)
    with _alone(path):
        _copy_checked(source, fresh, still=not os.path.exists(f"{source}-wal"))
        try:
            return _put_in_place(path, fresh, now)
        except OSError as error:
            _forget(fresh)
            raise StoreError(f"{path} could not be replaced ({error.strerror}): check its folder.") from error


def damage(path: str | os.PathLike[str], connected: Callable[[apsw.Connection], None] = lambda _: None) -> str | None:
    """What SQLite finds wrong with the file, None when it is sound; reads every page and writes nothing.

    ``connected`` gets the connection, whose ``interrupt()`` ends the look early (raising apsw.InterruptError).
    """
    try:
        connection = apsw.Connection(os.fspath(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            connected(connection)
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
    except (apsw.InterruptError, apsw.BusyError, apsw.CantOpenError, apsw.NoMemError):
        raise
    except apsw.Error as error:
        return str(error)
    return None if found is None or found[0] == "ok" else str(found[0])


# --- automatic backups ---


def backup_folder(path: str | os.PathLike[str]) -> Path:
    """Where the automatic backups of a database are: ``leads.db.backups`` beside ``leads.db``."""
    return Path(f"{os.fspath(path)}.backups")


def backups_of(path: str | os.PathLike[str]) -> list[Kept]:
    """The automatic backups of a database, newest first."""
    try:
        names = os.listdir(backup_folder(path))
    except OSError:
        return []
    found = []
    for name in names:
        if match := _NAME.fullmatch(name):
            at = instant(datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC))
            found.append(Kept(backup_folder(path) / name, at, int(match[2]), match[3] or ""))
    return sorted(found, key=lambda kept: (kept.at, kept.operation, kept.why), reverse=True)


def automatic(
    path: str | os.PathLike[str], now: Instant, why: str = "", progress: Progress | None = None
) -> Path | None:
    """Make an automatic backup: always when there is a ``why`` (what comes next: "migration"), else when one is due.

    One is due when something has changed since the newest and that is half an hour old. Others, made by whichever
    process, count. Returns its path, None when there was no need. Raises StoreError when it could not be made.
    """
    path = os.fspath(path)
    folder = backup_folder(path)
    if not why and not _due(path, now):
        return None
    with _only_one(folder, wait=bool(why)) as mine:
        if not mine or (not why and not _due(path, now)):
            return None
        _leave_room(path, folder)
        name = f"{moment(now):{_STAMP}}-op{_last_operation(path)}{'-' if why else ''}{why}.db"
        made = folder / name
        if not made.exists():
            _copy_checked(path, made, progress)
        for old in superfluous(backups_of(path), now):
            _forget(old.path)
        return made


def superfluous(kept: Sequence[Kept], now: Instant) -> list[Kept]:
    """Those that may go: all of the last day stay, then the last of each day for a week, of each week for five, of
    each month for a year, and one a year."""
    going, taken = [], set()
    for one in sorted(kept, key=lambda kept: kept.at, reverse=True):
        period = _period(one.at, now - one.at)
        if period in taken:
            going.append(one)
        elif period is not None:
            taken.add(period)
    if kept and len(going) == len(kept):  # never the last one there is
        going.remove(max(kept, key=lambda kept: kept.at))
    return going


def _period(at: Instant, age: int) -> tuple[str, ...] | None:
    """What it stands for alone; None while every one is kept."""
    if age < DAY:
        return None
    when = moment(at)
    if age < 7 * DAY:
        return ("day", f"{when:%Y-%m-%d}")
    if age < 35 * DAY:
        return ("week", f"{when:%G-%V}")
    return ("month", f"{when:%Y-%m}") if age < 366 * DAY else ("year", f"{when:%Y}")


def _due(path: str, now: Instant) -> bool:
    newest = next(iter(backups_of(path)), None)
    if newest is None:
        return True
    return abs(now - newest.at) >= EVERY and newest.operation != _last_operation(path)


def _leave_room(path: str, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < ROOM_LEFT * os.path.getsize(path):
        raise StoreError(f"No automatic backup was made: the disk holding {folder} is nearly full; free some room.")


# --- copying ---


def _copy_checked(path: str, target: Path, progress: Progress | None = None, *, still: bool = False) -> None:
    """Copy under a passing name, check the copy, and only then give it its own name."""
    passing = target.with_name(f".{target.name}.part")
    _forget(passing)
    try:
        os.close(os.open(passing, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with ExitStack() as stack:
            origin = _open_still(path) if still else apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
            stack.callback(origin.close)
            copy = apsw.Connection(str(passing), flags=apsw.SQLITE_OPEN_READWRITE)
            stack.callback(copy.close)
            copy_all(origin, copy, progress)
        _check_copy(path, passing)
        os.rename(passing, target)
        _sync_folder(target.parent)
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise StoreError(f"{path} is damaged and was not copied; take a backup made before.") from error
    except (apsw.Error, OSError) as error:
        if disk_is_full(error):
            words = f"The disk holding {target.parent} is full: free some room and do it again; no backup was made."
        elif isinstance(error, OSError):
            words = f"{target} cannot be written ({error.strerror}): choose a folder you may write to."
        else:
            words = f"{path} could not be copied to {target}: check the disk; no backup was made."
        raise StoreError(words) from error
    finally:
        _forget(passing)


def copy_all(origin: apsw.Connection, copy: apsw.Connection, progress: Progress | None = None) -> None:
    """Copy one moment of an open database into another, in steps; whoever writes meanwhile is not held up."""
    origin.execute("BEGIN")
    try:
        origin.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # from here on one and the same moment
        with copy.backup("main", origin, "main") as running:
            while not running.done:
                running.step(_PAGES_A_STEP)
                if progress is not None and running.page_count:
                    progress(1 - running.remaining / running.page_count)
    finally:
        origin.execute("ROLLBACK")


def _open_still(path: str) -> apsw.Connection:
    """Open a file that nobody writes to, and make no file beside it."""
    uri = f"{Path(path).absolute().as_uri()}?immutable=1"
    return apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)


def _check_copy(path: str, copy: Path) -> None:
    connection = _open_still(str(copy))
    try:
        if connection.pragma("application_id") != APPLICATION_ID:
            raise StoreError(f"{path} is a database of some other program: name another file.")
        found = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found is not None and found[0] != "ok":
            raise StoreError(f"{path} is damaged and was not copied; take a backup made before.")
        check_schema_of(path, connection)
    finally:
        connection.close()


def _last_operation(path: str) -> int:
    try:
        connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
        try:
            return int(connection.execute("SELECT coalesce(max(id), 0) FROM operation").get)
        finally:
            connection.close()
    except apsw.SQLError:  # before its first migration
        return 0
    except apsw.Error as error:
        raise StoreError(f"{path} is damaged and was not copied; take a backup made before.") from error


# --- files ---


def _put_in_place(path: str, fresh: Path, now: Instant) -> Path | None:
    kept = None
    if os.path.exists(path):
        kept = _free_name(f"{path}.replaced-{moment(now):{_STAMP}}")
        # The log first beside the name that is kept, for without it the file lacks its last commits; and gone before
        # the restored file takes the name, which must not find a log of another's.
        os.link(path, kept)
        if _size(f"{path}-wal"):
            os.link(f"{path}-wal", f"{kept}-wal")
    for beside in ("-wal", "-shm"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
    os.rename(fresh, path)
    _sync_folder(fresh.parent)
    return kept


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _free_name(name: str) -> Path:
    candidate, number = Path(name), 1
    while candidate.exists():
        number += 1
        candidate = Path(f"{name}-{number}")
    return candidate


@contextmanager
def _alone(path: str) -> Iterator[None]:
    """Hold every lock SQLite knows on the file; raises StoreError when somebody has it open."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield
        return
    except OSError as error:
        raise StoreError(f"{path} cannot be replaced ({error.strerror}).") from error
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKS, _FIRST_LOCK)
        except OSError:
            raise StoreError(f"{path} is open somewhere: close At Bat everywhere, then restore.") from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _only_one(folder: Path, *, wait: bool) -> Iterator[bool]:
    """One process at a time makes automatic backups; says whether it is this one."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written ({error.strerror}): no backup was made.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _forget(path: Path) -> None:
    for beside in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            Path(f"{path}{beside}").unlink(missing_ok=True)
