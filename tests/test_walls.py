"""The walls between the parts of the program, as somebody importing them meets them."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCREEN = {"textual", "rich", "tui", "screens", "click"}
SLOW = {"pendulum", "holidays", "phonenumbers", "dateparser", "faker", "jinja2", "email_validator", "psycopg"}


def imported_by(statement: str) -> set[str]:
    """The top-level modules in a fresh process after ``statement``."""
    code = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


def contracts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    return found


def modules_in_layers(contract_id: str) -> set[str]:
    (layers,) = (contract["layers"] for contract in contracts() if contract["id"] == contract_id)
    return {name.strip(" ()") for layer in layers for name in layer.replace("|", ":").split(":")}


def children(package: str) -> set[str]:
    """The modules and packages directly inside a package, by short name."""
    entries = [
        entry for entry in (ROOT / package).iterdir() if entry.suffix == ".py" or (entry / "__init__.py").exists()
    ]
    return {entry.stem for entry in entries} - {"__init__"}


def test_the_store_loads_nothing_of_the_screen_and_nothing_slow() -> None:
    loaded = imported_by("import store")
    assert "store" in loaded
    assert not loaded & (SCREEN | SLOW)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["info"]])
def test_the_command_line_loads_neither_the_app_nor_the_database(arguments: list[str]) -> None:
    loaded = imported_by(f"from tui.__main__ import main; assert main({arguments!r}) == 0")
    assert "click" in loaded
    assert not loaded & (SLOW | {"textual", "rich", "peewee", "playhouse", "screens", "tomlkit"})


def test_the_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("package", "contract"), [("tui", "outside-layers"), ("store", "store-layers")])
def test_every_module_has_its_layer(package: str, contract: str) -> None:
    named = {name.removeprefix(f"{package}.") for name in modules_in_layers(contract)}
    homeless = children(package) - named
    assert not homeless, f"give each its line under {contract} in pyproject.toml: {sorted(homeless)}"
