"""What the dialogs that edit have in common: what was there, what of it changed, who was first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual import on
from textual.widgets import Input

from screens.dialogs.reach_lines import ReachLines
from store.errors import Conflict, Refusal
from store.queries.sheet import Doubts
from tui.desk import Done
from tui.dialog import Dialog
from tui.theme import Urgency


class EditDialog(Dialog[int, Done]):
    """Opened on a row's id; only what changed is saved. A subclass reads the row and tells what it shows of it."""

    DEFAULT_CSS = """
    EditDialog {
        Horizontal { height: auto; }
        .dialog--pair > InlineField { width: 1fr; }
        .dialog--pair > InlineField:last-child { padding-left: 2; }
    }
    """

    seen: int
    _shown: Mapping[str, str]
    _doubts: Doubts

    def show_texts(self, version: int, texts: Mapping[str, str]) -> None:
        """Begin with these texts in their lines, as they stand in this version."""
        self.seen, self._shown, self._doubts = version, texts, Doubts()
        for name, text in texts.items():
            self._input(name).value = text

    async def carry_out(self, draft: Any) -> Done | Refusal:
        """Save; having been told of somebody else's edit, the next try is made in that knowledge."""
        result = await super().carry_out(draft)
        if isinstance(result, Conflict) and result.version is not None:
            self.seen = result.version
        return result

    @property
    def typed_something(self) -> bool:
        """Whether closing would lose an edit, typed or chosen."""
        try:
            self.draft()
        except Refusal as refusal:
            return refusal.field is not None
        return True

    @on(ReachLines.Changed)
    def _lines_changed(self) -> None:
        self.show_consequence()

    def _changed(self, name: str) -> str | None:
        """What was typed, if it is not what was there."""
        text = self._input(name).value
        return text if text.strip() != self._shown[name].strip() else None

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)


def doubtful(found: Doubts) -> list[str]:
    """What is doubtful about values that were typed; none of it keeps them from being saved."""
    words = [f"{Urgency.DUE.sign} “{text}” is no valid number: kept as it is written" for text in found.not_valid]
    return words + [f"{Urgency.DUE.sign} {names} has {text} too" for text, names in found.shared]
