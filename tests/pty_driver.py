"""The app in a real terminal: starts a program on a pty, types at it, keeps every byte it sends, shows its screen."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pexpect
import pyte

PROJECT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0

# What a terminal program may send: sequences that move, colour and switch modes. Anything else is an escape of data.
_SEQUENCES = re.compile(
    rb"\x1b\[[0-9;:?<>=!]*[ $]?[A-Za-z~]"  # CSI
    rb"|\x1bP[^\x1b]*\x1b\\"  # DCS queries
    rb"|\x1b[=>78c]"
    rb"|\x1b\][0-9]+;[^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
)


class PtyDriver:
    """A program on a pty of a given size.

    ``raw`` holds every byte it ever sent; ``screen_text`` is what a terminal would show.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        size: tuple[int, int] = (120, 36),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """``arguments`` follow ``python``, such as ``["-m", "tui", "--db", path]``."""
        columns, rows = size
        self.raw = b""
        self._terminal = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._terminal)
        # Readline, which pytest loads, sets the size of its own window for whatever it starts.
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith(("TEXTUAL", "COLUMNS", "LINES"))
        }
        self.process = pexpect.spawn(
            sys.executable,
            list(arguments),
            dimensions=(rows, columns),
            env={**inherited, "TERM": "xterm-256color", "PYTHONPATH": str(PROJECT), **(environment or {})},
            cwd=str(PROJECT),
            timeout=PATIENCE,
        )
        self.process.delaybeforesend = None

    def __enter__(self) -> PtyDriver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.close(force=True)

    def send(self, keys: str) -> None:
        """Send characters as a keyboard would, in one go."""
        self.process.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        """Change the window's size."""
        self._terminal.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def wait_for(self, words: str, patience: float = PATIENCE) -> str:
        """Read until the screen shows ``words``; returns the screen. Raises AssertionError with what it showed."""
        end = time.monotonic() + patience
        while words not in self.screen_text():
            if time.monotonic() > end or not self._read(end - time.monotonic()):
                raise AssertionError(f"never saw {words!r} in:\n{self.screen_text()}")
        return self.screen_text()

    def wait_for_end(self, patience: float = PATIENCE) -> int:
        """Read until the program has ended; returns its exit code (128 + n for signal n)."""
        end = time.monotonic() + patience
        while self._read(max(end - time.monotonic(), 0.01)):
            assert time.monotonic() < end, f"still running:\n{self.screen_text()}"
        self.process.close()
        return int(self.process.exitstatus if self.process.exitstatus is not None else 128 + self.process.signalstatus)

    def screen_text(self) -> str:
        """What the terminal shows, a line a row."""
        return "\n".join(line.rstrip() for line in self._terminal.display)

    def stray_controls(self) -> bytes:
        """Control bytes outside the sequences that a terminal program sends; nothing, if all is well."""
        text = _SEQUENCES.sub(b"", self.raw)
        return bytes(byte for byte in text if byte < 0x20 and byte not in b"\r\n\t\x08\x0e\x0f")

    def _read(self, patience: float) -> bool:
        """Take what has come; False at the end of the program."""
        try:
            some: bytes = self.process.read_nonblocking(65536, timeout=max(patience, 0.01))
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += some
        self._stream.feed(some)
        return True
