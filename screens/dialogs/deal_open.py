"""The opportunity that a held meeting asks for: proposed whole, as when an at bat is converted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.content import Content

from screens.dialogs.answers import AnswerFields
from screens.dialogs.convert import MEETING, ConvertDialog
from store.errors import Refusal
from store.operations.converting import ConvertDraft
from tui import present
from tui.widgets.choice_list import Choice
from tui.widgets.group_list import GroupList


class DealOpenDialog(ConvertDialog):
    """The convert dialog without the meeting, which was held, and without answers: the at bat is locked."""

    VERB = "Opportunity after the meeting"

    def draft(self) -> ConvertDraft:
        """The opportunity as it stands."""
        if not self.query_one(GroupList).parts:
            raise Refusal("Nobody is on this at bat: an opportunity needs a person.", "into")
        return self._into_opportunity()

    def operation(self) -> Callable[..., Any]:
        """Open it."""
        from store.operations.opportunity import open_opportunity

        return open_opportunity

    def consequence(self) -> Content:
        """What it becomes, and for whom."""
        try:
            draft = self.draft()
        except Refusal as refusal:
            return present.joined(refusal.sentence)
        undo = f"{self.app.key_of('undo')} undoes it for {present.span(self.app.team.rules.undo)}"
        return present.joined(" · ".join([*self._opportunity_words(draft), undo]))

    def _into(self) -> list[Choice[str | int]]:
        return [choice for choice in super()._into() if choice.value != MEETING]

    def _follow(self) -> None:
        super()._follow()
        self.query_one(AnswerFields).show(False)
