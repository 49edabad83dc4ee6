"""From when on a share is out of the ordinary, by table."""

from __future__ import annotations

import pytest

from store.rules.shares import Counted, disqualified, failing, nurtured, unusual
from store.ruleset import load_rules

RULES = load_rules().alerts


@pytest.mark.parametrize(
    ("part", "of", "is_told"),
    [(15, 30, False), (16, 30, True), (29, 29, False), (0, 500, False), (501, 1000, True), (500, 1000, False)],
)
def test_more_than_half_of_a_source_from_thirty_up(part: int, of: int, is_told: bool) -> None:
    found = list(disqualified([Counted(7, "web", part, of)], RULES))
    assert [one.id for one in found] == ([7] if is_told else [])
    if is_told:
        assert found[0].words == f"{part} of {of} at bats of web were disqualified"


@pytest.mark.parametrize(("part", "of", "is_told"), [(3, 3, True), (2, 3, False), (2, 2, False), (9, 9, True)])
def test_everybody_of_a_company_in_nurture(part: int, of: int, is_told: bool) -> None:
    assert bool(list(nurtured([Counted(1, "Acme", part, of)], RULES))) is is_told


@pytest.mark.parametrize(
    ("part", "of", "is_told"), [(1, 30, True), (2, 30, False), (0, 29, False), (0, 30, True), (5, 100, False)]
)
def test_what_came_back_and_hardly_converts(part: int, of: int, is_told: bool) -> None:
    assert bool(list(failing(Counted(1, "Inside sales", part, of), RULES))) is is_told


@pytest.mark.parametrize(
    ("mine", "others", "is_told"),
    [
        ((10, 30), (1, 100), True),
        ((10, 30), (0, 0), True),  # nobody to compare with
        ((6, 30), (0, 100), False),  # a fifth is not more than a fifth
        ((10, 30), (20, 100), False),  # others do as much
        ((29, 29), (0, 100), False),  # too few
    ],
)
def test_a_rep_who_sets_many_statuses_against_the_rules(
    mine: tuple[int, int], others: tuple[int, int], is_told: bool
) -> None:
    reps = [Counted(2, "Priya", *mine), Counted(3, "Ben", *others)]
    assert [one.id for one in unusual(reps, RULES) if one.id == 2] == ([2] if is_told else [])
