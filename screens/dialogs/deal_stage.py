"""Set the stage of an opportunity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content

from screens.dialogs.deal_dialog import DealDialog
from store.errors import Refusal
from store.operations.opportunity import OpportunityDraft
from store.queries.deals import Deal
from store.vocabulary import OPEN_OPPORTUNITY_STAGES, OpportunityStage
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field


class DealStageDialog(DealDialog):
    """The stages of an open opportunity, each with its letter; back and forth, as deals go."""

    VERB = "Stage"

    def compose_form(self) -> ComposeResult:
        """One list."""
        yield Field("stage", "Where it stands now", ChoiceList[OpportunityStage](id="stage"))

    def reset(self, opening: Deal) -> None:
        """Every open stage; the one it is in says so."""
        here = self.deal.stage
        choices = [
            Choice(stage.label[0], stage, stage.label, "here now" if stage is here else "")
            for stage in OPEN_OPPORTUNITY_STAGES
        ]
        self._list("stage").set_choices(choices)

    def draft(self) -> OpportunityDraft:
        """The stage chosen."""
        stage: OpportunityStage | None = self._list("stage").value
        if stage is None:
            raise Refusal("Press the letter of a stage.", "stage")
        if stage is self.deal.stage:
            raise Refusal(f"It is in {stage.label} already.", "stage")
        return OpportunityDraft(self.deal.id, self.seen, stage=stage)

    def operation(self) -> Callable[..., Any]:
        """Set it."""
        from store.operations.opportunity import update_opportunity

        return update_opportunity

    def consequence(self) -> Content:
        """What moves with it."""
        stage: OpportunityStage | None = self._list("stage").value
        if not self.over and (stage is None or stage is self.deal.stage):
            end = self.app.key_of("close")
            takes = f"{self.takes_on}, " if self.takes_on else ""
            return Content(f"A letter {takes}moves it and starts its 30 days anew; {end} ends it, won or lost.")
        moves = f"{self.deal.stage.label} → {stage.label}" if stage is not None else ""
        return self._said(self.takes_on, moves, "its time in this stage begins")
