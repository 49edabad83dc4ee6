"""Keep what the queue shows as a view of one's own; rename and remove views here too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from store.errors import Refusal
from store.operations.views import LONGEST_NAME, DropViewDraft, RenameViewDraft, SaveViewDraft
from store.queries.views import OwnView
from store.rules.queue_views import Order, Spec
from tui import present
from tui.desk import Done
from tui.dialog import Dialog
from tui.widgets.choice_list import Choice, ChoiceList, lettered
from tui.widgets.field import Field


@dataclass(frozen=True, slots=True)
class Kept:
    """What is shown, one's own views, and the one that is open (None: a built-in one)."""

    spec: Spec
    own: tuple[OwnView, ...]
    open_id: int | None = None


class What(StrEnum):
    """What to do."""

    SAVE = "save"
    RENAME = "rename"
    REMOVE = "remove"


class SaveViewDialog(Dialog[Kept, Done]):
    """A name, then enter. Below it one's own views, to be replaced, renamed or removed."""

    SAVES_ON_LETTER = False
    LETTERS_STAY = True

    def heading(self) -> Content:
        """What would be kept."""
        return present.joined(("Save view", "bold"), " · ", present.content(described(self.opening.spec), limit=200))

    def compose_form(self) -> ComposeResult:
        """The name first."""
        yield Field("name", "Name", Input(max_length=LONGEST_NAME, id="name"))
        yield Field("which", "Your views", ChoiceList[OwnView](id="which"))
        yield Field("what", "Do", ChoiceList[What](_WHAT, id="what"))

    def reset(self, opening: Kept) -> None:
        """The open view's name, if it is one's own, and replacing it."""
        own = next((view for view in opening.own if view.id == opening.open_id), None)
        self._input.value = own.name if own is not None else ""
        self._which.set_choices(lettered([(view, view.name) for view in opening.own]), own)
        self._what.select(What.SAVE)
        for field in ("which", "what"):
            self.query_one(f"#field-{field}", Field).show(bool(opening.own))

    def focus_first(self) -> None:
        """Into the name."""
        self.set_focus(self._input)

    def draft(self) -> SaveViewDraft | RenameViewDraft | DropViewDraft:
        """What would be done."""
        name, what, chosen = self._input.value.strip(), self._what.value, self._which.value
        if what is What.REMOVE:
            if chosen is None:
                raise Refusal("Which one? Choose one of your views by its letter.", "which")
            return DropViewDraft(chosen.id, chosen.version)
        if not name:
            raise Refusal("What shall it be called? Type a name.", "name")
        if what is What.RENAME:
            if chosen is None:
                raise Refusal("Which one? Choose one of your views by its letter.", "which")
            return RenameViewDraft(chosen.id, name, chosen.version)
        same = self._same(name)
        return SaveViewDraft(name, self.opening.spec, same.version if same is not None else None)

    def operation(self) -> Callable[..., Any]:
        """Save, rename or remove."""
        from store.operations import views

        acts: dict[What, Callable[..., Any]] = {What.RENAME: views.rename_view, What.REMOVE: views.drop_view}
        return acts.get(self._what.value or What.SAVE, views.save_view)

    def consequence(self) -> Content:
        """What saving does, and whether it replaces something."""
        name, chosen = self._input.value.strip(), self._which.value
        match self._what.value:
            case What.REMOVE if chosen is not None:
                return present.joined(f"removes “{chosen.name}”: {described(chosen.spec)}")
            case What.RENAME if chosen is not None and name:
                return present.joined(f"“{chosen.name}” will be called “{name}”")
            case What.SAVE | None if (same := self._same(name)) is not None:
                return present.joined(f"replaces “{same.name}”, which is {described(same.spec)}")
        return present.joined("stands beside the built-in views, with its count")

    @on(ChoiceList.Changed, "#which")
    def _chosen(self) -> None:
        """The name of one that is chosen stands where it can be changed, unless another was typed."""
        name = self._input.value.strip()
        if self._which.value is not None and (not name or self._same(name) is not None):
            self._input.value = self._which.value.name

    def _same(self, name: str) -> OwnView | None:
        return next((view for view in self.opening.own if view.name.casefold() == name.casefold()), None)

    @property
    def _input(self) -> Input:
        return self.query_one("#name", Input)

    @property
    def _which(self) -> ChoiceList[OwnView]:
        return self.query_one("#which", ChoiceList)

    @property
    def _what(self) -> ChoiceList[What]:
        return self.query_one("#what", ChoiceList)


def described(spec: Spec) -> str:
    """A spec in words: ``all, motion:demo, by score``."""
    by = f"by {spec.order.value}" if spec.order is not Order.DUE else ""
    return ", ".join(part for part in (spec.view.label.lower(), spec.filter, by) if part)


_WHAT = [
    Choice("s", What.SAVE, "save what is shown under this name"),
    Choice("r", What.RENAME, "rename the chosen view to this name"),
    Choice("x", What.REMOVE, "remove the chosen view"),
]
