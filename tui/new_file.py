"""Writing a file where the user wants it: for its owner alone, and never over another file."""

from __future__ import annotations

import os
from pathlib import Path

_MOST_OF_A_NAME = 100


def write_new(folder: Path, stem: str, suffix: str, content: bytes, *, anew: bool = False) -> Path:
    """Write ``content`` into a new file ``stem + suffix``, or with a number, and return where.

    The very same file written before is left as it is, unless each is wanted ``anew``. Raises OSError where it
    cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(1, _MOST_OF_A_NAME):
        target = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        try:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if not anew and target.is_file() and target.read_bytes() == content:
                return target
            continue
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return target
    raise FileExistsError(17, "there are a hundred files of this name", str(folder / stem))
