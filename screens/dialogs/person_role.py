"""Add a person to an at bat, known or new, with the part they play."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.lead_dialog import LeadDialog
from screens.dialogs.person_fields import PersonFields
from store.errors import Refusal
from store.operations.people import PersonDraft
from store.queries.likely import SHOWN, KnownPerson, newcomers
from store.queries.queue import QueueRow
from store.vocabulary import Role
from tui import present
from tui.lead_screen import Offered
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import InlineField
from tui.widgets.group_list import role_choices


class PersonRoleDialog(LeadDialog):
    """Type a name, or take one of the company's people with the down key; enter goes on to the role, a letter saves."""

    VERB = "Add a person"
    LETTERS_STAY = True
    BINDINGS = [Binding("down", "known(1)", show=False), Binding("up", "known(-1)", show=False)]
    DEFAULT_CSS = """
    PersonRoleDialog .dialog--part { height: auto; margin-top: 1; }
    """

    people: tuple[KnownPerson, ...]

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Read who else is known at the company."""
        await super().prepare(opening)
        self.people = await self.app.desk.read(newcomers, self.lead.id)

    def compose_form(self) -> ComposeResult:
        """Who, then which part."""
        with Vertical(classes="dialog--part"):
            yield PersonFields()
        with Vertical(classes="dialog--part"):
            yield InlineField("known", "Known here", _KnownList(id="known"), also="contact_id")
            yield InlineField("role", "Part", ChoiceList[Role](role_choices(), id="role"))

    def reset(self, opening: QueueRow | Offered) -> None:
        """Nobody yet."""
        self.query_one(PersonFields).reset()
        self._roles.select(None)
        self._known.set_choices(())
        self._suggest()

    def focus_first(self) -> None:
        """Into the name."""
        self.set_focus(self.query_one("#first-name"))

    def draft(self) -> PersonDraft:
        """The person and their part."""
        known: KnownPerson | None = self._known.value
        person = self.query_one(PersonFields).person
        if known is None and not person.name:
            raise Refusal("Who is it? Give at least a name.", "first_name")
        role: Role | None = self._roles.value
        if role is None:
            raise Refusal("Which part do they play? Press its letter.", "role")
        if known is not None:
            return PersonDraft(self.lead.id, role, self.seen, contact_id=known.contact_id)
        return PersonDraft(self.lead.id, role, self.seen, person=person)

    def operation(self) -> Callable[..., Any]:
        """Add them."""
        from store.operations.people import add_person

        return add_person

    def consequence(self) -> Content:
        """Who joins, and whether they become the primary contact."""
        known: KnownPerson | None = self._known.value
        name = known.name if known is not None else self.query_one(PersonFields).person.name
        if not name:
            return Content("Type a name; down takes somebody who is known here, enter goes on to the part they play.")
        role: Role | None = self._roles.value
        part = f": {role.label}" if role is not None else ""
        words = [f"{present.safe(name, 60)} joins this at bat{part}", "known here" if known else "a new person"]
        if self.lead.contact_id is None:
            words.append("becomes its primary contact")
        if known is not None and known.suppressed:
            words.append("asked not to be contacted: is not to be called or written to")
        elif known is not None and known.lead_id is not None:
            words.append(f"is being worked by {present.safe(known.owner or 'nobody', 40)} as well")
        return present.joined(" · ".join(words))

    def action_enter(self) -> None:
        """From the name on to the part they play, while that is not said; else save."""
        role, person = self._roles.value, self.query_one(PersonFields).person
        if role is None and isinstance(self.focused, Input) and (person.name or self._known.value is not None):
            field = self._field("role")
            assert field is not None
            self.focus_field(field)
        else:
            super().action_enter()

    def action_known(self, step: int) -> None:
        """Take the next of the people known here; up from the first takes nobody."""
        if step < 0 and self._known.choices and self._known.chosen is self._known.choices[0]:
            self._known.select(None)
        elif step > 0 or self._known.chosen is not None:
            self._known.action_over(step)

    @on(Input.Changed)
    def _suggest(self) -> None:
        """Show those of the company whose name has every typed word."""
        words = self.query_one(PersonFields).person.name.casefold().split()
        found = [person for person in self.people if all(word in person.name.casefold() for word in words)]
        choices = [Choice("", person, _said(person)) for person in found[:SHOWN]]
        self._known.set_choices(choices, self._known.value)
        field = self._field("known")
        assert field is not None
        field.show(bool(choices))

    @property
    def _known(self) -> ChoiceList[Any]:
        return self.query_one("#known", ChoiceList)

    @property
    def _roles(self) -> ChoiceList[Any]:
        return self.query_one("#role", ChoiceList)


class _KnownList(ChoiceList[KnownPerson], can_focus=False):
    """Walked from any field by down and up, so tab need not stop at it."""


def _said(person: KnownPerson) -> str:
    return ", ".join(part for part in (person.name, person.title) if part)
