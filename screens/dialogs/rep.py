"""What a team lead says of a rep, and everybody of themselves: away, back, nothing new, a share, leaving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.css.query import QueryType
from textual.widget import Widget
from textual.widgets import Input

from store.errors import Refusal
from store.operations.attendance import AbsenceDraft, CapacityDraft, ComingDraft, UserActDraft
from store.operations.leaving import LeaveDraft
from store.queries.staff import StaffRow, staff
from store.rules.days_away import away_on, away_through
from store.rules.when import DAYS, parse_day
from store.vocabulary import UserRole
from tui import present
from tui.desk import Done
from tui.dialog import Dialog
from tui.widgets.choice_list import Choice, ChoiceList, lettered
from tui.widgets.field import Field, InlineField


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody of the team."""

    id: int
    name: str


class Act(StrEnum):
    """What is said of them."""

    ABSENT = "absent"
    BACK = "back"
    NOT_AWAY = "not_away"
    PAUSE = "pause"
    RESUME = "resume"
    CAPACITY = "capacity"
    LEAVE = "leave"


ANEW = 0  # instead of somebody: whoever the rules name


class RepDialog(Dialog[Whom, Done]):
    """One letter says what; what it needs shows beneath. Leaving is never saved by a letter alone."""

    LETTERS_STAY = True

    _staff: tuple[StaffRow, ...] = ()
    _one: StaffRow

    async def prepare(self, opening: Whom) -> None:
        """Read how they stand; raises Refusal for who has left."""
        actor = self.app.desk.actor
        if actor is None or not (actor.leads_team or actor.user_id == opening.id):
            raise Refusal(f"Only {present.safe(opening.name, 40)} or a team lead says this.")
        self._staff = await self.app.desk.read(staff, self.app.desk.now())
        found = next((one for one in self._staff if one.id == opening.id), None)
        if found is None:
            raise Refusal(f"{present.safe(opening.name, 40)} has left.")
        self._one = found

    def heading(self) -> Content:
        """``Priya N. · rep · 34 open · share 1 · takes new ones · away 24 Dec through 31 Dec``."""
        one = self._one
        away = away_through(one.absent_until, self._today) if one.absent_until else ""
        stands = away or ("takes nothing new" if one.paused else "takes new ones")
        parts = [_ROLES[one.role], f"{one.open:,} open", f"share {one.capacity}", stands]
        if one.away_next is not None:
            parts.append(away_on(*one.away_next, self._today))
        return present.joined((present.safe(one.name, 40), "bold"), *(f" · {part}" for part in parts))

    def compose_form(self) -> ComposeResult:
        """What, and what each needs."""
        yield Field("what", "Say that they", ChoiceList[Act](id="what"))
        yield InlineField("starts", "First day", Input(placeholder=f"empty: today; or {DAYS}", max_length=40))
        yield InlineField("ends", "Last day", Input(placeholder=f"empty: the first; or {DAYS}", max_length=40))
        yield InlineField("capacity", "Share", Input(placeholder="1, or 2 for twice as many", max_length=3))
        yield Field("at_bats_to", "At bats go to", ChoiceList[int](id="at_bats_to"))
        yield Field("deals_to", "Opportunities and hand-overs go to", ChoiceList[int](id="deals_to"))

    def reset(self, opening: Whom) -> None:
        """What can be said of them now, nothing chosen."""
        leads = self.app.desk.actor is not None and self.app.desk.actor.leads_team
        self._what.set_choices([self._told(choice) for choice in _ACTS if self._possible(choice.value, leads=leads)])
        for box in self.query(Input):
            box.value = ""
        others = [one for one in self._staff if one.id != opening.id]
        reps = [(one.id, f"{one.name} ({one.open:,} open)") for one in others if one.role is UserRole.SDR]
        takers = [(one.id, one.name) for one in others if one.role is not UserRole.SDR]
        self._list("at_bats_to").set_choices(lettered([(ANEW, "whoever the rules name"), *reps]), ANEW)
        self._list("deals_to").set_choices(lettered(takers))
        self._show_what_it_needs()

    def draft(self) -> AbsenceDraft | ComingDraft | CapacityDraft | LeaveDraft | UserActDraft:
        """What would be said."""
        id = self._one.id
        match self._what.value:
            case None:
                raise Refusal("What is to be said? Press its letter.", "what")
            case Act.ABSENT:
                starts = self._day("starts", self._today)
                return AbsenceDraft(id, starts, self._day("ends", starts))
            case Act.NOT_AWAY if self._one.away_next is not None:
                return ComingDraft(id, self._one.away_next[0])
            case Act.CAPACITY:
                typed = self._typed("capacity")
                if not typed.isdecimal():
                    raise Refusal("Write a number: 1, or 2 for twice as many.", "capacity")
                return CapacityDraft(id, int(typed))
            case Act.LEAVE:
                return LeaveDraft(id, self._list("at_bats_to").value or None, self._list("deals_to").value)
        return UserActDraft(id)

    def operation(self) -> Callable[..., Any]:
        """The one of the act."""
        from store.operations import attendance
        from store.operations.leaving import leave_team

        acts: dict[Act, Callable[..., Any]] = {
            Act.ABSENT: attendance.set_absent,
            Act.BACK: attendance.back,
            Act.NOT_AWAY: attendance.not_away,
            Act.PAUSE: attendance.pause_intake,
            Act.RESUME: attendance.resume_intake,
            Act.CAPACITY: attendance.set_capacity,
            Act.LEAVE: leave_team,
        }
        return acts[self._what.value or Act.PAUSE]

    def action_letter(self, letter: str) -> None:
        """Of leaving, letters only pick; being away is never saved by its letter, since its days may be left empty."""
        lower, focused = letter.lower(), self.focused
        if self._what.value is Act.LEAVE and isinstance(focused, ChoiceList):
            focused.pick(lower)
        elif focused in (self._what, None) and lower in _GO_ON and self._what.pick(lower):
            self._show_what_it_needs()
            self.focus_field(self._named(_GO_ON[lower]))
        else:
            super().action_letter(letter)
            return
        self.show_consequence()

    def focus_next(self, selector: str | type[QueryType] = "*") -> Widget | None:
        """From the last line typed in, go to the first again and not to the choices, where letters mean something."""
        lines = [box for box in self.query(Input) if box in self.focus_chain]
        if len(lines) > 1 and self.focused is lines[-1]:
            self.set_focus(lines[0])
            return lines[0]
        return super().focus_next(selector)

    def consequence(self) -> Content:
        """What becomes of what is theirs."""
        name = present.safe(self._one.name, 40)
        match self._what.value:
            case Act.ABSENT:
                return self._away()
            case Act.NOT_AWAY:
                return Content("the absence is taken back; routing counts on them on these days")
            case Act.PAUSE:
                return Content("routing gives them nothing new until it is resumed")
            case Act.LEAVE:
                moves = "at bats, promises, tasks, opportunities and hand-overs have new owners, in one act"
                return present.joined(f"{name} can no longer be chosen; {moves}")
        return Content("kept, with who said it")

    @on(ChoiceList.Changed, "#what")
    def _show_what_it_needs(self) -> None:
        for field, act in _NEEDS.items():
            self._named(field).show(self._what.value is act)

    def _away(self) -> Content:
        """The days as they were understood, and what becomes of them."""
        try:
            days = self.draft()
        except Refusal as refusal:
            return present.joined(refusal.sentence)
        assert isinstance(days, AbsenceDraft)
        said = away_on(days.starts, days.ends, self._today)
        return present.joined((said, "bold"), "; routing passes them over, what is theirs stays theirs")

    def _told(self, choice: Choice[Act]) -> Choice[Act]:
        """A choice with the days that it is about."""
        coming = self._one.away_next
        if choice.value is not Act.NOT_AWAY or coming is None:
            return choice
        return replace(choice, words=f"are not {away_on(*coming, self._today)}")

    def _possible(self, act: Act, *, leads: bool) -> bool:
        one = self._one
        if act in (Act.PAUSE, Act.RESUME):
            return one.paused == (act is Act.RESUME)
        if act is Act.BACK:
            return bool(one.absent_until)
        if act is Act.NOT_AWAY:
            return one.away_next is not None
        return leads or act is Act.ABSENT

    def _day(self, field: str, default: str) -> str:
        typed, app = self._typed(field), self.app
        if not typed:
            return default
        try:
            return parse_day(typed, app.desk.now(), app.team.zone, app.team.calendar).isoformat()
        except Refusal as refusal:
            raise Refusal(refusal.sentence, field) from None

    def _typed(self, field: str) -> str:
        return self.query_one(f"#field-{field} Input", Input).value.strip()

    def _named(self, field: str) -> Field:
        return self.query_one(f"#field-{field}", Field)

    @property
    def _today(self) -> str:
        return self.app.team.calendar.day(self.app.desk.now()).isoformat()

    def _list(self, id: str) -> ChoiceList[int]:
        return self.query_one(f"#{id}", ChoiceList)

    @property
    def _what(self) -> ChoiceList[Act]:
        return self.query_one("#what", ChoiceList)


_LEAVES = Choice("l", Act.LEAVE, "leave the team", "everything of theirs goes to others")
_ACTS = (
    Choice("a", Act.ABSENT, "are away", "for some days: routing passes them over"),
    Choice("b", Act.BACK, "are back", "before the absence ends"),
    Choice("n", Act.NOT_AWAY, "are not away", "takes the absence to come back"),
    Choice("p", Act.PAUSE, "take nothing new", "until it is resumed"),
    Choice("r", Act.RESUME, "take new ones again"),
    Choice("s", Act.CAPACITY, "have another share of new ones"),
    _LEAVES,
)
_GO_ON = {"a": "starts", _LEAVES.letter: "at_bats_to"}  # letters that save nothing, and where they go on
_ROLES = {
    UserRole.SDR: "rep",
    UserRole.AE: "account executive",
    UserRole.LEAD: "team lead",
    UserRole.ADMIN: "admin",
}
_NEEDS = {
    "starts": Act.ABSENT,
    "ends": Act.ABSENT,
    "capacity": Act.CAPACITY,
    "at_bats_to": Act.LEAVE,
    "deals_to": Act.LEAVE,
}
