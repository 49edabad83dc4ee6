"""Two halves of a report at the same time say what they say one after the other."""

from __future__ import annotations

import pytest

from store.database import Store
from store.instants import Instant
from store.reports import together
from store.reports.registry import report
from tests.reports.test_attention import everything


@pytest.mark.parametrize("name", ["attention", "funnel"])
def test_read_twice_at_once_it_says_the_same(
    season: Store, season_end: Instant, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    beside, opened = Store.beside, []

    def noted(store: Store) -> Store | None:
        opened.append(beside(store))
        return opened[-1]

    monkeypatch.setattr(Store, "beside", noted)
    wanted = everything(season, season_end)
    monkeypatch.setattr(together, "_BIG", 1 << 40)
    alone = report(season, name, wanted, season_end)
    assert opened == [], "a small file is read once"
    monkeypatch.setattr(together, "_BIG", 0)
    assert report(season, name, wanted, season_end) == alone
    with season.connection:
        assert report(season, name, wanted, season_end) == alone
    assert [each is None for each in opened] == [True, False], "without a state of its own there is nothing to share"


def test_what_fails_in_either_half_fails_in_both(season: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "_BIG", 0)

    def fails(store: Store) -> int:
        return int(store.value("SELECT 1 FROM nowhere"))

    def works(store: Store) -> int:
        return int(store.value("SELECT 7"))

    with season.connection:
        assert together.together(season, works, works) == (7, 7)
        for halves in ((fails, works), (works, fails)):
            with pytest.raises(Exception, match="nowhere"):
                together.together(season, *halves)
