"""The four questions of a qualification, a line each: ``y`` yes, ``n`` no, ``u`` not known."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from store.lead_state import LeadState
from store.rules.qualification import QUESTIONS, Answers
from store.vocabulary import Answer
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import InlineField

_LETTERS = [Choice("y", Answer.YES, "yes"), Choice("n", Answer.NO, "no"), Choice("u", Answer.UNKNOWN, "not known")]


class AnswerFields(Vertical):
    """Four fields, named as refusals name the questions."""

    DEFAULT_CSS = """
    AnswerFields { height: auto; }
    """

    def compose(self) -> ComposeResult:
        """A line a question."""
        for question in QUESTIONS:
            yield InlineField(question, question.capitalize(), ChoiceList[Answer](_LETTERS, id=question))

    def reset(self, lead: LeadState) -> None:
        """Start with what is known."""
        for question in QUESTIONS:
            self._list(question).select(getattr(lead, question))

    def show(self, shown: bool) -> None:
        """Show the questions or take them away."""
        self.display = shown
        for field in self.query(InlineField):
            field.show(shown)

    @property
    def answers(self) -> Answers:
        """The answers as they stand."""
        return Answers(**{question: self._list(question).value for question in QUESTIONS})

    def _list(self, question: str) -> ChoiceList[Any]:
        return self.query_one(f"#{question}", ChoiceList)
