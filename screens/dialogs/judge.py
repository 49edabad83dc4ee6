"""A team lead's word on one change of status: right, or wrong with what it should have been."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from store.errors import Refusal
from store.operations.judge_status import JudgeDraft
from store.queries.spot_checks import SpotCheck
from tui import present
from tui.desk import Done
from tui.dialog import Dialog
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import InlineField

_RIGHT, _WRONG = "right", "wrong"


class JudgeDialog(Dialog[SpotCheck, Done]):
    """``r`` saves at once; ``w`` asks for words."""

    LETTERS_STAY = True

    async def prepare(self, opening: SpotCheck) -> None:
        """Refuse at once whoever may not judge."""
        actor = self.app.desk.actor
        if actor is None or not actor.leads_team:
            raise Refusal("Only a team lead judges a status.")

    def heading(self) -> Content:
        """``Judge · Priya N. · uncontacted to attempting, logged a call · Dana Ortiz``."""
        one = self.opening
        who = one.person or one.company
        return present.joined(
            ("Judge", "bold"),
            f" · {present.safe(one.rep, 40)} · {one.before.label} to {one.status.label}, {one.act} · ",
            present.content(who, limit=60),
            newlines=False,
        )

    def compose_form(self) -> ComposeResult:
        """The word, and what it should have been."""
        yield InlineField("right", "The status", ChoiceList[str](_WORDS))
        yield InlineField("note", "Words", Input(max_length=2_000))

    def reset(self, opening: SpotCheck) -> None:
        """As it was judged before, if it was."""
        self.query_one(ChoiceList).select(None if opening.right is None else _RIGHT if opening.right else _WRONG)
        self.query_one(Input).value = opening.note

    def draft(self) -> JudgeDraft:
        """The judgement."""
        word, note = self.query_one(ChoiceList).value, self.query_one(Input).value.strip()
        if word is None:
            raise Refusal("Was it right or wrong? Press its letter.", "right")
        if word == _WRONG and not note:
            raise Refusal("Say what it should have been.", "note")
        return JudgeDraft(self.opening.id, word == _RIGHT, note)

    def operation(self) -> Callable[..., Any]:
        """Keep it."""
        from store.operations.judge_status import judge_status

        return judge_status

    def consequence(self) -> Content:
        """Where it counts."""
        return Content("counts in the report on reps; the status itself stays as it is")


_WORDS = [Choice("r", _RIGHT, "was what had happened"), Choice("w", _WRONG, "was wrong: say what it should have been")]
