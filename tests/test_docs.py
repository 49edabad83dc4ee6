"""The tables of the documents are those of the code, and docstrings point to headings that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import generate


@pytest.mark.parametrize("path", generate.FILES, ids=lambda path: path.name)
def test_the_tables_are_current(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert generate.renewed(text, generate.FILES[path]) == text, "run `make docs`"


def test_docstrings_point_to_headings_that_exist() -> None:
    headings = set(re.findall(r"^###? (.+)$", (generate.ROOT / "docs" / "model.md").read_text(encoding="utf-8"), re.M))
    missing = [
        f"{path.relative_to(generate.ROOT)}: {name}"
        for folder in ("store", "tui", "screens")
        for path in sorted((generate.ROOT / folder).rglob("*.py"))
        for named in re.findall(
            r"docs/model\.md[,:]?\s+((?:\"[^\"]+\"(?:,? and )?)+)", path.read_text(encoding="utf-8")
        )
        for name in re.findall(r"\"([^\"]+)\"", named)
        if " ".join(name.split()).rstrip(".") not in headings  # it may go on in the next line
    ]
    assert headings
    assert missing == []
