"""Every command of the command line stands in the documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_is_documented(command: str) -> None:
    """As ``atbat … command``, or alone as code."""
    said = re.compile(rf"(?:\batbat\b[^\n`]*\s|`){re.escape(command)}(?:[\s`]|$)", re.MULTILINE)
    assert any(said.search(path.read_text(encoding="utf-8")) for path in DOCUMENTS), f"say what `atbat {command}` does"
