"""Anything may be typed into the search: it finds something or nothing, and never fails."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator

import pytest

from store import Store, open_store
from store.demo.example import find_example
from store.queries.search import find
from tests.hostile import HOSTILE

SYNTAX = [
    *("'\"*^(){}+-:~@.%_\\\0\x1b\n"),
    *(" AND ", " OR ", " NOT ", "NEAR(", "name:", "  "),
    *("\u202e", "\ud800", "\U0001f469\u200d\U0001f4bb", "ß", "İ", "ﬁ", "０", "٣"),
]


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The example, to search in."""
    path = tmp_path_factory.mktemp("search") / "leads.db"
    shutil.copyfile(find_example(), path)
    store = open_store(path)
    yield store
    store.close()


def anything(rng: random.Random, names: list[str]) -> str:
    """A piece of a name, a number, syntax of every language on the way, or something hostile; some of them together."""
    pieces = []
    for _ in range(rng.randint(1, 5)):
        kind = rng.randrange(5)
        if kind == 0:
            name = rng.choice(names)
            at = rng.randrange(len(name) + 1)
            pieces.append(name[at : at + rng.randint(0, 12)])
        elif kind == 1:
            pieces.append("".join(rng.choice("0123456789 +-().#x") for _ in range(rng.randint(1, 16))))
        elif kind == 2:
            pieces.append(rng.choice(SYNTAX))
        elif kind == 3:
            pieces.append(rng.choice(HOSTILE)[: rng.randint(1, 60)])
        else:
            pieces.append("".join(chr(rng.randrange(0x20, 0x3000)) for _ in range(rng.randint(1, 8))))
    return rng.choice(["", " "]).join(pieces)


def search(store: Store, seed: int, count: int) -> None:
    """Search for ``count`` things."""
    rng = random.Random(seed)
    names = [name for (name,) in store.rows("SELECT name FROM contact UNION SELECT name FROM account")]
    names += [address for (address,) in store.rows("SELECT address FROM email")]
    for number in range(count):
        text = anything(rng, names)
        try:
            find(store, text)
        except Exception as error:
            raise AssertionError(f"seed {seed}, search {number}: {text!r}") from error


@pytest.mark.parametrize("seed", range(5))
def test_anything_can_be_searched_for(season: Store, seed: int) -> None:
    search(season, seed, 1_000)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 200))
def test_anything_can_be_searched_for_long(season: Store, seed: int) -> None:
    search(season, seed, 10_000)
