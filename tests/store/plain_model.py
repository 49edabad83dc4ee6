"""What an at bat does, written a second time: plain dictionaries, no database, nothing of the store's rules.

The state machine plays the same acts on this and on the store and compares. It knows the people, the companies, the
at bats, the deals and meetings, and which act changed which of them, so that it can take acts back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE

ORDER = ["new", "accepted", "attempting", "connected", "qualified", "disqualified", "converted", "closed"]
PAIRS = {
    "new": ["uncontacted", "recycled"],
    "accepted": ["uncontacted", "recycled"],
    "attempting": ["attempting", "stale"],
    "connected": ["attempting", "connected", "working", "stale"],
    "qualified": ["working", "stale", "qualified"],
    "disqualified": ["unqualified"],
    "converted": ["converted"],
    "closed": ["nurture", "disqualified"],
}
ANYWHERE = ["meeting_booked", "not_interested", "wrong_person", "do_not_contact"]
COMES_OF = {
    "call": [
        *["no_answer", "busy", "voicemail_left", "gatekeeper", "conversation", "callback_requested", "wrong_number"],
        *ANYWHERE,
    ],
    "email": ["sent", "replied", "bounced", "unsubscribe", *ANYWHERE],
    "linkedin": ["sent", "replied", *ANYWHERE],
    "sms": ["sent", "replied", *ANYWHERE],
    "meeting": ["held", "no_show", *ANYWHERE],
    "other": ["conversation", *ANYWHERE],
}
REACHES = ["conversation", "callback_requested", "meeting_booked", "not_interested", "replied", "held"]
THEIRS = ["replied", "bounced", "unsubscribe"]
NURTURE = ["connected_not_ready_now", "no_response", "no_show", "re_engage"]
MAY_WAIT = ["connected_bad_fit", "wrong_person", "existing_customer_or_opportunity"]


class Refused(Exception):
    """The store must refuse this too."""


@dataclass
class Company:
    big: bool = False
    customer: bool = False
    void: bool = False


@dataclass
class Person:
    company: int | None
    phones: int
    emails: int
    suppressed: bool = False
    stopped: bool = False
    void: bool = False


@dataclass
class AtBat:
    company: int | None
    person: int | None
    number: int
    owner: int
    status: str = "uncontacted"
    stage: str = "new"
    open: bool = True
    void: bool = False
    touches: int = 0
    attempts: int = 0
    direct: int = 0
    partner: int = 0
    connects: int = 0
    connected: bool = False
    outcome: str | None = None
    answers: tuple[str | None, ...] = (None, None, None, None)
    promises: tuple[int, ...] = ()
    promised_at: int = 0
    group: frozenset[int] = frozenset()
    before_wait: tuple[str, str] | None = None


@dataclass
class Deal:
    company: int | None
    opened_at: int
    people: frozenset[int]
    open: bool = True
    void: bool = False


@dataclass
class Meeting:
    at_bat: int
    deal: int | None = None
    result: str = "booked"
    void: bool = False


@dataclass
class Conversion:
    at_bat: int
    deal: int | None
    meeting: int | None
    at: int
    back: tuple[str, str]
    reversed: bool = False
    void: bool = False

    @property
    def live(self) -> bool:
        return not self.void and not self.reversed


Thing = Company | Person | AtBat | Deal | Meeting | Conversion
Key = tuple[str, int]


@dataclass
class Act:
    actor: int
    at: int
    number: int
    before: dict[Key, Thing | None]
    touched: set[Key]
    undone: bool = False
    undo: bool = False


class World:
    """Everything, by key; ``act`` notes what an act changed."""

    def __init__(self) -> None:
        self.things: dict[Key, Thing] = {}
        self.acts: list[Act] = []
        self.touched: set[Key] = set()
        self.now = 0

    # -- looking -------------------------------------------------------------------------------------------------

    def get(self, kind: type[Any], number: int | None) -> Any:
        return self.things[kind.__name__, number]  # type: ignore[index]

    def all(self, kind: type[Any]) -> list[tuple[int, Any]]:
        return [(number, thing) for (name, number), thing in self.things.items() if name == kind.__name__]

    def add(self, thing: Thing, number: int | None = None) -> int:
        kind = type(thing).__name__
        number = number or 1 + max((key[1] for key in self.things if key[0] == kind), default=0)
        self.things[kind, number] = thing
        return number

    def touch(self, kind: type[Any], number: int | None) -> None:
        if number is not None:
            self.touched.add((kind.__name__, number))

    @contextmanager
    def act(self, actor: int, at: int, *, undo: bool = False) -> Iterator[None]:
        """One act: a refusal leaves everything as it was."""
        before = {key: copy(thing) for key, thing in self.things.items()}
        self.touched = set()
        self.now = at
        try:
            yield
        except Refused:
            self.things = before
            raise
        changed = {key: before.get(key) for key in self.things if key not in before or before[key] != self.things[key]}
        number = len(self.acts) + 1
        self.acts.append(Act(actor, at, number, changed, self.touched | set(changed), undo=undo))

    def last_written(self, key: Key) -> int:
        return max((act.number for act in self.acts if key in act.touched), default=0)

    # -- the acts ------------------------------------------------------------------------------------------------

    def working(self, lead: int) -> AtBat:
        at_bat: AtBat = self.get(AtBat, lead)
        if at_bat.void or not at_bat.open or at_bat.stage == "disqualified":
            raise Refused
        self.touch(AtBat, lead)
        return at_bat

    def free(self, person: int) -> bool:
        """Whether a new at bat may be opened on this person."""
        who: Person = self.get(Person, person)
        busy = any(one.open and one.person == person for _, one in self.all(AtBat))
        return not (who.suppressed or busy or self.dealt(person))

    def dealt(self, person: int | None, besides: int = 0) -> bool:
        """Whether another at bat of this person stands behind an open deal."""
        return any(
            conversion.live
            and conversion.at_bat != besides
            and conversion.deal is not None
            and self.get(Deal, conversion.deal).open
            and self.get(AtBat, conversion.at_bat).person == person
            for _, conversion in self.all(Conversion)
        )

    def next_number(self, person: int) -> int:
        return 1 + len([one for _, one in self.all(AtBat) if one.person == person and not one.void])

    def open_lead(self, owner: int, company: int | None, person: int | None) -> int:
        if person is None:
            if any(one.open and one.person is None and one.company == company for _, one in self.all(AtBat)):
                raise Refused
            return self.add(AtBat(company, None, 1, owner))
        if not self.free(person):
            raise Refused
        number = self.next_number(person)
        return self.add(
            AtBat(
                company, person, number, owner, "recycled" if number > 1 else "uncontacted", group=frozenset({person})
            )
        )

    def accept(self, actor: int, lead: int) -> None:
        at_bat = self.working(lead)
        if at_bat.stage != "new" or at_bat.owner != actor:
            raise Refused
        at_bat.stage = "accepted"

    def log(
        self,
        lead: int,
        channel: str,
        said: str,
        *,
        when: int,
        out: bool,
        whom: str,
        automated: bool,
        promise: int | None,
    ) -> None:
        at_bat: AtBat = self.get(AtBat, lead)
        if at_bat.void:
            raise Refused
        if said in ("held", "no_show") and not at_bat.open:
            waiting = [
                (number, meeting)
                for number, meeting in self.all(Meeting)
                if meeting.at_bat == lead and meeting.result == "booked" and not meeting.void
            ]
            if at_bat.outcome != "meeting_booked" or not waiting:
                raise Refused
            for number, meeting in waiting:
                meeting.result = said
                self.touch(Meeting, number)
            return
        if said not in COMES_OF[channel]:
            raise Refused
        at_bat = self.working(lead)
        who = self.get(Person, at_bat.person) if at_bat.person is not None else Person(None, 0, 0)
        if out and (who.suppressed or (who.stopped and channel == "email")):
            raise Refused
        if said == "callback_requested" and promise is None:
            raise Refused
        at_bat.touches += 1
        if automated:
            return
        tried = out and channel in ("call", "email", "linkedin", "sms") and said not in THEIRS
        reached = said in REACHES and whom == "contact"
        at_bat.attempts += tried
        at_bat.direct += tried and whom == "contact"
        at_bat.partner += whom == "partner"
        at_bat.connects += reached
        self._move(at_bat, said, tried, reached)
        talked = (channel == "call" and (tried or reached)) or (reached and channel in ("meeting", "other"))
        talked = talked and when >= at_bat.promised_at
        if at_bat.promises and talked and (reached or when >= min(at_bat.promises) - 15 * 60 * 1_000_000):
            at_bat.promises = ()
        if said == "callback_requested":
            assert promise is not None
            at_bat.promises, at_bat.promised_at = (promise,), self.now
        if said == "wrong_number":
            who.phones = max(0, who.phones - 1)
        if said == "bounced":
            who.emails = max(0, who.emails - 1)
        if said == "unsubscribe":
            who.stopped = True
            self.touch(Person, at_bat.person)
            if not who.phones:
                self.end(at_bat, "suppress")
        if said == "do_not_contact":
            self.end(at_bat, "suppress")
            self.suppress(at_bat.person)

    def _move(self, at_bat: AtBat, said: str, tried: bool, reached: bool) -> None:
        first = reached and not at_bat.connected
        if reached and ORDER.index(at_bat.stage) < ORDER.index("connected"):
            at_bat.stage = "connected"
        elif tried and at_bat.stage in ("new", "accepted"):
            at_bat.stage = "attempting"
        if at_bat.stage == "qualified":
            if at_bat.status == "stale" and (tried or reached):
                at_bat.status = "working"
        elif reached:
            at_bat.status = "connected" if first and said != "held" else "working"
        elif tried and (at_bat.stage == "attempting" or at_bat.status == "stale"):
            at_bat.status = "attempting"
        at_bat.connected = at_bat.connected or reached

    def suppress(self, person: int | None) -> None:
        if person is None:
            return
        self.get(Person, person).suppressed = True
        for _, one in self.all(AtBat):
            if one.open and one.person == person:
                self.end(one, "suppress")

    def end(self, at_bat: AtBat, outcome: str) -> None:
        at_bat.stage, at_bat.open, at_bat.outcome, at_bat.promises = "closed", False, outcome, ()
        at_bat.status = "nurture" if outcome in NURTURE else "disqualified"
        at_bat.before_wait = None

    def promise(self, lead: int, at: int) -> None:
        at_bat = self.working(lead)
        if at_bat.person is not None and self.get(Person, at_bat.person).suppressed:
            raise Refused
        at_bat.promises, at_bat.promised_at = (at,), self.now

    def set_status(self, lead: int, status: str) -> None:
        at_bat = self.working(lead)
        if status not in PAIRS[at_bat.stage] or status == at_bat.status:
            raise Refused
        at_bat.status = status

    def good(self, answers: tuple[str | None, ...]) -> bool:
        need, *others = answers
        return need == "yes" and all(other in ("yes", "not_known") for other in others) and others.count("yes") >= 2

    def qualify(self, lead: int, answers: tuple[str | None, ...]) -> None:
        at_bat = self.working(lead)
        at_bat.answers = answers
        if self.good(answers) and at_bat.stage != "qualified":
            at_bat.stage = at_bat.status = "qualified"
            at_bat.connected = True

    def convert(
        self, actor: int, at: int, lead: int, *, deal: int | None, meeting: bool, answers: tuple[str | None, ...]
    ) -> None:
        at_bat = self.working(lead)
        if at_bat.person is None or self.get(Person, at_bat.person).suppressed:
            raise Refused
        back = (at_bat.stage, at_bat.status)
        met = None
        if meeting:
            met, deal, outcome = self.add(Meeting(lead)), None, "meeting_booked"
        else:
            outcome = "converted_to_opportunity"
            at_bat.answers = tuple(given or known for given, known in zip(answers, at_bat.answers, strict=True))
            if not self.good(at_bat.answers):
                raise Refused
            if deal is None:
                deal = self.add(Deal(at_bat.company, at, at_bat.group))
            else:
                into: Deal = self.get(Deal, deal)
                if not into.open or into.company != at_bat.company:
                    raise Refused
                into.people |= at_bat.group
                self.touch(Deal, deal)
            for _, one in self.all(Meeting):
                if one.at_bat == lead and not one.void:
                    one.deal = deal
        self.add(Conversion(lead, deal, met, at, back))
        at_bat.stage = at_bat.status = "converted"
        at_bat.open, at_bat.outcome, at_bat.promises = False, outcome, ()

    def reverse(self, at: int, lead: int, *, leads_team: bool) -> None:
        at_bat: AtBat = self.get(AtBat, lead)
        found = [(number, one) for number, one in self.all(Conversion) if one.at_bat == lead and one.live]
        if at_bat.void or not leads_team or not found:
            raise Refused
        number, conversion = found[0]
        if day(conversion.at) != day(at):
            raise Refused
        if any(one.open and one.person == at_bat.person and key != lead for key, one in self.all(AtBat)):
            raise Refused
        if self.dealt(at_bat.person, besides=lead):
            raise Refused
        if conversion.deal is not None:
            deal: Deal = self.get(Deal, conversion.deal)
            others = sum(one.live and one.deal == conversion.deal for _, one in self.all(Conversion))
            if others == 1 and deal.opened_at == conversion.at:
                if self.last_written(("Deal", conversion.deal)) > self.last_written(("Conversion", number)):
                    raise Refused
                deal.open = False
        if conversion.meeting is not None:
            meeting: Meeting = self.get(Meeting, conversion.meeting)
            if meeting.result != "booked":
                raise Refused
            meeting.result = "cancelled"
        conversion.reversed = True
        self.touch(AtBat, lead)
        at_bat.stage, at_bat.status = conversion.back
        at_bat.open, at_bat.outcome = True, None

    def close(self, lead: int, outcome: str, *, leads_team: bool, other: int | None, deal: int | None) -> int | None:
        """Ends an at bat; returns it where it waits for approval instead."""
        at_bat = self.working(lead)
        company = self.get(Company, at_bat.company) if at_bat.company is not None else Company()
        if outcome in MAY_WAIT and company.big and not leads_team:
            at_bat.before_wait = (at_bat.stage, at_bat.status)
            at_bat.stage, at_bat.status = "disqualified", "unqualified"
            return lead
        if outcome == "existing_customer_or_opportunity":
            if deal is not None and not self.get(Deal, deal).open:
                raise Refused
            if deal is None:
                company.customer = True
        if outcome == "duplicate":
            if other is None or other == lead:
                raise Refused
            self.absorb(lead, at_bat, other)
        self.end(at_bat, outcome)
        if outcome == "suppress":
            self.suppress(at_bat.person)
        return None

    def absorb(self, lead: int, at_bat: AtBat, other: int) -> None:
        survivor = self.working(other)
        for name in ("touches", "attempts", "direct", "partner", "connects"):
            setattr(survivor, name, getattr(survivor, name) + getattr(at_bat, name))
        survivor.connected = survivor.connected or at_bat.connected
        survivor.promised_at = max((one.promised_at for one in (survivor, at_bat) if one.promises), default=0)
        survivor.promises = (*survivor.promises, *at_bat.promises)
        survivor.group |= at_bat.group
        survivor.answers = tuple(mine or theirs for mine, theirs in zip(survivor.answers, at_bat.answers, strict=True))
        if ORDER.index(at_bat.stage) > ORDER.index(survivor.stage):
            survivor.stage, survivor.status, survivor.owner = at_bat.stage, at_bat.status, at_bat.owner
        for _, meeting in self.all(Meeting):
            if meeting.at_bat == lead and not meeting.void:
                meeting.at_bat = other

    def decide(self, lead: int, *, leads_team: bool, outcome: str | None) -> None:
        """Approve what waits (with the outcome asked for), or send it back (None)."""
        at_bat: AtBat = self.get(AtBat, lead)
        if at_bat.void or not leads_team or at_bat.stage != "disqualified":
            raise Refused
        self.touch(AtBat, lead)
        if outcome is not None:
            self.end(at_bat, outcome)
            return
        assert at_bat.before_wait is not None
        at_bat.stage, at_bat.status = at_bat.before_wait
        at_bat.before_wait = None

    def take_over(self, actor: int, lead: int) -> None:
        at_bat = self.working(lead)
        if at_bat.owner == actor:
            raise Refused
        at_bat.owner = actor

    def join(self, lead: int, person: int) -> None:
        at_bat = self.working(lead)
        if person in at_bat.group:
            raise Refused
        if at_bat.person is None:
            if not self.free(person):
                raise Refused
            at_bat.number = self.next_number(person)
            at_bat.person = person
        at_bat.group |= {person}

    # -- taking back -----------------------------------------------------------------------------------------------

    def last_of(self, actor: int) -> Act | None:
        mine = [act for act in self.acts if act.actor == actor and not act.undone and not act.undo]
        return mine[-1] if mine else None

    def undo(self, actor: int, at: int) -> None:
        last = self.last_of(actor)
        if last is None or at - last.at > 10 * MINUTE:
            raise Refused
        watched = {key for key in last.touched if key[0] != "Conversion"}
        since = [act for act in self.acts if act.number > last.number and act.actor != actor]
        if any(act.touched & watched for act in since):
            raise Refused
        self.touched |= last.touched
        reopened = [
            key
            for key, before in last.before.items()
            if isinstance(before, AtBat) and before.open and (before.person is None or not self.things[key].open)  # type: ignore[union-attr]
        ]
        for key, before in last.before.items():
            if before is not None:
                self.things[key] = copy(before)
            elif key[0] != "Person":
                self.things[key].void = True
                if hasattr(self.things[key], "open"):
                    self.things[key].open = False  # type: ignore[union-attr]
        for key, before in last.before.items():
            if before is None and key[0] == "Person" and not self.in_use(key[1]):
                self.things[key].void = True
        for key in reopened:
            self._room_for(key[1], self.things[key])  # type: ignore[arg-type]
        last.undone = True

    def in_use(self, person: int) -> bool:
        return any(person in one.group and not one.void for _, one in self.all(AtBat)) or any(
            person in one.people and not one.void for _, one in self.all(Deal)
        )

    def _room_for(self, number: int, at_bat: AtBat) -> None:
        for other, one in self.all(AtBat):
            if other == number or one.void or one.person != at_bat.person:
                continue
            if at_bat.person is None and one.open and one.company == at_bat.company:
                raise Refused
            if at_bat.person is not None and (one.open or one.number > at_bat.number):
                raise Refused


def day(at: int) -> date:
    """The day of an instant where the team works."""
    return datetime.fromtimestamp(at / 1e6, UTC).astimezone(ZoneInfo("America/New_York")).date()
