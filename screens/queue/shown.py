"""Which view of the queue is open, and what of it is shown now: the view's own filter and order, or others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from store.queries.views import OwnView
from store.rules.queue_views import Spec, View

GAP = 2
"""Cells between two names in the strip."""
MORE = "…"


@dataclass(frozen=True, slots=True)
class Tab:
    """A view as the strip names it: built in, or one's own."""

    name: str
    spec: Spec
    own: OwnView | None = None


BUILT_IN = tuple(Tab(view.label, Spec(view)) for view in View)


class Whose(NamedTuple):
    """Whose queue is shown, where it is not one's own; the pool of what nobody has has no id.

    ``zone`` is the one whose day counts, empty where it is the team's.
    """

    id: int | None
    name: str
    zone: str = ""


class Shown:
    """The views there are, built-in ones first, and the spec that is shown."""

    def __init__(self) -> None:
        self.tabs: tuple[Tab, ...] = BUILT_IN
        self.index = 0
        self.spec = BUILT_IN[0].spec

    @property
    def tab(self) -> Tab:
        """The view that is open."""
        return self.tabs[self.index]

    @property
    def changed(self) -> bool:
        """Whether more, less or otherwise ordered is shown than the view itself says."""
        return self.spec != self.tab.spec

    @property
    def own(self) -> tuple[OwnView, ...]:
        """One's own views."""
        return tuple(tab.own for tab in self.tabs if tab.own is not None)

    def open(self, index: int) -> None:
        """Go to a view, as it is."""
        self.index = index % len(self.tabs)
        self.spec = self.tab.spec

    def open_view(self, view: View) -> None:
        """Go to a built-in view."""
        self.open(list(View).index(view))

    def open_own(self, view_id: int) -> None:
        """Go to a view of one's own, if it is there."""
        for index, tab in enumerate(self.tabs):
            if tab.own is not None and tab.own.id == view_id:
                self.open(index)

    def take(self, own: Sequence[OwnView]) -> bool:
        """Have these views of one's own; says whether something else is to be shown, because the open one changed."""
        before, spec, as_it_is = self.tab, self.spec, not self.changed
        self.tabs = (*BUILT_IN, *(Tab(view.name, view.spec, view) for view in own))
        if before.own is None:
            return False
        kept = [index for index, tab in enumerate(self.tabs) if tab.own is not None and tab.own.id == before.own.id]
        if not kept:
            self.open(0)
        else:
            self.index = kept[0]
            if as_it_is:
                self.spec = self.tab.spec
        return self.spec != spec


def fitting(widths: Sequence[int], open_one: int, room: int) -> list[int]:
    """Which of the names fit into ``room`` cells, in order: the open one in any case, then from the left."""
    kept = {open_one}
    for index in range(len(widths)):
        if _cells(widths, kept | {index}) <= room:
            kept.add(index)
        elif index != open_one:
            break
    return sorted(kept)


def _cells(widths: Sequence[int], kept: set[int]) -> int:
    left_out = len(kept) < len(widths)
    gaps = sum(GAP for _ in pairwise(kept))
    return sum(widths[index] for index in kept) + gaps + (GAP + len(MORE) if left_out else 0)
