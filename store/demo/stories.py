"""The situations a season must hold, one story each: what a rep, a team lead and a demo need to find at once.

``leads`` says how many at bats a story opens. Times are working days before the season's last, or minutes before
its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from store.actor import SYSTEM, Actor
from store.demo.arrival import Arrival
from store.demo.lives import KINDS, Lives
from store.demo.scene import Company, Scene, Story
from store.instants import DAY, HOUR, MINUTE
from store.operations.converting import ConvertDraft, Member, QualifyDraft, ReverseDraft, convert, qualify, reverse
from store.operations.new_lead import NewLeadDraft, new_lead
from store.operations.people import PersonDraft, add_person
from store.operations.promises import CallbackDraft, SnoozeDraft, callback, snooze
from store.operations.record_signal import SignalDraft, record_signal
from store.operations.undo import UndoDraft, undo
from store.operations.working import (
    AmendDraft,
    ApprovalDraft,
    LeadDraft,
    NoteDraft,
    StatusDraft,
    accept,
    amend,
    approve,
    note,
    reassign,
    send_back,
    set_status,
)
from store.rules.closing import NewPerson
from store.rules.qualification import Answers
from store.vocabulary import (
    Answer,
    Channel,
    Direction,
    Disposition,
    Motion,
    Outcome,
    Role,
    Status,
    Trigger,
    WithWhom,
)

C, D, M, End = Channel, Disposition, Motion, Outcome
FIT = Answers(Answer.YES, Answer.YES, Answer.YES, Answer.UNKNOWN)


class Told:
    """What every story has at hand: the scene, the team by first name, and shorter ways to say things."""

    def __init__(self, scene: Scene, lives: Lives) -> None:
        self.scene = scene
        self.lives = lives
        self.priya, self.tom, self.ana, self.marcus, self.ines, self.grace, self.sam = list(scene.people.values())[:7]

    def open(
        self, motion: Motion, owner: Actor | None, company: Company, person: str | int | None = "", **more: Any
    ) -> tuple[int, int]:
        """Open an at bat for somebody at a company: named, known by id, anybody (""), or nobody (None)."""
        kind = KINDS[motion]
        known = person if isinstance(person, int) else None
        new = self.scene.somebody(company, person) if isinstance(person, str) else None
        more.setdefault("trigger", kind.triggers[0])
        more.setdefault("score", round(35 + 50 * kind.warmth))
        arrival = Arrival(
            motion,
            kind.sources[0],
            company.id,
            person=new,
            contact_id=known,
            owner_id=None if owner is None else owner.user_id,
            campaign_id=self.lives.campaigns.get(motion),
            signal=kind.signal,
            points=kind.points,
            **more,
        )
        return self.scene.open(arrival, owner or SYSTEM)

    def tries(self, lead_id: int, first: int, last: int, clock: str) -> Story:
        """One try a working day, from ``first`` days back to ``last``, by the channel its cadence asks for."""
        for back in range(first, last - 1, -1):
            yield self.scene.day(back, clock)
            channel = self.scene.lead(lead_id).next_channel or C.CALL
            if channel in (C.EMAIL, C.LINKEDIN, C.SMS):
                self.scene.log(lead_id, channel, D.SENT)
            else:
                self.scene.log(lead_id, C.CALL, (D.NO_ANSWER, D.VOICEMAIL_LEFT, D.BUSY)[back % 3])


@dataclass(frozen=True, slots=True)
class Situation:
    """A story and how many at bats it opens."""

    leads: int
    tell: Callable[[Told], Story]


STORIES: list[Situation] = []


def story(leads: int) -> Callable[[Callable[[Told], Story]], Callable[[Told], Story]]:
    """Add a story to the season."""

    def add(tell: Callable[[Told], Story]) -> Callable[[Told], Story]:
        STORIES.append(Situation(leads, tell))
        return tell

    return add


# -- today, on the demo rep's desk ---------------------------------------------------------------------------------


@story(leads=4)
def four_at_bats(told: Told) -> Story:
    """One person worked four times; the callback of the fourth is late."""
    scene, priya, tom = told.scene, told.priya, told.tom
    yield scene.day(80, "10:20")
    northwind = scene.company("Northwind", "Portland", industry="logistics", size=240)
    lead, dana = told.open(M.EVENT_FOLLOW_UP, tom, northwind, "Dana|Ortiz|CFO", score=41)
    yield from told.tries(lead, 80, 77, "15:10")
    scene.close(lead, End.NO_RESPONSE)
    yield scene.day(60, "11:00")
    lead, _ = told.open(M.OUTBOUND_TARGET, priya, northwind, dana, score=48)
    yield from told.tries(lead, 60, 59, "14:05")
    yield scene.day(57, "13:30")
    scene.log(lead, C.CALL, D.CONVERSATION, note="budget is set once a year, in autumn", duration=420)
    scene.close(lead, End.NOT_READY, reason="no_budget", back_at=scene.day(20, "09:00"))
    yield scene.day(38, "16:00")
    lead, _ = told.open(M.CAMPAIGN_RESPONSE, priya, northwind, dana, score=63)
    yield from told.tries(lead, 38, 33, "16:20")
    scene.close(lead, End.NO_RESPONSE)
    yield scene.day(2, "09:40")
    lead, _ = told.open(M.DEMO_REQUEST, priya, northwind, dana, score=82, value=2_400_000)
    yield scene.now + 3 * MINUTE
    scene.log(lead, C.CALL, D.VOICEMAIL_LEFT)
    yield scene.day(1, "15:40")
    promised = scene.ago(7 * MINUTE)
    words = "budget in Q1, send security sheet; call when the board has met"
    scene.log(lead, C.CALL, D.CALLBACK_REQUESTED, next_at=promised, note=words, duration=380)


@story(leads=3)
def hot_inbound(told: Told) -> Story:
    """Demo requests of the last minutes: two inside their clock, one past it."""
    scene = told.scene
    yield scene.ago(14 * MINUTE)
    late = scene.company("Möller & Söhne GmbH", "Hamburg", industry="manufacturing", size=310)
    told.open(M.DEMO_REQUEST, told.priya, late, "Jürgen|Möller|Managing Director", score=71)
    yield scene.ago(2 * MINUTE)
    acme = scene.company("Acme [UK] Ltd", "London", industry="retail", size=530)
    told.open(M.DEMO_REQUEST, told.priya, acme, "Lee|Wong|VP Operations", score=77, value=4_000_000)
    yield scene.ago(MINUTE)
    osaka = scene.company("株式会社山田製作所", "Tokyo", industry="manufacturing", size=860)
    told.open(M.DEMO_REQUEST, told.priya, osaka, "美咲|山田|COO", score=69)


@story(leads=4)
def callbacks(told: Told) -> Story:
    """Promises: due in a few minutes, for anyone, tomorrow, and one that was kept."""
    scene, priya, ana = told.scene, told.priya, told.ana
    yield scene.day(6, "10:10")
    soon, _ = told.open(M.OUTBOUND_TARGET, priya, scene.company(), score=52)
    anyone, _ = told.open(M.INTENT_SIGNAL, ana, scene.company(), score=44)
    far, _ = told.open(M.PARTNER_REFERRAL, priya, scene.company(), score=66)
    kept, _ = told.open(M.CAMPAIGN_RESPONSE, priya, scene.company(), score=58)
    yield scene.day(5, "11:15")
    scene.log(soon, C.EMAIL, D.SENT)
    scene.log(anyone, C.CALL, D.NO_ANSWER)
    scene.log(far, C.CALL, D.CALLBACK_REQUESTED, next_at=scene.day(-3, "10:00"), note="back from leave then")
    scene.log(kept, C.CALL, D.CALLBACK_REQUESTED, next_at=scene.day(3, "14:00"), note="after the stand-up")
    yield scene.day(3, "14:06")
    scene.log(kept, C.CALL, D.CONVERSATION, note="kept to the minute, she said", duration=610)
    yield scene.day(1, "16:05")
    scene.log(soon, C.CALL, D.CALLBACK_REQUESTED, next_at=scene.ago(-25 * MINUTE), note="in the morning, before lunch")
    scene.do(callback, ana, CallbackDraft(anyone, scene.ago(-50 * MINUTE), words="asked at the desk", anyone=True))


@story(leads=3)
def expiring(told: Told) -> Story:
    """Windows that end within two days, and one whose attempts are spent."""
    scene, priya = told.scene, told.priya
    yield scene.ago(44 * DAY - 5 * HOUR)
    tomorrow, _ = told.open(
        M.OUTBOUND_TARGET, priya, scene.company("Hallam & Co", "Leeds", size=75), "M.|Okafor|Head of IT"
    )
    yield scene.ago(29 * DAY - 3 * HOUR)
    event, _ = told.open(M.EVENT_FOLLOW_UP, priya, scene.company(), score=37)
    for back in (24, 20, 16, 12, 8):
        yield scene.day(back, "10:30")
        scene.log(tomorrow, C.CALL, D.NO_ANSWER)
        if back <= 16:
            scene.log(event, C.EMAIL, D.SENT)
    yield scene.day(9, "10:00")
    spent, _ = told.open(M.INTENT_SIGNAL, priya, scene.company(), score=33)
    yield from told.tries(spent, 9, 2, "15:20")


@story(leads=2)
def unanswered_replies(told: Told) -> Story:
    """They wrote back: one this morning, one yesterday evening."""
    scene = told.scene
    yield scene.day(4, "12:10")
    one, _ = told.open(
        M.OUTBOUND_TARGET, told.priya, scene.company("O'Brien Freight", "Boston", size=90), "Siobhán|O'Brien|COO"
    )
    two, _ = told.open(M.CAMPAIGN_RESPONSE, told.tom, scene.company())
    scene.log(one, C.EMAIL, D.SENT)
    scene.log(two, C.CALL, D.VOICEMAIL_LEFT)
    yield scene.day(3, "12:15")
    scene.log(one, C.EMAIL, D.SENT, automated=True, direction=Direction.IN, note="Out of office until Thursday")
    yield scene.day(1, "18:40")
    scene.log(two, C.EMAIL, D.REPLIED, note="Thanks, when can you show it?", by=SYSTEM)
    yield scene.ago(22 * MINUTE)
    scene.log(one, C.EMAIL, D.REPLIED, note="Interesting. What does it cost for 40 people?", by=SYSTEM)


@story(leads=1)
def busy_morning(told: Told) -> Story:
    """A snoozed one, so that what waits is seen to wait."""
    scene = told.scene
    yield scene.day(3, "09:50")
    lead, _ = told.open(M.OUTBOUND_TARGET, told.priya, scene.company(), score=47)
    scene.log(lead, C.EMAIL, D.SENT)
    yield scene.day(0, "09:35")
    scene.log(lead, C.CALL, D.GATEKEEPER, with_whom=WithWhom.SWITCHBOARD, note="in a meeting all morning")
    scene.do(snooze, told.priya, SnoozeDraft(lead, scene.ago(-4 * HOUR)))


# -- buying groups, conversions and what becomes of them ------------------------------------------------------------


@story(leads=2)
def buying_group(told: Told) -> Story:
    """Five people with a part each, one of them the primary of an at bat of his own; converted into one opportunity."""
    scene, priya = told.scene, told.priya
    yield scene.day(24, "10:00")
    firm = scene.company("Blaue Brücke Versicherung AG", "Munich", industry="insurance", size=980)
    lead, katrin = told.open(M.DEMO_REQUEST, priya, firm, "Katrin|Weiß|Head of Operations", score=88, value=3_600_000)
    second, _ = told.open(M.INTENT_SIGNAL, told.ana, firm, "Tobias|Graf|IT Manager", score=61)
    yield scene.now + 4 * MINUTE
    scene.log(lead, C.CALL, D.CONVERSATION, note="runs the selection; five people decide", duration=900)
    people = {}
    for words, role in (
        ("Ulrike|Stein|CFO", Role.ECONOMIC_BUYER),
        ("Jonas|Vogt|Business Analyst", Role.EVALUATOR),
        ("Meral|Yıldız|Head of Procurement", Role.BLOCKER),
        ("Finn|Petersen|Team Lead Claims", Role.USER),
    ):
        done = scene.do(add_person, priya, PersonDraft(lead, role, person=scene.somebody(firm, words)))
        assert done.made is not None
        people[done.made["contact_id"]] = role
    scene.do(record_signal, SYSTEM, SignalDraft("page", "website", lead_id=lead, points=10, words="security page"))
    yield scene.day(22, "14:30")
    scene.log(lead, C.CALL, D.CONVERSATION, note="CFO wants a fixed price", duration=1260)
    scene.do(qualify, priya, QualifyDraft(lead, FIT, learned="five sites, start with claims in Munich"))
    yield scene.day(21, "11:00")
    members = (Member(katrin, Role.CHAMPION, primary=True), *(Member(who, role) for who, role in people.items()))
    made = scene.do(
        convert,
        priya,
        ConvertDraft(
            lead,
            name="Claims, five sites",
            amount=3_600_000,
            probability=30,
            close_date=scene.iso(60),
            members=members,
            taker_id=told.ines.user_id,
        ),
    ).made
    assert made is not None
    yield scene.day(18, "15:00")
    scene.log(second, C.CALL, D.CONVERSATION, note="same project as Katrin's", duration=300)
    joined = ConvertDraft(second, opportunity_id=made["opportunity_id"], answers=FIT, taker_id=told.ines.user_id)
    scene.do(convert, told.ana, joined)


@story(leads=2)
def reversed_conversion(told: Told) -> Story:
    """Converted by mistake and reversed the same day; another converted and undone at once."""
    scene, grace = told.scene, told.grace
    yield scene.day(5, "09:20")
    lead, _ = told.open(M.CAMPAIGN_RESPONSE, told.priya, scene.company(), score=64)
    other, _ = told.open(M.DEMO_REQUEST, told.tom, scene.company(), score=73)
    yield scene.now + 4 * MINUTE
    scene.log(other, C.CALL, D.CONVERSATION, note="wants a trial first", duration=240)
    yield scene.day(2, "10:00")
    scene.log(lead, C.CALL, D.CONVERSATION, note="would like to see numbers", duration=300)
    scene.do(
        convert, told.priya, ConvertDraft(lead, answers=FIT, close_date=scene.iso(80), taker_id=told.marcus.user_id)
    )
    scene.do(convert, told.tom, ConvertDraft(other, answers=FIT, close_date=scene.iso(80)))
    scene.do(undo, told.tom, UndoDraft())
    yield scene.day(2, "15:30")
    scene.do(reverse, grace, ReverseDraft(lead, "only asked for a price list, nothing is qualified"))


@story(leads=4)
def meetings(told: Told) -> Story:
    """Booked and held, booked and missed, a no-show to rebook, and one closed as no-show."""
    scene, tom = told.scene, told.tom
    yield scene.day(12, "10:40")
    leads = [told.open(M.DEMO_REQUEST, owner, scene.company())[0] for owner in (tom, told.ana, tom, told.priya)]
    yield scene.now + 3 * MINUTE
    for lead in leads:
        scene.log(lead, C.CALL, D.MEETING_BOOKED, note="half an hour, screen shared", duration=200)
    for lead, back in zip(leads[:2], (8, 7), strict=True):
        booked = ConvertDraft(lead, meeting_at=scene.day(back, "16:00"), taker_id=told.marcus.user_id)
        scene.do(convert, scene.actor(scene.lead(lead).owner_id), booked)
    yield scene.day(8, "16:45")
    scene.log(leads[0], C.MEETING, D.HELD, duration=2100, note="wants an offer")
    yield scene.day(7, "16:20")
    scene.log(leads[1], C.MEETING, D.NO_SHOW)
    yield scene.day(6, "13:00")
    scene.log(leads[2], C.MEETING, D.NO_SHOW)
    yield scene.day(4, "13:00")
    scene.close(leads[2], End.NO_SHOW)
    yield scene.day(1, "16:30")
    scene.log(leads[3], C.MEETING, D.NO_SHOW, note="nobody joined")


@story(leads=3)
def qualified(told: Told) -> Story:
    """Waiting to be converted: inside its clock, past it; and one with answers still missing."""
    scene, priya = told.scene, told.priya
    yield scene.day(9, "13:10")
    leads = [told.open(M.PARTNER_REFERRAL, owner, scene.company(), score=79)[0] for owner in (priya, told.tom, priya)]
    for lead in leads:
        scene.log(lead, C.CALL, D.CONVERSATION, note="introduced, expected the call", duration=480)
    yield scene.day(6, "10:30")
    scene.do(qualify, told.tom, QualifyDraft(leads[1], FIT, learned="wants to start in January"))
    yield scene.day(1, "10:30")
    scene.do(qualify, priya, QualifyDraft(leads[0], FIT, learned="pilot with one site"))
    scene.log(leads[2], C.MEETING, D.HELD, duration=1500)
    answers = Answers(Answer.YES, Answer.YES)
    scene.do(qualify, priya, QualifyDraft(leads[2], answers, learned="has money, does not know who signs"))


# -- endings ---------------------------------------------------------------------------------------------------------


@story(leads=3)
def approvals(told: Told) -> Story:
    """A disqualification over the threshold: one waits, one was approved, one was sent back."""
    scene, priya, grace = told.scene, told.priya, told.grace
    yield scene.day(15, "11:30")
    leads = []
    for name, city in (("Gigantia Retail", "Chicago"), ("Nordstrøm Energi", "Stockholm"), ("Atlas Bank", "London")):
        company = scene.company(name, city, industry="retail", size=4200)
        leads.append(told.open(M.OUTBOUND_TARGET, priya, company, score=57)[0])
    for lead in leads:
        scene.log(lead, C.CALL, D.CONVERSATION, note="has a five-year contract elsewhere", duration=150)
    yield scene.day(10, "14:00")
    scene.close(leads[1], End.BAD_FIT, reason="no_need")
    scene.close(leads[2], End.BAD_FIT, reason="competitor", competitor="Brightlane")
    yield scene.day(9, "09:30")
    scene.do(approve, grace, ApprovalDraft(leads[1], "agreed"))
    scene.do(send_back, grace, ApprovalDraft(leads[2], "their contract ends in March: find out who decides"))
    yield scene.day(1, "16:10")
    scene.log(leads[0], C.CALL, D.NOT_INTERESTED, note="nothing that runs outside their house", duration=120)
    scene.close(leads[0], End.BAD_FIT, reason="wrong_product", note="needs an on-site installation")


@story(leads=6)
def suppressed(told: Told) -> Story:
    """Asked us to stop; unsubscribed from e-mail, with and without a number left; wrong and dead numbers."""
    scene, tom = told.scene, told.tom
    yield scene.day(30, "10:00")
    stop, _ = told.open(M.OUTBOUND_TARGET, tom, scene.company(), score=29)
    left = told.open(M.CAMPAIGN_RESPONSE, tom, scene.company(), "Ada|Reed|IT Manager")[0]
    firm = scene.company()
    only_mail = scene.open(_only(told, firm, NewPerson("Noor", "Haddad", "Buyer", email=f"noor@{firm.draft.domain}")))[
        0
    ]
    no_phone = scene.open(_only(told, firm, NewPerson("Kit", "Marlow", "Buyer", phone=scene.names.number(firm.place))))[
        0
    ]
    legal = told.open(M.INTENT_SIGNAL, told.ana, scene.company())[0]
    bounced = told.open(M.OUTBOUND_TARGET, told.ana, scene.company(), "Hedda|Lind|Office Manager")[0]
    yield scene.day(29, "11:00")
    scene.log(stop, C.CALL, D.DO_NOT_CONTACT, note="take me off the list")
    scene.log(left, C.EMAIL, D.UNSUBSCRIBE, by=SYSTEM)
    scene.log(only_mail, C.EMAIL, D.SENT)
    scene.log(only_mail, C.EMAIL, D.UNSUBSCRIBE, by=SYSTEM)
    scene.log(no_phone, C.CALL, D.WRONG_NUMBER)
    scene.log(legal, C.CALL, D.CONVERSATION, duration=60)
    scene.log(bounced, C.EMAIL, D.BOUNCED, direction=Direction.IN, by=SYSTEM)
    yield scene.day(28, "11:00")
    scene.close(no_phone, End.BAD_DATA, datum="the only number is dead")
    scene.close(legal, End.SUPPRESS, reason="legal", note="their works council forbids calls")


def _only(told: Told, company: Company, person: NewPerson) -> Arrival:
    return Arrival(
        Motion.OUTBOUND_TARGET, "target list", company.id, person=person, owner_id=told.tom.user_id, score=25
    )


@story(leads=2)
def duplicate(told: Told) -> Story:
    """The same man twice: the second at bat is merged into the first, its touches with it."""
    scene, ana = told.scene, told.ana
    yield scene.day(13, "10:00")
    firm = scene.company("Łódź Transport", "Berlin", industry="logistics", size=140)
    first, _ = told.open(M.OUTBOUND_TARGET, ana, firm, "Władysław|Nowak|Plant Manager")
    scene.log(first, C.EMAIL, D.SENT)
    yield scene.day(11, "10:00")
    second, _ = told.open(M.CAMPAIGN_RESPONSE, told.priya, firm, "Wladek|Nowak|Plant Manager", score=55)
    scene.log(second, C.CALL, D.CONVERSATION, note="knows Ana already", duration=200)
    yield scene.day(11, "10:30")
    scene.close(second, End.DUPLICATE, duplicate_of=first)


@story(leads=6)
def endings(told: Told) -> Story:
    """Wrong person with the right one, existing customer, existing opportunity, re-engage on a trigger, expired."""
    scene, ana = told.scene, told.ana
    yield scene.day(35, "09:30")
    customer = scene.company("Kestrel Foods", "Manchester", industry="food and drink", size=400)
    wrong, _ = told.open(M.OUTBOUND_TARGET, ana, scene.company(size=120), score=39)
    existing, _ = told.open(M.CAMPAIGN_RESPONSE, ana, customer, score=51)
    trigger, _ = told.open(M.EVENT_FOLLOW_UP, ana, scene.company(), score=46)
    expired, _ = told.open(M.DEMO_REQUEST, told.tom, scene.company(), score=40)
    yield scene.day(34, "14:00")
    scene.log(wrong, C.CALL, D.WRONG_PERSON, note="purchasing moved to Leeds")
    right = NewPerson("Iris", "Calloway", "Head of Procurement", phone="+44 113 496 0911")
    scene.close(wrong, End.WRONG_PERSON, right_person=right)
    scene.count()
    scene.log(existing, C.CALL, D.CONVERSATION, note="is a customer since spring", duration=90)
    scene.close(existing, End.EXISTING, is_customer=True, reason="already_customer")
    scene.log(trigger, C.LINKEDIN, D.REPLIED, note="not before the new head of IT starts")
    scene.close(trigger, End.RE_ENGAGE, back_on=Trigger.LEADERSHIP_CHANGED)
    scene.log(expired, C.CALL, D.NO_ANSWER)
    yield scene.day(20, "09:05")
    scene.close(expired, End.NO_RESPONSE, by=SYSTEM, reason="expired_by_rule")
    yield scene.day(3, "15:00")
    more, _ = told.open(M.EXPANSION, ana, customer, scene.lead(existing).contact_id or "", score=86)
    scene.do(record_signal, SYSTEM, SignalDraft("page", "website", lead_id=more, points=20, high_intent=True))


@story(leads=2)
def already_in_talks(told: Told) -> Story:
    """Somebody new at a company whose opportunity is open."""
    scene, tom = told.scene, told.tom
    yield scene.day(26, "10:00")
    firm = scene.company("Brücken & Partner", "Berlin", industry="construction", size=220)
    one, _ = told.open(M.DEMO_REQUEST, tom, firm, score=80, value=1_800_000)
    yield scene.now + 2 * MINUTE
    scene.log(one, C.CALL, D.CONVERSATION, note="knows exactly what he wants", duration=700)
    draft = ConvertDraft(one, answers=FIT, amount=1_800_000, probability=40, close_date=scene.iso(45))
    made = scene.do(convert, tom, draft).made
    assert made is not None
    yield scene.day(16, "10:00")
    two, _ = told.open(M.INTENT_SIGNAL, told.ana, firm)
    yield scene.now + 30 * MINUTE
    scene.close(two, End.EXISTING, opportunity_id=made["opportunity_id"])
    scene.do(
        record_signal,
        SYSTEM,
        SignalDraft("reply", "e-mail", opportunity_id=made["opportunity_id"], points=15, words="asks for references"),
    )


# -- states and oddities ---------------------------------------------------------------------------------------------


@story(leads=4)
def statuses(told: Told) -> Story:
    """Stale, gone quiet, set by hand, and recycled."""
    scene, priya = told.scene, told.priya
    yield scene.day(29, "11:00")
    stale, _ = told.open(M.REP_CREATED, priya, scene.company(), why="their rival is a customer", score=45)
    quiet, _ = told.open(M.PARTNER_REFERRAL, priya, scene.company(), score=50)
    scene.log(stale, C.CALL, D.CONVERSATION, duration=330, note="will think about it")
    scene.log(quiet, C.CALL, D.CONVERSATION, duration=260)
    yield scene.day(28, "11:00")
    company = scene.company()
    recycled_first, who = told.open(M.CAMPAIGN_RESPONSE, told.tom, company, score=49)
    scene.log(recycled_first, C.CALL, D.CONVERSATION, duration=100)
    scene.close(recycled_first, End.NOT_READY, back_at=scene.day(2, "09:00"))
    yield scene.day(20, "10:00")
    scene.do(set_status, SYSTEM, StatusDraft(quiet, Status.ATTEMPTING))
    yield scene.day(2, "09:15")
    told.open(M.REACTIVATION, priya, company, who, score=59)
    scene.do(set_status, priya, StatusDraft(stale, Status.STALE, why="four weeks of silence"))


@story(leads=5)
def odd_names(told: Told) -> Story:
    """Names a screen must bear: brackets that look like markup, right to left, wide, combining, very long."""
    scene = told.scene
    yield scene.day(4, "10:05")
    for company, city, person in (
        ("[b]Bold[/b] Brands", "New York", "Max|[red]Power|VP Sales"),
        ("شركة النور للتجارة", "London", "ليلى|حداد|CFO"),
        ("東京流通サービス", "Tokyo", "翔太|𠮷田|IT Manager"),
        ("Zoë & Ångström", "Stockholm", "Zoe\u0308|A\u030angstro\u0308m|Owner"),
        (
            "The Extraordinarily Long and Well-Meaning Cooperative of Independent Wholesalers",
            "Denver",
            "Maximiliana-Theodora|von und zu Hohenfels-Wittgenstein|Deputy Assistant Director of Regional Procurement",
        ),
    ):
        told.open(M.OUTBOUND_TARGET, told.priya, scene.company(company, city, industry="retail"), person)


@story(leads=5)
def beginnings(told: Told) -> Story:
    """A company without a person, nobody's at bat, one accepted, one taken over, one from an inbound call."""
    scene, priya = told.scene, told.priya
    yield scene.day(3, "11:20")
    told.open(M.INTENT_SIGNAL, told.tom, scene.company(), None, trigger="the company looks for logistics software")
    told.open(M.OUTBOUND_TARGET, None, scene.company("Unrouted & Sons", "Atlanta", size=60))
    taken, _ = told.open(M.OUTBOUND_TARGET, None, scene.company())
    over, _ = told.open(M.EVENT_FOLLOW_UP, told.tom, scene.company())
    yield scene.day(2, "10:50")
    scene.do(accept, told.ana, LeadDraft(taken))
    scene.do(note, told.ana, NoteDraft(taken, "wrote to their assistant first"))
    scene.do(reassign, priya, LeadDraft(over))
    yield scene.day(1, "14:20")
    caller = scene.somebody(scene.company("Quillfeather Press", "Boston", industry="media", size=35), "Amy|Quill|Owner")
    called = NewLeadDraft(
        Motion.CAMPAIGN_RESPONSE, "inbound call", company="Quillfeather Press", person=caller, note="read about us"
    )
    scene.do(new_lead, priya, called)
    scene.count()


@story(leads=3)
def touches(told: Told) -> Story:
    """An amended touch, one entered the day after, a text message, and a slip that was undone."""
    scene, priya = told.scene, told.priya
    yield scene.day(3, "13:00")
    one, _ = told.open(M.CAMPAIGN_RESPONSE, priya, scene.company(), score=54)
    two, _ = told.open(M.EVENT_FOLLOW_UP, priya, scene.company(), score=43)
    three, _ = told.open(M.PARTNER_REFERRAL, told.tom, scene.company(), score=62)
    scene.log(one, C.CALL, D.VOICEMAIL_LEFT, note="left a mesage")
    touch_id = scene.store.value("SELECT max(id) FROM touch")
    scene.do(amend, priya, AmendDraft(touch_id, note="left a message with the number"))
    scene.log(three, C.OTHER, D.CONVERSATION, with_whom=WithWhom.PARTNER, note="the partner calls him tonight")
    yield scene.day(2, "09:10")
    scene.log(two, C.EMAIL, D.SENT, at=scene.day(3, "16:40"))
    scene.log(two, C.SMS, D.SENT, note="short, with the link")
    yield scene.day(0, "09:20")
    scene.log(one, C.CALL, D.NOT_INTERESTED)
    scene.do(undo, priya, UndoDraft())
    scene.log(one, C.CALL, D.NO_ANSWER)
