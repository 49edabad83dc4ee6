"""The lead verbs once, for every screen that shows leads: queue, timeline, session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from textual.binding import BindingType

from store.lead_state import LeadState
from store.queries import queue
from store.vocabulary import Outcome, Stage, Status
from tui import present
from tui.commands import BY_ID, Command, Where, bindings
from tui.desk import Done
from tui.view import View

if TYPE_CHECKING:
    from store.operations.bulk import Like, Preview, Verb
    from store.queries.facts import Facts
    from tui.programs import Way

# What only looks may be done to an at bat that has ended.
_LOOKS = frozenset({"timeline", "log", "reverse", "calendar", "explain"})
# What may still be done to one that waits for a team lead's approval.
_WHILE_IT_WAITS = _LOOKS | {"approve", "note"}
# What is done to all marked rows: at once, or once a dialog of this name was filled for all of them.
_TO_ALL_AT_ONCE = frozenset({"accept", "reassign"})
_TO_ALL_AFTER = {
    verb: f"{verb}_marked"
    for verb in ("snooze", "status", "close", "assign", "extend", "motion", "campaign", "approve")
}


# What is about a person or a company, with an at bat or without.
_ON_WHO = frozenset({"company", "edit", "open", "copy", "signal", "lift"})


@dataclass(frozen=True, slots=True)
class Offered:
    """A dialog that is opened because of what was just logged or typed, with the outcome it proposes.

    ``when`` and ``note`` were typed before, and are taken along; ``saved`` says that the act which offers it is.
    """

    row: Any
    outcome: Outcome | None = None
    reason: str = ""
    when: str = ""
    note: str = ""
    saved: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """The at bats that a dialog is filled once for."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ToAll:
    """An act on marked rows, what it would do as was seen beforehand, and whom or what they are given ``to``."""

    verb: Verb
    like: Like
    seen: Preview
    to: str = ""


class Whose(NamedTuple):
    """The person and the company that a screen is about where the cursor is; either may be missing."""

    contact_id: int | None
    account_id: int | None


class LeadRow(Protocol):
    """The least a screen's row says of its lead; dialogs read the rest."""

    @property
    def id(self) -> int:
        """The at bat's id."""

    @property
    def lead(self) -> LeadState:
        """The at bat as it stands."""

    @property
    def version(self) -> int:
        """The version it was seen in: a write on an older one is refused, saying who was first."""


class LeadScreen(View):
    """A screen with leads on it: say which one is in front, and what to do when something was done to it."""

    WHERE: ClassVar[tuple[Where, ...]] = (Where.LEADS, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.LEADS)]

    _asked_to_call: str | None = None  # the number of which it was said that it is late there

    # --- what a subclass gives ---

    def current_lead(self) -> LeadRow | None:
        """The lead that a verb pressed now is about."""
        raise NotImplementedError

    def lead_done(self, done: Done) -> None:
        """Bring this screen in line with what was just done; runs before the next key is acted on."""
        raise NotImplementedError

    def marked_ids(self) -> Sequence[int]:
        """The at bats that are marked, in the order they stand in; none where rows cannot be marked."""
        return ()

    def marked_done(self, done: Done, did: frozenset[int]) -> None:
        """Bring this screen in line after an act on many, done to the marked ones of ``did``, or taken back."""
        self.lead_done(done)

    def why_not(self, verb: str, lead: LeadRow) -> str | None:
        """Why a verb cannot be used on this lead now, as a sentence, judged from the row alone; None if it can."""
        if verb not in _LOOKS and not lead.lead.open:
            return f"This at bat is {lead.lead.stage.label} for good: new interest is a new at bat."
        if verb == "reverse" and lead.lead.stage is not Stage.CONVERTED:
            return "This at bat was not converted: there is nothing to reverse."
        if verb == "snooze" and lead.lead.callback_at is not None:
            return f"A callback is promised: {self.app.key_of('callback')} moves the promise."
        waits = lead.lead.status is Status.UNQUALIFIED
        if waits and verb not in _WHILE_IT_WAITS:
            return "This at bat waits for a team lead's approval: ask for it to be sent back first."
        if verb == "approve":
            if not waits:
                return "Nothing waits for approval here."
            if not self._leads_team:
                return "Only a team lead decides this."
        return None

    def works_on_it(self, command: Command) -> bool:
        """Whether a command on at bats would do something to the one in front, or to those marked; others do here."""
        if command.where is not Where.LEADS:
            return True
        if self.marked_ids():
            return command.id in _TO_ALL_AT_ONCE or command.id in _TO_ALL_AFTER
        lead = self.current_lead()
        if lead is None:
            return command.id in _ON_WHO and self.whose() is not None
        return self.why_not(command.id, lead) is None

    @property
    def _leads_team(self) -> bool:
        actor = self.app.desk.actor
        return actor is not None and actor.leads_team

    def _to_decide(self) -> bool:
        """Whether the lead in front waits for the word of the person at the keyboard."""
        lead = self.current_lead()
        return lead is not None and lead.lead.status is Status.UNQUALIFIED and self._leads_team

    def why_none(self, verb: str) -> str:
        """What to say when there is no lead for a verb."""
        return f"No lead is selected to {BY_ID[verb].words}."

    def whose(self) -> Whose | None:
        """Whose facts are in front, for the company's page and for edits; by default those of the lead in front."""
        lead = self.current_lead()
        return Whose(lead.lead.contact_id, lead.lead.account_id) if lead is not None else None

    def neighbour(self, step: int) -> LeadRow | None:
        """Go ``step`` leads on, or back, and give the one there; None at the end of the list or without one."""
        return None

    def reached_out(self, way: Way) -> None:
        """Take note that a program was opened on a number or address; nothing by default."""

    # --- the verbs ---

    def action_log(self) -> None:
        """Log a touch."""
        self.open_verb("log")

    def action_convert(self) -> None:
        """Convert; a team lead decides instead what waits for approval."""
        self.open_verb("approve" if self._to_decide() and not self.marked_ids() else "convert")

    def action_close(self) -> None:
        """Close with outcome and reason; a team lead decides instead what waits for approval."""
        self.open_verb("approve" if self._to_decide() and not self.marked_ids() else "close")

    def action_approve(self) -> None:
        """Approve or send back a closing that waits."""
        self.open_verb("approve")

    def action_callback(self) -> None:
        """Promise a callback."""
        self.open_verb("callback")

    def action_accept(self) -> None:
        """Accept, at once."""
        from store.operations.working import accept

        self.do_at_once("accept", accept)

    def action_snooze(self) -> None:
        """Put the next step off."""
        self.open_verb("snooze")

    def action_extend(self) -> None:
        """Give it more time."""
        self.open_verb("extend")

    def action_note(self) -> None:
        """Add a note."""
        self.open_verb("note")

    def action_status(self) -> None:
        """Set the status by hand."""
        self.open_verb("status")

    def action_qualify(self) -> None:
        """Answer the four questions."""
        self.open_verb("qualify")

    def action_reassign(self) -> None:
        """Take it over, at once; a team lead chooses who gets it."""
        from store.operations.working import reassign

        if self._leads_team:
            if not self._to_all("assign") and (lead := self._lead_for("reassign", self.app.refuse)) is not None:
                self.app.open_dialog("assign", lead, self.verb_done)
            return
        self.do_at_once("reassign", reassign)

    def action_motion(self) -> None:
        """Have it worked by another motion."""
        self.open_verb("motion")

    def action_campaign(self) -> None:
        """Say which campaign it belongs to."""
        self.open_verb("campaign")

    def action_lift(self) -> None:
        """Let who is in front be contacted again."""
        who = self.whose()
        if who is None or who.contact_id is None:
            self.app.refuse("Nobody is selected whose suppression could be lifted.")
        else:
            self.app.open_dialog("lift", who, self.verb_done)

    def action_person(self) -> None:
        """Add a person."""
        self.open_verb("person")

    def action_reverse(self) -> None:
        """Take a conversion back."""
        self.open_verb("reverse")

    def action_set_back(self) -> None:
        """Set the stage back."""
        self.open_verb("set_back")

    def action_calendar(self) -> None:
        """Write what was agreed with this person as an .ics file."""
        if (lead := self._lead_for("calendar")) is not None:
            from store.queries.calendar_file import of_lead  # only where a file is asked for

            self.app.hold_keys(self._save_calendar(of_lead, lead.id))

    async def _save_calendar(self, agreed: Callable[..., Any], id: int) -> None:
        """Write what the query finds agreed, or say that nothing is."""
        from tui.calendar_file import save

        app = self.app
        events = await app.desk.read(agreed, id, app.desk.now())
        if not events:
            key = app.key_of("callback")
            app.say(f"No callback is promised and no meeting is to come here: {key} promises one.", urgent=True)
            return
        try:
            app.say(f"calendar file written: {save(events, app.calendar_folder, app.zone)}")
        except OSError as error:
            app.say(f"{app.calendar_folder}: the calendar file cannot be written ({error.strerror}).", urgent=True)

    def action_timeline(self) -> None:
        """Open the person's timeline."""
        if (lead := self._lead_for("timeline")) is not None:
            self.app.open_screen("timeline", lead)

    def action_explain(self) -> None:
        """Tell why it stands where it stands."""
        if (lead := self._lead_for("explain")) is not None:
            self.app.open_screen("explain", lead)

    def action_company(self) -> None:
        """Open the company's page."""
        who = self.whose()
        if who is None:
            self.app.say("Nobody is selected whose company could be shown.", urgent=True)
        elif who.account_id is None:
            self.app.say(f"No company is known here: {self.app.key_of('edit')} says where they work.", urgent=True)
        else:
            self.app.open_screen("account", who)

    def action_use_reference(self) -> None:
        """Count that the person in front speaks for us."""
        from store.operations.references import ReferenceDraft, use_reference

        who = self.whose()
        if who is None or who.contact_id is None:
            self.app.say("Nobody is selected who could speak for us.", urgent=True)
        else:
            self.app.do(use_reference, ReferenceDraft(who.contact_id), self.verb_done)

    def action_edit(self) -> None:
        """Edit the person in front, or the company where there is none."""
        who = self.whose()
        if who is None:
            self.app.refuse("Nobody is selected to edit.")
        elif who.contact_id is not None:
            self.app.open_dialog("edit_person", who.contact_id, self.verb_done)
        elif who.account_id is not None:
            self.app.open_dialog("edit_account", who.account_id, self.verb_done)

    def action_signal(self) -> None:
        """Record something that who is in front did, whether or not an at bat is open on them."""
        who = self.whose()
        if who is None:
            self.app.refuse("Nobody is selected who did something.")
        else:
            self.app.open_dialog("signal", who, self.verb_done)

    def action_open(self) -> None:
        """Open the phone or mail program on who is in front."""
        self._reach(self._open)

    def action_copy(self) -> None:
        """Copy their number or address."""
        self._reach(self._copy)

    def _reach(self, use: Callable[[Facts, Way], None]) -> None:
        who = self.whose()
        if who is None:
            self.app.say("Nobody is selected to call or write to.", urgent=True)
        else:
            self.app.hold_keys(self._read_way(who, use))

    async def _read_way(self, who: Whose, use: Callable[[Facts, Way], None]) -> None:
        from store.queries.facts import facts
        from tui.programs import way_to

        lead = self.current_lead()
        known = await self.app.desk.read(facts, *who)
        way = None if known is None else way_to(known, lead.lead.next_channel if lead is not None else None)
        if known is None or way is None:
            name = present.safe(known.name or known.company, 60) if known is not None else "them"
            self.app.say(f"No number and no address of {name} is known to work.", urgent=True)
        else:
            use(known, way)

    def _copy(self, known: Facts, way: Way) -> None:
        self.app.copy_to_clipboard(present.clipboard(way.value))
        self.app.say(f"{way.shown} copied")

    def _open(self, known: Facts, way: Way) -> None:
        from store.reach import zones_of
        from store.rules.calling import may_call

        if known.suppressed_at is not None:
            self.app.say("This person asked not to be contacted.", urgent=True)
            return
        now, zones = self.app.desk.now(), zones_of(known.zone)
        sleeps = way.by_phone and may_call(now, zones, self.app.team.rules.calling) is False
        if sleeps and self._asked_to_call != way.value:
            self._asked_to_call = way.value
            there, again = present.local_time(now, zones[0]), self.app.key_of("open")
            self.app.say(f"It is {there} there, outside calling hours: {again} again calls all the same.", urgent=True)
            return
        self._asked_to_call = None
        if (problem := self.app.programs.open(way)) is not None:
            self.app.say(problem, urgent=True)
            return
        self.app.say(f"{'calling' if way.by_phone else 'writing to'} {way.shown}")
        self.reached_out(way)

    def do_at_once(self, verb: str, operation: Callable[..., Any]) -> None:
        """Do what needs no more than the lead in front, or all marked ones, or say why not."""
        from store.operations.working import LeadDraft

        if self._to_all(verb):
            return
        if (lead := self._lead_for(verb)) is not None:
            self.app.do(operation, LeadDraft(lead.id, lead.version), self.verb_done)

    def open_verb(self, verb: str) -> None:
        """Open a verb's dialog on the lead in front, or on all marked ones, or say why not."""
        if self._to_all(verb):
            return
        if (lead := self._lead_for(verb, self.app.refuse)) is not None:
            self.app.open_dialog(verb, lead, self.verb_done)
            if self.marked_ids():
                one = f"To {BY_ID[verb].words} is for one at a time, here for this one: the marked stay marked."
                self.app.say(one, urgent=True)

    def _to_all(self, verb: str) -> bool:
        """Do it to all marked rows; False where none is marked, or where it is done to one at a time."""
        ids = tuple(self.marked_ids())
        if not ids or (verb not in _TO_ALL_AT_ONCE and verb not in _TO_ALL_AFTER):
            return False
        if verb in _TO_ALL_AFTER:
            self.app.open_dialog(_TO_ALL_AFTER[verb], Marked(ids), self._all_done)
        else:
            self.app.hold_keys(self._look_at_all(verb, ids))
        return True

    async def _look_at_all(self, verb: str, ids: tuple[int, ...]) -> None:
        """Show what an act would do to all marked rows."""
        from store.operations.bulk import Verb, preview
        from store.operations.working import LeadDraft

        desk, like = self.app.desk, LeadDraft(0)
        assert desk.actor is not None
        seen = await desk.read(preview, desk.actor, desk.now(), Verb(verb), like, ids)
        self.app.open_dialog("to_all", ToAll(Verb(verb), like, seen), self._all_done)

    def _all_done(self, account: Any) -> None:
        """Say what came of an act on marked rows, and hand it to the screen."""
        self.app.say_done(account)
        self.marked_done(account, account.did)

    def verb_done(self, done: Any) -> None:
        """Say what was done, hand it to the screen, and open what the store offers to do next."""
        self.app.say_done(done)
        self.lead_done(done)
        if done.offer is not None and done.lead_id is not None:
            self.app.hold_keys(self._take_up(done.offer, done.lead_id))

    async def _take_up(self, offer: Any, lead_id: int) -> None:
        """Open the dialog that is offered, on the at bat as it stands now."""
        row = await self.app.desk.read(queue.row, lead_id)
        if row is not None:
            self.app.open_dialog(offer.what, Offered(row, offer.outcome, offer.reason, saved=True), self.verb_done)

    def _lead_for(self, verb: str, refuse: Callable[[str], None] | None = None) -> LeadRow | None:
        """The lead in front, if the verb can be used on it; otherwise None, and the reason has been said.

        ``refuse`` says it where the verb would have opened a dialog.
        """
        lead = self.current_lead()
        reason = self.why_none(verb) if lead is None else self.why_not(verb, lead)
        if reason is not None:
            refuse(reason) if refuse is not None else self.app.say(reason, urgent=True)
            return None
        return lead
