"""Asked once, on the first start: who is at the keyboard?"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content

from store.errors import Refusal
from tui.dialog import Dialog
from tui.frame import Person
from tui.widgets.choice_list import ChoiceList, lettered
from tui.widgets.field import Field


class PersonDialog(Dialog[Sequence[Person], Person]):
    """The users, each with a letter; the choice is remembered by whoever opened it."""

    def heading(self) -> Content:
        """The question."""
        return Content("Who are you?")

    def compose_form(self) -> ComposeResult:
        """One list."""
        yield Field("person", "Asked this once; `atbat --as NAME` starts as somebody else.", ChoiceList[Person]())

    def reset(self, opening: Sequence[Person]) -> None:
        """Show the users."""
        self.query_one(ChoiceList).set_choices(
            lettered([(person, f"{person.name}, {person.role.label}") for person in opening])
        )

    def draft(self) -> Person:
        """Who was chosen."""
        person: Person | None = self.query_one(ChoiceList).value
        if person is None:
            raise Refusal("Press the letter beside your name.", "person")
        return person

    async def carry_out(self, draft: Person) -> Person:
        """Nothing to write: the choice is the result."""
        return draft

    def action_close_dialog(self) -> None:
        """There is no way round this question but to leave."""
        self.say(f"Press the letter beside your name, or {self.app.key_of('quit')} to leave.")
