"""The people on an opportunity: the part each plays, who is primary, who leaves, and somebody who joins them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.deal_dialog import DealDialog
from screens.dialogs.person_fields import PersonFields
from store.errors import Refusal
from store.operations.converting import Member
from store.operations.opportunity import GroupDraft
from store.queries.deals import Deal
from store.queries.likely import SHOWN, KnownPerson, Typed, likely
from store.rules.closing import NewPerson
from store.vocabulary import Role
from tui import present
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import InlineField
from tui.widgets.group_list import GroupList, Part, role_choices


class DealPeopleDialog(DealDialog):
    """Type a name, or take somebody who is known with the down key; shift+tab goes to those on it already."""

    VERB = "People"
    LETTERS_STAY = True
    BINDINGS = [Binding("down", "known(1)", show=False), Binding("up", "known(-1)", show=False)]
    DEFAULT_CSS = """
    DealPeopleDialog .dialog--part { height: auto; margin-top: 1; }
    """

    def compose_form(self) -> ComposeResult:
        """Who is on it, then who joins and in which part."""
        with Vertical(classes="dialog--part"):
            yield InlineField("members", "On it", GroupList(may_leave=True, id="group"))
        with Vertical(classes="dialog--part"):
            yield PersonFields()
        with Vertical(classes="dialog--part"):
            yield InlineField("known", "Known", _KnownList(id="known"), also="contact_id")
            yield InlineField("role", "Part", ChoiceList[Role](role_choices(), id="role"))

    def reset(self, opening: Deal) -> None:
        """As it stands, and nobody new."""
        people = self.choices.people
        self._group.set_parts(
            [Part(one.contact_id, _named(one.name, one.title), one.role, one.primary) for one in people]
        )
        self._before = self._members()
        self.query_one(PersonFields).reset()
        self._list("role").select(None)
        self._list("known").set_choices(())
        self._likely: tuple[KnownPerson, ...] = ()
        self._suggest()

    def focus_first(self) -> None:
        """Into the name of who joins."""
        self.set_focus(self.query_one("#first-name"))

    def draft(self) -> GroupDraft:
        """The parts that changed, and who joins."""
        known: KnownPerson | None = self._list("known").value
        person = self.query_one(PersonFields).person
        role: Role | None = self._list("role").value
        members = self._members() if self._members() != self._before else ()
        gone = self._gone()
        if known is None and not person.name:
            if not members and not gone:
                raise Refusal(
                    "Who joins? Give a name; or shift+tab: change a part above, take somebody off.", "first_name"
                )
            return GroupDraft(self.deal.id, members, gone, seen=self.seen)
        if role is None:
            raise Refusal("Which part do they play? Press its letter.", "role")
        if known is not None:
            return GroupDraft(self.deal.id, members, gone, role, contact_id=known.contact_id, seen=self.seen)
        return GroupDraft(self.deal.id, members, gone, role, person=person, seen=self.seen)

    def operation(self) -> Callable[..., Any]:
        """Save the group."""
        from store.operations.opportunity import set_group

        return set_group

    def consequence(self) -> Content:
        """Who joins, and which parts change."""
        try:
            draft = self.draft()
        except Refusal as refusal:
            return present.joined(refusal.sentence)
        words = []
        if draft.role is not None:
            known: KnownPerson | None = self._list("known").value
            name = known.name if known is not None else self.query_one(PersonFields).person.name
            new = "" if known is not None else ", a new person"
            words.append(f"{present.safe(name, 60)} joins{new}: {draft.role.label}")
        leave = [present.safe(part.words, 60) for part in self._group.parts if part.leaves]
        if leave:
            words.append(f"{', '.join(leave)} leaves; what was done with them stays in the story")
        if draft.members:
            primary = next((part.words for part in self._group.parts if part.primary), "")
            words.append(f"parts change, {present.safe(primary, 60)} is primary")
        return self._said(*words)

    def action_enter(self) -> None:
        """From the name on to the part they play, while that is not said; else save."""
        role, person = self._list("role").value, self.query_one(PersonFields).person
        joins = bool(person.name) or self._list("known").value is not None
        if role is None and joins and isinstance(self.focused, Input):
            field = self._field("role")
            assert field is not None
            self.focus_field(field)
        elif isinstance(self.focused, GroupList):
            self.action_submit()
        else:
            super().action_enter()

    def action_known(self, step: int) -> None:
        """Take the next of those who are known; up from the first takes nobody."""
        known = self._list("known")
        if step < 0 and known.choices and known.chosen is known.choices[0]:
            known.select(None)
        elif step > 0 or known.chosen is not None:
            known.action_over(step)

    @on(GroupList.Changed)
    def _group_changed(self) -> None:
        self.show_consequence()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._suggest()
        self.look_soon(self._look)

    async def _look(self) -> None:
        """Look for whoever has that name, number or address, wherever they work."""
        person = self.query_one(PersonFields).person
        typed = Typed(self.deal.company, person.name, person.phone, person.email)
        self._likely = (await self.app.desk.read(likely, typed)).people if person != NewPerson() else ()
        self._suggest()

    def _suggest(self) -> None:
        """Show whom the typed words likely mean, then those of the company whose name has all of them."""
        words = self.query_one(PersonFields).person.name.casefold().split()
        here = [one for one in self.choices.newcomers if all(word in one.name.casefold() for word in words)]
        there = {part.contact_id for part in self.choices.people}
        found = {one.contact_id: one for one in (*self._likely, *here) if one.contact_id not in there}
        known = self._list("known")
        taken: KnownPerson | None = known.value
        shown = list(found.values())[:SHOWN]
        if taken is not None and taken not in shown:
            shown = [taken, *shown[: SHOWN - 1]]
        known.set_choices([Choice("", one, self._said_of(one)) for one in shown], taken)
        self._show_field("known", bool(shown))

    def _said_of(self, person: KnownPerson) -> str:
        elsewhere = person.company if person.account_id != self.deal.account_id else ""
        return " · ".join(part for part in (_named(person.name, person.title), elsewhere) if part)

    @property
    def _group(self) -> GroupList:
        return self.query_one(GroupList)

    def _gone(self) -> tuple[int, ...]:
        """Who is taken off; raises Refusal for the primary one."""
        for part in self._group.parts:
            if part.leaves and part.primary:
                raise Refusal(f"{part.words} is primary: name another primary first.", "members")
        return tuple(part.contact_id for part in self._group.parts if part.leaves)

    def _members(self) -> tuple[Member, ...]:
        return tuple(Member(part.contact_id, part.role, part.primary) for part in self._group.parts)


class _KnownList(ChoiceList[KnownPerson], can_focus=False):
    """Walked from any field by down and up, so tab need not stop at it."""


def _named(name: str, title: str) -> str:
    return ", ".join(part for part in (name, title) if part)
