"""The four questions that make an at bat qualified, and what was learned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.answers import AnswerFields
from screens.dialogs.lead_dialog import LeadDialog
from store.operations.converting import QualifyDraft
from store.queries.queue import QueueRow
from store.rules import clocks
from store.rules.qualification import REASON_OF_NO, against
from store.vocabulary import Stage
from tui import present
from tui.lead_screen import Offered
from tui.widgets.field import InlineField


class QualifyDialog(LeadDialog):
    """Letters answer and go on to the next question; enter saves, also what is not complete yet."""

    VERB = "Qualify"
    SAVES_ON_LETTER = False
    LETTERS_STAY = True
    DEFAULT_CSS = """
    QualifyDialog .dialog--part { height: auto; margin-top: 1; }
    """

    _learned_before = ""

    def compose_form(self) -> ComposeResult:
        """The questions and a line of words."""
        with Vertical(classes="dialog--part"):
            yield AnswerFields()
            yield InlineField("learned", "Learned", Input(max_length=20_000, id="learned"))

    def reset(self, opening: QueueRow | Offered) -> None:
        """Start with what is known."""
        self.query_one(AnswerFields).reset(self.lead)
        self._learned_before = present.safe(self.lead.learned)
        self.query_one("#learned", Input).value = self._learned_before

    def focus_first(self) -> None:
        """The first question without an answer."""
        missing = self.query_one(AnswerFields).answers.missing()
        field = self._field(missing[0] if missing else "need")
        assert field is not None
        self.focus_field(field)

    def draft(self) -> QualifyDraft:
        """The answers as they stand."""
        learned = self.query_one("#learned", Input).value
        changed = learned if learned != self._learned_before else ""  # one line here, perhaps many in the store
        return QualifyDraft(self.lead.id, self.query_one(AnswerFields).answers, changed, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Keep them."""
        from store.operations.converting import qualify

        return qualify

    def consequence(self) -> Content:
        """What is still missing, or what becomes of it."""
        answers = self.query_one(AnswerFields).answers
        if refused := answers.refused():
            reason = self.app.team.rules.reasons.get(REASON_OF_NO[refused])
            why = f", {reason.label}" if reason else ""
            return present.joined(f"{refused} is a no · the answers are kept, then offers to close it as bad fit{why}")
        if words := against(answers):
            return present.joined(f"{words} · the answers are kept, it stays {self.lead.stage.label}")
        if self.lead.stage is Stage.QUALIFIED:
            return Content("the answers are kept; it stays qualified")
        team, now = self.app.team, self.app.desk.now()
        due = present.day(clocks.convert_by(now, team.rules, team.calendar), self.app.zone, now)
        return present.joined(f"→ qualified · to be converted by {due}")
