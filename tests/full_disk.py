"""A disk that runs full when it is told to, under every SQLite file of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

_BASE = "unix"


class FullDisk(apsw.VFS):
    """SQLite's usual files, but no write beyond ``left`` of them succeeds (None: no end), nor any while ``flag`` is."""

    def __init__(self, flag: Path | None = None) -> None:
        super().__init__("full_disk", _BASE, makedefault=True)
        self.left: int | None = None
        self.writes = 0
        self._flag = flag

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """A file on this disk."""
        return _File(self, name, flags)

    def write(self) -> None:
        """Count a write; raises FullError when there is no room for it."""
        self.writes += 1
        if self.left is not None:
            self.left -= 1
        if (self.left is not None and self.left < 0) or (self._flag is not None and self._flag.exists()):
            raise apsw.FullError("no space left on device")

    @contextmanager
    def full_after(self, writes: int) -> Iterator[None]:
        """Room for so many writes inside."""
        self.left = writes
        try:
            yield
        finally:
            self.left = None


class _File(apsw.VFSFile):
    def __init__(self, disk: FullDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__(_BASE, name, flags)
        self._disk = disk

    def xWrite(self, data: bytes, offset: int) -> None:
        """Write where there is room."""
        self._disk.write()
        super().xWrite(data, offset)

    def xLock(self, level: int) -> None:
        """A file open for reading gets no lock for writing; SQLite itself takes no notice of how it was refused."""
        try:
            super().xLock(level)
        except apsw.IOError as error:
            raise apsw.BusyError("not for writing") from error
