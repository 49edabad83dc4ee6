"""The log: what went wrong and where, in ids; a file that its owner alone can read.

Messages of our own name rows by id. A name, number or address may still come along inside an exception or a
library's message, so those are redacted here, and a traceback lists places in the code, never values.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from copy import copy
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from traceback import extract_tb

LARGEST_FILE = 1_000_000
OLD_FILES = 3
OURS = ("store", "tui", "screens")
LONGEST_MESSAGE = 500

_PERSONAL = (
    (re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE), "<url>"),
    (re.compile(r"(['\"]).*?\1", re.DOTALL), "<text>"),
    (re.compile(r"[^\s<>@,;:]+@[^\s<>@,;:]+"), "<address>"),
    (re.compile(r"\+?\d(?:[\s().\-/]*\d){6,}"), "<number>"),
)

logger = logging.getLogger(__name__)


def start_log(log_file: Path) -> None:
    """Send warnings, and our own notices, to ``log_file``; a second call moves them there.

    Makes the file and its folder with the first line written. A log that cannot be written never stops the program.
    """
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _PrivateFile)]:
        root.removeHandler(handler)
        handler.close()
    handler = _PrivateFile(log_file, maxBytes=LARGEST_FILE, backupCount=OLD_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(_IdsOnly("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)


def record_fault(error: BaseException, log_file: Path) -> str:
    """Log an exception that nobody expected; returns the sentence to show for it."""
    logger.error("fault", exc_info=error)
    return f"Something went wrong inside At Bat; nothing half-done was saved. Details: {log_file}"


def redact(message: str) -> str:
    """``message`` on one line of bounded length, without URLs, quoted values, addresses and long numbers."""
    for pattern, word in _PERSONAL:
        message = pattern.sub(word, message)
    message = "".join(letter if letter.isprintable() else " " for letter in message[: 10 * LONGEST_MESSAGE])
    return " ".join(message.split())[:LONGEST_MESSAGE]


def describe(error: BaseException) -> str:
    """An exception, what led to it, and the places in the code it passed through, without any values."""
    lines: list[str] = []
    for link in _chain(error):
        lines.append(f"{'after ' if lines else ''}{type(link).__name__}: {redact(str(link))}")
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(link.__traceback__)]
    return "\n".join(lines)


def place_of(error: BaseException) -> str:
    """Where in our code an exception was raised: ``deals.py:184 check_reason``."""
    frames = extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}" if frames else "nowhere"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


class _IdsOnly(logging.Formatter):
    """Our messages as written; exceptions and other libraries' messages redacted."""

    def format(self, record: logging.LogRecord) -> str:
        # A copy, because a record carries along the traceback as an earlier handler wrote it, values and all.
        ours = copy(record)
        ours.exc_text = ours.stack_info = None
        return super().format(ours)

    def formatMessage(self, record: logging.LogRecord) -> str:
        if record.name.partition(".")[0] not in OURS:
            record.message = redact(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:
        return describe(ei[1]) if isinstance(ei, tuple) and isinstance(ei[1], BaseException) else ""


class _PrivateFile(RotatingFileHandler):
    """A rotating file with mode 0600, made when first written to; one that cannot be written is done without."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.chmod(self.baseFilename, 0o600)
        return os.fdopen(handle, "a", encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: the terminal is the app's, and a full disk has been reported where it hurt."""
