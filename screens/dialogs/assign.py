"""A team lead gives an at bat to somebody: everybody there is, with what they hold and whether they are here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from textual.app import ComposeResult
from textual.content import Content

from screens.dialogs.lead_dialog import LeadDialog
from screens.team.words import doing
from store.errors import Refusal
from store.operations.routing import AssignDraft
from store.queries.queue import QueueRow
from store.queries.staff import StaffRow, staff
from store.queries.team import Rep, team_now
from store.rules.days_away import away_through
from store.vocabulary import UserRole
from tui import present
from tui.lead_screen import Offered
from tui.theme import Urgency
from tui.widgets.choice_list import LETTERS, Choice, ChoiceList
from tui.widgets.field import Field


class AssignDialog(LeadDialog):
    """One list, the reps who are here first, those with the fewest open at bats before the others.

    A letter gives it to a rep who is here; of anybody else it only picks, and enter gives it.
    """

    VERB = "Assign"

    _staff: tuple[StaffRow, ...] = ()
    _on_board: Mapping[int, Rep] = MappingProxyType({})

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Read who is here."""
        await super().prepare(opening)
        await self.read_staff()

    async def read_staff(self) -> None:
        """Who there is, and what each is doing."""
        desk = self.app.desk
        self._staff = await desk.read(staff, desk.now())
        self._on_board = {rep.id: rep for rep in (await desk.read(team_now, desk.now())).reps}

    def compose_form(self) -> ComposeResult:
        """One list."""
        yield Field("owner", "Who gets it", ChoiceList[int](id="owner"))

    def reset(self, opening: QueueRow | Offered) -> None:
        """Everybody but who has it: reps who are here, reps who are not, then the others; the fewest held first."""
        rest = [one for one in self._staff if one.id != self.lead.owner_id]
        rest.sort(key=lambda one: (one.role is not UserRole.SDR, not one.here, one.open, one.name))
        letters = LETTERS + " " * len(rest)
        choices = [
            Choice(letter.strip(), one.id, self._called(one), self._stands(one))
            for letter, one in zip(letters, rest, strict=False)
        ]
        self._owners.set_choices(choices)

    def draft(self) -> AssignDraft:
        """Whom it goes to."""
        owner_id = self._owners.value
        if owner_id is None:
            raise Refusal("Who gets it? Press a letter.", "owner")
        return AssignDraft(self.lead.id, owner_id, self.seen)

    def action_letter(self, letter: str) -> None:
        """Give it to a rep who is here; anybody else is only picked."""
        lower = letter.lower()
        one = next((choice.value for choice in self._owners.choices if choice.letter and choice.letter == lower), None)
        if one is None or self._at_once(one):
            super().action_letter(letter)
            return
        self._owners.pick(lower)
        self.show_consequence()

    def operation(self) -> Callable[..., Any]:
        """Give it."""
        from store.operations.routing import reassign_to

        return reassign_to

    def consequence(self) -> Content:
        """From whom it goes, and what does not change."""
        if not self._owners.choices:
            return Content("Nobody else is here: atbat users add NAME adds somebody.")
        whose = self._whose()
        chosen = next((one for one in self._staff if one.id == self._owners.value), None)
        parts: list[present.Part] = [whose, "; ", *self._clocks()]
        if chosen is not None and not self._at_once(chosen.id):
            name = present.safe(chosen.name, 40)
            what = f"is {self._away(chosen)}" if not chosen.here else f"({_ROLES[chosen.role]}) is no rep"
            warned = f"{Urgency.DUE.sign} {name} {what}: enter gives it all the same"
            return present.joined((warned, Urgency.DUE.style), "\n", *parts)
        return present.joined(*parts)

    def _whose(self) -> str:
        return f"taken from {present.safe(self.row.owner, 40)}" if self.row.owner else "nobody’s so far"

    def _clocks(self) -> list[present.Part]:
        """What giving it to somebody else does not mend, and what it begins."""
        runs_on = "its clocks run on; the new owner’s own first touch is timed from now"
        due, now = self.lead.first_touch_due_at, self.app.desk.now()
        if due is None or due >= now or self.lead.first_touch_at is not None:
            return [runs_on]
        late = f"{Urgency.LATE.sign} first touch is {present.span(now - due)} late, which stays so"
        return [f"{runs_on}\n", (late, Urgency.LATE.style)]

    def _at_once(self, user_id: int) -> bool:
        """Whether a letter alone gives it: to a rep who is here."""
        return any(one.id == user_id and one.here and one.role is UserRole.SDR for one in self._staff)

    def _called(self, one: StaffRow) -> str:
        you = self.app.person is not None and one.id == self.app.person.id
        role = "" if one.role is UserRole.SDR else f", {_ROLES[one.role]}"
        return f"{present.safe(one.name, 40)}{role}{' (you)' if you else ''}"

    def _stands(self, one: StaffRow) -> str:
        """What they hold and of how much, their share where shares differ, and whether they are at work."""
        said = [f"{one.open:,} open"]
        if one.role is UserRole.SDR:
            limit = f"{self.app.team.rules.routing.open_lead_limit:,}"
            said = [f"{one.open:,} open, at the limit of {limit}" if one.full else f"{one.open:,} of {limit} open"]
        offered = (other for other in self._staff if other.in_turn and other.id != self.lead.owner_id)
        if one.in_turn and len({other.capacity for other in offered}) > 1:
            said.append(f"share {one.capacity}")
        if not one.here:
            said.append(f"{Urgency.DUE.sign} {self._away(one)}")
        elif (rep := self._on_board.get(one.id)) is not None:
            said.append(doing(rep, self.app.desk.now(), self.app.zone)[0])
        return " · ".join(said)

    def _away(self, one: StaffRow) -> str:
        if not one.absent_until:
            return "taking nothing new"
        app = self.app
        return away_through(one.absent_until, app.team.calendar.day(app.desk.now()).isoformat())

    @property
    def _owners(self) -> ChoiceList[int]:
        return self.query_one("#owner", ChoiceList)


_ROLES = {UserRole.AE: "account executive", UserRole.LEAD: "team lead", UserRole.ADMIN: "admin"}
