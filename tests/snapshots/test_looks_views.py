"""How a narrowed queue and a view of one's own look, as in test_looks.py."""

from __future__ import annotations

import pytest

from store.operations.promises import CallbackDraft, callback
from store.operations.views import SaveViewDraft, save_view
from store.rules.queue_views import Order, Spec, View
from store.vocabulary import Stage
from tests.factories import BEN, HOUR, MINUTE, PRIYA, Floor
from tests.snapshots.test_looks import SIZES, THEMES, Compare, busy, look

__all__ = ["busy"]

OWN = ("v",) * len(View)


@pytest.fixture
def viewed(busy: Floor) -> Floor:
    """The same day, with two views of one's own and a promise of Ben's that passed on."""
    theirs = busy.lead(Stage.ATTEMPTING, actor=BEN, company="Ben's & Co")
    callback(busy.store, BEN, busy.later(), CallbackDraft(theirs, busy.now + HOUR))
    busy.later(HOUR + 42 * MINUTE)
    for name, spec in (("Big ones", Spec(View.ALL, "-acme", Order.COMPANY)), ("Outbound", Spec(View.ALL, "outbound"))):
        save_view(busy.store, PRIYA, busy.later(), SaveViewDraft(name, spec))
    return busy


@pytest.mark.parametrize("size", SIZES)
def test_filter_open(snap_compare: Compare, viewed: Floor, size: str) -> None:
    assert look(snap_compare, viewed, ("f", *"acm"), "1 of", size)


@pytest.mark.parametrize(("size", "theme"), [*((size, THEMES[0]) for size in SIZES), ("middle", THEMES[1])])
def test_own_view(snap_compare: Compare, viewed: Floor, size: str, theme: str) -> None:
    assert look(snap_compare, viewed, OWN, "by company", size, theme)


def test_a_promise_that_passed_on(snap_compare: Compare, viewed: Floor) -> None:
    assert look(snap_compare, viewed, ("v", "v", "G"), "anyone’s", "middle")


@pytest.mark.parametrize("size", ["narrow", "middle"])
def test_save_view_dialog(snap_compare: Compare, viewed: Floor, size: str) -> None:
    assert look(snap_compare, viewed, (*OWN, "V"), "Your views", size)
