"""Views of one's own: kept, replaced, renamed, removed, and all of it undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store.errors import Conflict, Refusal
from store.operations.undo import UndoDraft, undo
from store.operations.views import (
    MOST,
    DropViewDraft,
    RenameViewDraft,
    SaveViewDraft,
    drop_view,
    rename_view,
    save_view,
)
from store.queries.views import own_views
from store.rules.queue_views import Order, Spec, View
from tests.factories import BEN, PRIYA, Floor

GERMANS = Spec(View.NEW, "country:DE score>50", Order.SCORE)


def saved(floor: Floor, name: str, spec: Spec = GERMANS, seen: int | None = None) -> int:
    """Keep a view of Priya's."""
    made = save_view(floor.store, PRIYA, floor.later(), SaveViewDraft(name, spec, seen)).made
    assert made is not None
    return made["view_id"]


def mine(floor: Floor) -> list[tuple[str, Spec]]:
    """Priya's views."""
    return [(view.name, view.spec) for view in own_views(floor.store, PRIYA.user_id)]


def test_a_view_is_kept_as_it_was_shown_and_is_nobody_elses(floor: Floor) -> None:
    saved(floor, "Hot Germans")
    saved(floor, "Big", Spec(View.ALL, "size>1000"))
    assert mine(floor) == [("Hot Germans", GERMANS), ("Big", Spec(View.ALL, "size>1000"))]
    assert own_views(floor.store, BEN.user_id) == ()


def test_the_same_name_replaces_whatever_its_case(floor: Floor) -> None:
    first = saved(floor, "hot germans")
    assert saved(floor, "Hot Germans", Spec(View.HOT)) == first
    assert mine(floor) == [("Hot Germans", Spec(View.HOT))]


def test_every_act_can_be_undone(floor: Floor) -> None:
    view_id = saved(floor, "One")
    acts: tuple[Callable[[], object], ...] = (
        lambda: saved(floor, "Two"),
        lambda: saved(floor, "One", Spec(View.HOT)),
        lambda: rename_view(floor.store, PRIYA, floor.later(), RenameViewDraft(view_id, "Uno")),
        lambda: drop_view(floor.store, PRIYA, floor.later(), DropViewDraft(view_id)),
    )
    for act in acts:
        act()
        assert mine(floor) != [("One", GERMANS)]
        undo(floor.store, PRIYA, floor.later(), UndoDraft())
        assert mine(floor) == [("One", GERMANS)]


def test_every_act_names_who_and_moves_the_version(floor: Floor) -> None:
    view_id = saved(floor, "One")
    rename_view(floor.store, PRIYA, floor.later(), RenameViewDraft(view_id, "Uno"))
    assert [view.version for view in own_views(floor.store, PRIYA.user_id)] == [1]
    kinds = floor.store.rows("SELECT kind, actor_id FROM operation WHERE kind LIKE '%view' ORDER BY id")
    assert kinds == [("save_view", PRIYA.user_id), ("rename_view", PRIYA.user_id)]


def test_one_changed_at_another_screen_is_not_written_over(floor: Floor) -> None:
    view_id = saved(floor, "One")
    rename_view(floor.store, PRIYA, floor.later(), RenameViewDraft(view_id, "Uno", seen=0))
    with pytest.raises(Conflict, match="changed at another screen"):
        saved(floor, "Uno", Spec(View.HOT), seen=0)
    with pytest.raises(Conflict):
        drop_view(floor.store, PRIYA, floor.later(), DropViewDraft(view_id, seen=0))


@pytest.mark.parametrize("name", ["", "  ", "all", "Later", "x" * 31])
def test_a_name_that_will_not_do(floor: Floor, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        saved(floor, name)
    assert refused.value.field == "name"


def test_a_filter_that_is_wrong_is_not_kept(floor: Floor) -> None:
    with pytest.raises(Refusal, match="such as score>50"):
        saved(floor, "Bad", Spec(filter="score>many"))


def test_there_is_a_limit(floor: Floor) -> None:
    for number in range(MOST):
        saved(floor, f"View {number}")
    with pytest.raises(Refusal, match="which is the limit"):
        saved(floor, "One more")
    saved(floor, "view 3")


@pytest.mark.parametrize("draft", [RenameViewDraft, DropViewDraft])
def test_nobody_elses_view_can_be_touched(floor: Floor, draft: Any) -> None:
    view_id = saved(floor, "One")
    act: Any = rename_view if draft is RenameViewDraft else drop_view
    with pytest.raises(Refusal, match="not among yours"):
        act(floor.store, BEN, floor.later(), draft(view_id, *(["Two"] if draft is RenameViewDraft else [])))


def test_two_views_cannot_have_one_name(floor: Floor) -> None:
    saved(floor, "One")
    two = saved(floor, "Two")
    with pytest.raises(Refusal, match="Another view of yours"):
        rename_view(floor.store, PRIYA, floor.later(), RenameViewDraft(two, "ONE"))
    rename_view(floor.store, PRIYA, floor.later(), RenameViewDraft(two, "TWO"))


def test_a_view_of_another_version_is_left_alone_and_out(floor: Floor) -> None:
    saved(floor, "One")
    floor.raw('UPDATE saved_view SET spec = \'{"view": "all", "order": "phase of the moon"}\'')
    assert mine(floor) == []
    floor.raw("UPDATE saved_view SET spec = ?", (GERMANS.dump(),))
