"""What a report is asked about: names become filters, filters become exactly the at bats they name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.errors import Refusal
from store.reports.asked import UNKNOWN_SEGMENT, Asked, asked, in_words
from store.reports.base import at_bats
from store.reports.period import DEFAULT, period
from store.vocabulary import Motion
from tests.reports.by_hand import ALL, chosen, days, every_filter
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    made = MadeUp(tmp_path_factory.mktemp("asked"))
    for id, name, void in ((1, "Spring fair", 0), (2, "Spring webinar", 0), (3, "Autumn", 1), (4, "spring", 0)):
        made.insert("campaign", id=id, name=name, void=void)
    yield made
    made.store.close()


@pytest.fixture
def store(made_up: MadeUp) -> Store:
    return made_up.store


def test_nothing_said_is_the_last_ninety_days_of_everybody(store: Store) -> None:
    wanted = asked(store, NOW)
    assert wanted == Asked(period(DEFAULT, store.calendar.day(NOW)))
    assert wanted.narrowing(store) == ("", {})


def test_the_days_are_the_teams(store: Store) -> None:
    """03:00 in UTC is the evening before in New York."""
    night = NOW + 12 * 3_600_000_000
    assert asked(store, night, days="today").period.first.isoformat() == "2026-11-23"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"rep": "Priya"}, {"rep": 2}),
        ({"rep": " BEN "}, {"rep": 3}),
        ({"rep": "pri"}, {"rep": 2}),
        ({"team": "inside sales"}, {"team": 1}),
        ({"motion": "demo"}, {"motion": Motion.DEMO_REQUEST}),
        ({"motion": "Demo Request"}, {"motion": Motion.DEMO_REQUEST}),
        ({"motion": "rep-created"}, {"motion": Motion.REP_CREATED}),
        ({"campaign": "spring w"}, {"campaign": 2}),
        ({"campaign": "SPRING"}, {"campaign": 4}),  # said exactly, though others begin so
        ({"segment": "Mid"}, {"segment": "mid"}),
        ({"segment": "unknown"}, {"segment": UNKNOWN_SEGMENT}),
        ({"source": " webinar "}, {"source": "webinar"}),
        ({"rep": " ", "team": "", "motion": " ", "segment": " ", "source": " ", "campaign": ""}, {}),
    ],
)
def test_names(store: Store, said: dict[str, str], expected: dict[str, Any]) -> None:
    assert asked(store, NOW, days="all", **said) == Asked(ALL)._replace(**expected)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"rep": "Zoe"}, "There is no person Zoe: say one of Priya, Ben, Ana, Ed."),
        ({"rep": "system"}, "There is no person system: say one of Priya, Ben, Ana, Ed."),
        ({"team": "north"}, "There is no team north: say one of Inside sales."),
        ({"campaign": "spring "}, None),
        ({"campaign": "Autumn"}, "There is no campaign Autumn: say one of Spring fair, Spring webinar, spring."),
        ({"campaign": "s"}, "Several begin with s: say one of Spring fair, Spring webinar, spring."),
        ({"motion": "e"}, "Several begin with e: say one of event_follow_up, expansion."),
        ({"segment": "huge"}, "There is no segment huge: say one of small, mid, large, unknown."),
        ({"segment": "' OR 1=1"}, "There is no segment ' OR 1=1: say one of small, mid, large, unknown."),
    ],
)
def test_what_nothing_is_called_is_refused_with_what_there_is(
    store: Store, said: dict[str, str], sentence: str | None
) -> None:
    if sentence is None:
        assert asked(store, NOW, **said).campaign == 4
        return
    with pytest.raises(Refusal) as refused:
        asked(store, NOW, **said)
    assert str(refused.value) == sentence


def test_a_motion_that_is_none_names_them_all(store: Store) -> None:
    with pytest.raises(Refusal, match="There is no motion sideways: say one of " + ", ".join(Motion)):
        asked(store, NOW, motion="sideways")


def test_where_there_is_no_campaign_none_can_be_meant(tmp_path: Path) -> None:
    made = MadeUp(tmp_path)
    with pytest.raises(Refusal, match=r"^There is no campaign yet\.$"):
        asked(made.store, NOW, campaign="spring")
    made.store.close()


def test_in_words(store: Store) -> None:
    wanted = asked(
        store, NOW, days="last 30 days", team="inside", rep="ben", motion="demo", source="web", campaign="spring f",
        segment="large",
    )  # fmt: skip
    assert in_words(store, wanted) == (
        "last 30 days · team Inside sales · rep Ben · campaign Spring fair · motion demo request · source web"
        " · segment large"
    )
    assert in_words(store, Asked(ALL)) == "all time"


def test_the_period_before_has_the_same_filters(store: Store) -> None:
    wanted = asked(store, NOW, days="2026-03", rep="ben", segment="mid")
    assert wanted.earlier() == wanted._replace(period=days("2026-02-01", "2026-02-28")._replace(name="2026-02"))
    assert Asked(ALL).earlier() is None


@settings(max_examples=40)
@given(count=st.integers(0, 30), seed=st.integers(0, 2**32))
def test_filters_choose_exactly_their_at_bats(made_up: MadeUp, count: int, seed: int) -> None:
    with made_up.world(count, seed) as store:
        rows = Raw(store)
        for wanted in every_filter(rows, store, period(("last_90_days", "all")[seed % 2], store.calendar.day(NOW))):
            base = at_bats(store, wanted)
            found = {id for (id,) in store.rows(f"SELECT l.id FROM {base.sql}", dict(base.values))}
            assert found == {lead.id for lead in chosen(rows, wanted, store.rules.segments)}


def test_a_segment_of_any_name_is_one(made_up: MadeUp, monkeypatch: pytest.MonkeyPatch) -> None:
    """A team names its segments as it likes, also with a quotation mark."""
    with made_up.world(30, 3) as store:
        segments = {"mom 'n' pop": 1, 'the "rest"': 51}
        monkeypatch.setattr(store, "rules", store.rules._replace(segments=segments))
        rows = Raw(store)
        for name in (*segments, UNKNOWN_SEGMENT):
            wanted = asked(store, NOW, days="all", segment=name)
            base = at_bats(store, wanted)
            found = {id for (id,) in store.rows(f"SELECT l.id FROM {base.sql}", dict(base.values))}
            assert found == {lead.id for lead in chosen(rows, wanted, segments)}
            assert found
