"""The situations a season must hold, one story each: what a rep, a team lead and a demo need to find at once.

``leads`` says how many at bats a story opens. Times are working days before the season's last, or minutes before
its end.
"""

from __future__ import annotations

from store.actor import SYSTEM
from store.demo.scene import Story
from store.demo.told import FIT, C, D, End, M, Stories, Told
from store.instants import DAY, HOUR, MINUTE
from store.operations.converting import ConvertDraft, Member, QualifyDraft, ReverseDraft, convert, qualify, reverse
from store.operations.people import PersonDraft, add_person
from store.operations.promises import CallbackDraft, SnoozeDraft, callback, snooze
from store.operations.record_signal import SignalDraft, record_signal
from store.operations.undo import UndoDraft, undo
from store.rules.qualification import Answers
from store.vocabulary import (
    Answer,
    Direction,
    Role,
    WithWhom,
)

BEGINNINGS = Stories()


# -- today, on the demo rep's desk ---------------------------------------------------------------------------------


@BEGINNINGS.add(leads=4)
def four_at_bats(told: Told) -> Story:
    """One person worked four times; the callback of the fourth is late."""
    scene, priya, tom = told.scene, told.priya, told.tom
    yield scene.day(80, "14:20")
    northwind = scene.company("Northwind", "Portland", industry="logistics", size=240)
    lead, dana = told.open(M.EVENT_FOLLOW_UP, tom, northwind, "Dana|Ortiz|CFO")
    yield from told.tries(lead, 80, 77, "15:10")
    scene.close(lead, End.NO_RESPONSE)
    yield scene.day(60, "11:00")
    lead, _ = told.open(M.OUTBOUND_TARGET, priya, northwind, dana)
    yield from told.tries(lead, 60, 59, "14:05")
    yield scene.day(57, "13:30")
    scene.log(lead, C.CALL, D.CONVERSATION, note="budget is set once a year, in autumn", duration=420)
    scene.close(lead, End.NOT_READY, reason="no_budget", back_at=scene.day(20, "09:00"))
    yield scene.day(38, "16:00")
    lead, _ = told.open(M.CAMPAIGN_RESPONSE, priya, northwind, dana)
    yield from told.tries(lead, 38, 34, "16:20")
    scene.close(lead, End.NO_RESPONSE)
    yield scene.day(2, "09:40")
    lead, _ = told.open(M.DEMO_REQUEST, priya, northwind, dana, value=2_400_000)
    yield scene.now + 3 * MINUTE
    scene.log(lead, C.CALL, D.VOICEMAIL_LEFT)
    yield scene.day(1, "15:40")
    promised = scene.ago(7 * MINUTE)
    words = "budget in Q1, send security sheet; call when the board has met"
    scene.log(lead, C.CALL, D.CALLBACK_REQUESTED, next_at=promised, note=words, duration=380)


@BEGINNINGS.add(leads=3)
def hot_inbound(told: Told) -> Story:
    """Demo requests of the last minutes: two inside their clock, one past it."""
    scene = told.scene
    yield scene.ago(14 * MINUTE)
    late = scene.company("Möller & Söhne GmbH", "Hamburg", industry="manufacturing", size=310)
    told.open(M.DEMO_REQUEST, told.priya, late, "Jürgen|Möller|Managing Director")
    yield scene.ago(2 * MINUTE)
    acme = scene.company("Acme [UK] Ltd", "London", industry="retail", size=530)
    told.open(
        M.DEMO_REQUEST, told.priya, acme, "Lee|Wong|VP Operations", value=4_000_000, before=("pricing_page", "webinar")
    )
    yield scene.ago(MINUTE)
    osaka = scene.company("株式会社山田製作所", "Tokyo", industry="manufacturing", size=860)
    told.open(M.DEMO_REQUEST, told.priya, osaka, "美咲|山田|COO")


@BEGINNINGS.add(leads=4)
def callbacks(told: Told) -> Story:
    """Promises: due in a few minutes, for anyone, tomorrow, and one that was kept."""
    scene, priya, ana = told.scene, told.priya, told.ana
    yield scene.day(5, "10:10")
    soon, _ = told.open(M.OUTBOUND_TARGET, priya, scene.company())
    anyone, _ = told.open(M.INTENT_SIGNAL, ana, scene.company())
    far, _ = told.open(M.PARTNER_REFERRAL, priya, scene.company())
    kept, _ = told.open(M.CAMPAIGN_RESPONSE, priya, scene.company())
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


@BEGINNINGS.add(leads=3)
def expiring(told: Told) -> Story:
    """Windows that end within two days, and one that was reached once and whose attempts are spent now."""
    scene, priya = told.scene, told.priya
    yield scene.ago(44 * DAY - 5 * HOUR)
    tomorrow, _ = told.open(
        M.OUTBOUND_TARGET, priya, scene.company("Hallam & Co", "Leeds", size=75), "M.|Okafor|Head of IT"
    )
    yield scene.ago(29 * DAY - 3 * HOUR)
    event, _ = told.open(M.EVENT_FOLLOW_UP, priya, scene.company())
    scene.log(tomorrow, C.EMAIL, D.SENT)
    scene.log(event, C.EMAIL, D.SENT)
    for back in (24, 20, 16, 12, 8):
        yield scene.day(back, "10:30")
        scene.log(tomorrow, C.CALL, D.NO_ANSWER)
        if back <= 16:
            scene.log(event, C.EMAIL, D.SENT)
    yield scene.day(8, "14:40")
    spent, _ = told.open(M.INTENT_SIGNAL, priya, scene.company())
    yield from told.tries(spent, 8, 7, "15:20")
    scene.log(spent, C.CALL, D.CONVERSATION, note="on his way to a meeting, call again", duration=40)
    yield from told.tries(spent, 6, 2, "15:20")


@BEGINNINGS.add(leads=2)
def unanswered_replies(told: Told) -> Story:
    """They wrote back: one just now, one yesterday evening."""
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
    yield scene.ago(3 * MINUTE)
    scene.log(one, C.EMAIL, D.REPLIED, note="Interesting. What does it cost for 40 people?", by=SYSTEM)


@BEGINNINGS.add(leads=1)
def busy_morning(told: Told) -> Story:
    """A snoozed one, so that what waits is seen to wait."""
    scene = told.scene
    yield scene.day(3, "09:50")
    lead, _ = told.open(M.OUTBOUND_TARGET, told.priya, scene.company())
    scene.log(lead, C.EMAIL, D.SENT)
    yield scene.day(0, "09:35")
    scene.log(lead, C.CALL, D.GATEKEEPER, with_whom=WithWhom.SWITCHBOARD, note="in a meeting all morning")
    scene.do(snooze, told.priya, SnoozeDraft(lead, scene.ago(-4 * HOUR)))


# -- buying groups, conversions and what becomes of them ------------------------------------------------------------


@BEGINNINGS.add(leads=2)
def buying_group(told: Told) -> Story:
    """Five people with a part each, one of them the primary of an at bat of his own; converted into one opportunity."""
    scene, priya = told.scene, told.priya
    yield scene.day(24, "10:00")
    firm = scene.company("Blaue Brücke Versicherung AG", "Munich", industry="insurance", size=980)
    lead, katrin = told.open(
        M.DEMO_REQUEST,
        priya,
        firm,
        "Katrin|Weiß|Head of Operations",
        value=3_600_000,
        before=("pricing_page", "download"),
    )
    second, _ = told.open(M.INTENT_SIGNAL, told.ana, firm, "Tobias|Graf|IT Manager")
    yield scene.now + 4 * MINUTE
    scene.log(second, C.CALL, D.NO_ANSWER)
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


@BEGINNINGS.add(leads=2)
def reversed_conversion(told: Told) -> Story:
    """Converted by mistake and reversed the same day; another converted and undone at once."""
    scene, grace = told.scene, told.grace
    yield scene.day(5, "09:20")
    lead, _ = told.open(M.CAMPAIGN_RESPONSE, told.priya, scene.company())
    other, _ = told.open(M.DEMO_REQUEST, told.tom, scene.company())
    yield scene.now + 4 * MINUTE
    scene.log(lead, C.EMAIL, D.SENT)
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


@BEGINNINGS.add(leads=5)
def meetings(told: Told) -> Story:
    """Booked and held, booked and missed, one to come, a no-show to rebook, and one closed as no-show."""
    scene, tom = told.scene, told.tom
    yield scene.day(9, "10:40")
    leads = [
        told.open(M.DEMO_REQUEST, owner, scene.company())[0] for owner in (tom, told.ana, tom, told.priya, told.ana)
    ]
    yield scene.now + 3 * MINUTE
    for lead in leads:
        scene.log(lead, C.CALL, D.MEETING_BOOKED, note="half an hour, screen shared", duration=200)
    for lead, back in zip(leads[:2], (7, 6), strict=True):
        booked = ConvertDraft(lead, meeting_at=scene.day(back, "16:00"), taker_id=told.marcus.user_id)
        scene.do(convert, scene.actor(scene.lead(lead).owner_id), booked)
    to_come = ConvertDraft(leads[4], meeting_at=scene.day(-2, "15:00"), taker_id=told.ines.user_id)
    scene.do(convert, told.ana, to_come)
    yield scene.day(7, "16:45")
    scene.log(leads[0], C.MEETING, D.HELD, duration=2100, note="wants an offer")
    yield scene.day(6, "16:20")
    scene.log(leads[1], C.MEETING, D.NO_SHOW)
    yield scene.day(5, "13:00")
    scene.log(leads[2], C.MEETING, D.NO_SHOW)
    yield scene.day(3, "13:00")
    scene.close(leads[2], End.NO_SHOW)
    yield scene.day(1, "16:30")
    scene.log(leads[3], C.MEETING, D.NO_SHOW, note="nobody joined")


@BEGINNINGS.add(leads=3)
def qualified(told: Told) -> Story:
    """Waiting to be converted: inside its clock, past it; and one with answers still missing."""
    scene, priya = told.scene, told.priya
    yield scene.day(9, "13:10")
    leads = [told.open(M.PARTNER_REFERRAL, owner, scene.company())[0] for owner in (priya, priya, told.tom)]
    for lead in leads:
        scene.log(lead, C.CALL, D.CONVERSATION, note="introduced, expected the call", duration=480)
    yield scene.day(6, "10:30")
    scene.do(qualify, priya, QualifyDraft(leads[1], FIT, learned="wants to start in January"))
    yield scene.day(1, "10:30")
    scene.do(qualify, priya, QualifyDraft(leads[0], FIT, learned="pilot with one site"))
    scene.log(leads[2], C.MEETING, D.HELD, duration=1500)
    answers = Answers(Answer.YES, Answer.YES)
    scene.do(qualify, told.tom, QualifyDraft(leads[2], answers, learned="has money, does not know who signs"))
