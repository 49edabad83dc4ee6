"""Something they did, recorded by hand: the list says of each kind what it will do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from store.errors import Refusal
from store.operations.receive_signal import SignalIn
from store.queries.facts import Facts, facts
from store.queries.foretold_signal import foretold
from store.rules.intake import Decision
from tui import present
from tui.desk import Done
from tui.dialog import Dialog
from tui.lead_screen import Whose
from tui.theme import Urgency
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field, InlineField

SOURCE = "told to us"
"""Where a signal comes from that somebody recorded by hand."""


class SignalDialog(Dialog[Whose, Done]):
    """A letter records it; a capital letter only picks it, to add words."""

    _who: Facts
    _foretold: Mapping[str, Decision]

    async def prepare(self, opening: Whose) -> None:
        """Read whose it is, and what each kind would do."""
        desk = self.app.desk
        found = await desk.read(facts, *opening)
        if found is None:
            raise Refusal("Nobody is selected who did something.")
        self._who = found
        kinds = self.app.team.rules.intake.by_hand
        whose = (opening.contact_id, found.account_id if opening.contact_id is not None else opening.account_id)
        self._foretold = await desk.read(foretold, *whose, kinds, desk.now())

    def heading(self) -> Content:
        """``Something they did · Dana Ortiz, CFO · Northwind``."""
        who = self._who
        name = ", ".join(part for part in (who.name, who.title) if part)
        parts = [part for part in (name, who.company) if part]
        named = (piece for part in parts for piece in (" · ", present.content(part, limit=80)))
        return present.joined(("Something they did", "bold"), *named, newlines=False)

    def compose_form(self) -> ComposeResult:
        """What they did, and words."""
        yield Field("kind", "What they did · what it does", ChoiceList[str](id="kind"))
        yield InlineField("words", "In words", Input(max_length=20_000))

    def reset(self, opening: Whose) -> None:
        """Nothing chosen."""
        high = self.app.team.rules.score.is_high_intent
        letters = _letters(list(self._foretold))
        self.query_one(ChoiceList).set_choices(
            [
                Choice(
                    letters[kind],
                    kind,
                    f"{kind.replace('_', ' ')}{f' {Urgency.DUE.sign}' if high(kind) else ''}",
                    decision.words,
                )
                for kind, decision in self._foretold.items()
            ]
        )
        self.query_one(Input).value = ""

    def draft(self) -> SignalIn:
        """The signal."""
        kind: str | None = self.query_one(ChoiceList).value
        if kind is None:
            raise Refusal("What did they do? Press its letter.", "kind")
        words, (contact_id, account_id) = self.query_one(Input).value, self.opening
        whose = {"contact_id": contact_id} if contact_id is not None else {"account_id": account_id}
        return SignalIn(kind, SOURCE, **whose, words=words, by_hand=True)

    def operation(self) -> Callable[..., Any]:
        """Take it in."""
        from store.operations.receive_signal import receive_signal

        return receive_signal

    def consequence(self) -> Content:
        """What the chosen kind does."""
        kind: str | None = self.query_one(ChoiceList).value
        if kind is None:
            sign = Urgency.DUE.sign
            return Content(f"A letter records it; a capital letter only picks it, to add words. {sign} high intent")
        clock = ""
        if self.app.team.rules.score.is_high_intent(kind) and not self._who.suppressed_at:
            clock = f" · answer within {self.app.team.rules.sla.respond_high_intent}"
        return Content(f"{self._foretold[kind].words}{clock}")


def _letters(kinds: list[str]) -> dict[str, str]:
    """A letter for each kind: the first of its own that is free, else none."""
    found: dict[str, str] = {}
    for kind in kinds:
        own = (letter for letter in kind.casefold() if letter.isascii() and letter.isalpha())
        found[kind] = next((letter for letter in own if letter not in found.values()), "")
    return found
