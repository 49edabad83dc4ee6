"""What the program remembers by itself between two runs, apart from the user's own ``config.toml``: how it looks.

A small TOML file, readable by its owner alone. What cannot be read there is as if it had never been written.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path


def kept_theme(state_file: Path) -> str | None:
    """The theme chosen last, None where none was."""
    try:
        theme = tomllib.loads(state_file.read_text("utf-8")).get("theme")
    except (OSError, ValueError, RecursionError):
        return None
    return theme if isinstance(theme, str) else None


def keep_theme(theme: str, state_file: Path) -> None:
    """Remember a theme by its name. Raises OSError where nothing can be written."""
    state_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(state_file, f'# Written by At Bat; a theme in config.toml goes before it.\ntheme = "{theme}"\n')


def replace_file(target: Path, text: str) -> None:
    """Put ``text`` in place of ``target`` at once, readable by its owner alone: a crash leaves the old or the new."""
    import tempfile

    handle, name = tempfile.mkstemp(dir=target.parent, prefix=target.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
