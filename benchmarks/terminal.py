"""A program in a pseudo-terminal: keys go in, and the moments come out at which its frames are whole."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Self

COLUMNS, LINES = 150, 45
FRAME_END = b"\x1b[?2026l"
ASKS_FOR_FRAMES, YES_FRAMES = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
STILL = 0.03  # seconds without output after which the last frame is out
PATIENCE = 30.0


class Terminal:
    """A Python program in a terminal of 150 × 45 that understands whole frames."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._screen, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.began = perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=inside,
            stdout=inside,
            stderr=inside,  # where Textual draws
            env={**(os.environ if environment is None else environment), "TERM": "xterm-256color"}
            | {"COLORTERM": "truecolor"},
            cwd=Path(__file__).parents[1],
            start_new_session=True,
        )
        os.close(inside)
        self._seen = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        os.close(self._screen)

    def settle(self, quiet: float = 3.0) -> None:
        """Wait for the first frame and for all that follows it, until nothing has come for ``quiet`` seconds."""
        while self._readable(quiet):
            self._read()

    def send(self, keys: bytes) -> None:
        """Press keys that may change nothing, and wait until all is still."""
        os.write(self._screen, keys)
        self.settle(0.3)

    def press(self, keys: bytes, still: float = STILL) -> float:
        """Milliseconds from the keys to the end of the last frame they cause."""
        return self.frames(keys, still)[-1]

    def frames(self, keys: bytes, still: float = STILL) -> list[float]:
        """Milliseconds from the keys to the end of each frame, until nothing has come for ``still`` seconds."""
        return self.seen("", keys, still)[1]

    def seen(self, words: str, keys: bytes, still: float = STILL) -> tuple[float, list[float]]:
        """Milliseconds from the keys to the end of the frame with ``words``, and to the end of each frame."""
        start = perf_counter()
        os.write(self._screen, keys)
        found = None
        ends: list[float] = []
        frame = b""
        while self._readable(still if ends and found is not None else 10):
            frame += self._read()
            if FRAME_END in frame:
                ends.append((perf_counter() - start) * 1000)
                if found is None and words.encode() in frame:
                    found = ends[-1]
                frame = frame.rpartition(FRAME_END)[2]
        if found is None:
            raise TimeoutError(f"no frame with {words!r} within ten seconds of {keys!r}")
        return found, ends

    def until(self, words: str, keys: bytes = b"", *, since: float | None = None) -> float:
        """Milliseconds from the keys, or the moment ``since``, until ``words`` have been drawn in a whole frame."""
        start = perf_counter() if since is None else since
        if keys:
            os.write(self._screen, keys)
        seen = b""
        while self._readable(PATIENCE):
            seen += self._read()
            if words.encode() in seen:
                return (perf_counter() - start) * 1000
        raise TimeoutError(f"never saw {words!r}; the end of what came: {seen[-2000:]!r}")

    def memory(self) -> float:
        """Resident megabytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def processor(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _readable(self, patience: float) -> bool:
        return bool(select.select([self._screen], [], [], patience)[0])

    def _read(self) -> bytes:
        """What has come; says yes when asked whether whole frames are understood."""
        try:
            some = os.read(self._screen, 1 << 16)
        except OSError as error:
            raise EOFError("the program has ended") from error
        if ASKS_FOR_FRAMES in some:
            os.write(self._screen, YES_FRAMES)
        return some
