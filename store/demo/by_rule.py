"""What the rules do by themselves: routing, and clocks that ran out; told as in ``store.demo.stories``."""

from __future__ import annotations

from store.actor import SYSTEM
from store.demo.scene import Story
from store.demo.told import FIT, C, D, End, M, Stories, Told
from store.instants import DAY, HOUR, MINUTE
from store.operations.attendance import (
    AbsenceDraft,
    UserActDraft,
    pause_intake,
    resume_intake,
    set_absent,
)
from store.operations.converting import QualifyDraft, qualify
from store.operations.extend import ExtendDraft, extend
from store.operations.receive_signal import SignalIn, receive_signal
from store.operations.recycle import RecycleDraft, recycle
from store.operations.routing import ClaimDraft, claim_next
from store.vocabulary import UserRole

BY_RULE = Stories()


# -- who gets it -----------------------------------------------------------------------------------------------------


@BY_RULE.add(leads=2)
def another_rep(told: Told) -> Story:
    """No response to one rep; a season later brought back, to another rep and by another cadence."""
    scene, tom = told.scene, told.tom
    yield scene.day(79, "10:15")
    firm = scene.company("Harbour Lane Books", "Boston", industry="retail", size=70)
    lead, _ = told.open(M.OUTBOUND_TARGET, tom, firm, "Ruth|Adeyemi|Owner")
    yield from told.tries(lead, 79, 75, "11:30")
    scene.close(lead, End.NO_RESPONSE)
    yield scene.day(4, "10:00")
    again = scene.do(recycle, told.grace, RecycleDraft(lead)).lead_id
    assert again is not None
    scene.count()
    yield scene.day(4, "11:20")
    scene.log(again, C.LINKEDIN, D.SENT)


@BY_RULE.add(leads=3)
def nobody_there(told: Told) -> Story:
    """Past a colleague who is away; to nobody while all are in a meeting: one claimed after it, one not yet."""
    scene, tom = told.scene, told.tom
    reps = [actor for actor in scene.people.values() if actor.role is UserRole.SDR]
    yield scene.day(1, "10:00")
    for rep in reps:
        scene.do(pause_intake, rep, UserActDraft(rep.user_id))
    told.open(M.CAMPAIGN_RESPONSE, None, scene.company(), routed=True)
    yield scene.day(1, "10:20")
    for rep in reps:
        scene.do(resume_intake, rep, UserActDraft(rep.user_id))
    claimed = scene.do(claim_next, tom, ClaimDraft()).lead_id
    assert claimed is not None
    scene.log(claimed, C.CALL, D.VOICEMAIL_LEFT)
    yield scene.day(1, "11:50")
    away = AbsenceDraft(told.ana.user_id, scene.iso(0), scene.iso(1))
    scene.do(set_absent, told.ana, away)
    yield scene.ago(70 * MINUTE)
    past, _ = told.open(M.EVENT_FOLLOW_UP, None, scene.company(), routed=True)
    yield scene.ago(60 * MINUTE)
    scene.log(past, C.EMAIL, D.SENT)
    yield scene.ago(35 * MINUTE)
    present = [rep for rep in reps if rep != told.ana]
    for rep in present:
        scene.do(pause_intake, rep, UserActDraft(rep.user_id))
    firm = scene.company("Unrouted & Sons", "Atlanta", industry="wholesale", size=60)
    told.open(M.INTENT_SIGNAL, None, firm, "Lou|Bautista|Operations Manager", routed=True)
    yield scene.ago(30 * MINUTE)
    for rep in present:
        scene.do(resume_intake, rep, UserActDraft(rep.user_id))


@BY_RULE.add(leads=2)
def signals(told: Told) -> Story:
    """What comes in and opens nothing: held until a date, somebody else of a company that is worked, too little."""
    scene, tom = told.scene, told.tom
    yield scene.day(12, "09:50")
    later, who = told.open(M.CAMPAIGN_RESPONSE, tom, scene.company("Willow & Reed", "London", size=85))
    firm = scene.company("Copperfield Tools", "Chicago", industry="manufacturing", size=340)
    worked, _ = told.open(M.OUTBOUND_TARGET, tom, firm, "Nadia|Ferrante|Plant Manager")
    yield scene.day(12, "10:20")
    scene.log(later, C.CALL, D.CONVERSATION, note="nothing before their move is over", duration=180)
    scene.close(later, End.NOT_READY, reason="timing", back_at=scene.day(-15, "10:00"))
    scene.log(worked, C.EMAIL, D.SENT)
    yield scene.day(2, "15:15")
    stayed = SignalIn("webinar", "webinar", contact_id=who, words="stayed to the end")
    scene.do(receive_signal, SYSTEM, stayed)
    scene.log(worked, C.CALL, D.VOICEMAIL_LEFT)
    mail = f"p.osei@{firm.draft.domain}"
    colleague = SignalIn("download", "website", name="Peter Osei", email=mail, company="Copperfield Tools")
    scene.do(receive_signal, SYSTEM, colleague)
    yield scene.day(1, "13:35")
    mail = "i.lund@nordlicht-moebel.example"
    reader = SignalIn("newsletter_click", "newsletter", name="Ingrid Lund", email=mail, company="Nordlicht Möbel")
    scene.do(receive_signal, SYSTEM, reader)


# -- clocks that ran out ---------------------------------------------------------------------------------------------


@BY_RULE.add(leads=1)
def more_time(told: Told) -> Story:
    """A window that was about to end, given more time with a reason."""
    scene, tom = told.scene, told.tom
    yield scene.ago(20 * DAY)
    lead, _ = told.open(M.INTENT_SIGNAL, tom, scene.company("Solberg Shipping", "Stockholm", size=450))
    yield scene.now + HOUR
    scene.log(lead, C.CALL, D.CONVERSATION, note="wants it, waits for the board", duration=410)
    yield scene.day(5, "11:25")
    scene.log(lead, C.CALL, D.CONVERSATION, note="the board has put it off to the end of the month", duration=200)
    scene.do(extend, tom, ExtendDraft(lead, "their board decides at the end of the month"))


@BY_RULE.add(leads=4)
def left_alone(told: Told) -> Story:
    """Working and silent; an expiry that nobody decides; an approval that nobody gives; an answer a minute late."""
    scene, tom, ana = told.scene, told.tom, told.ana
    yield scene.ago(25 * DAY)
    undecided, _ = told.open(M.INTENT_SIGNAL, ana, scene.company("Quarry & Stone", "Leeds", size=130))
    yield scene.ago(25 * DAY - HOUR)
    scene.log(undecided, C.CALL, D.CONVERSATION, note="likes it, has to think", duration=400)
    yield scene.day(13, "10:10")
    silent, _ = told.open(M.DEMO_REQUEST, tom, scene.company("Tidewater Marine", "Vancouver", size=260))
    yield scene.now + 3 * MINUTE
    scene.log(silent, C.CALL, D.MEETING_BOOKED, note="wants the whole team in", duration=300)
    yield scene.day(12, "14:00")
    scene.log(silent, C.MEETING, D.HELD, note="will write when they have spoken", duration=2400)
    yield scene.day(4, "10:15")
    waits, _ = told.open(M.OUTBOUND_TARGET, tom, scene.company("Continental Grain", "Chicago", size=6100))
    answered, _ = told.open(M.CAMPAIGN_RESPONSE, tom, scene.company())
    scene.log(answered, C.CALL, D.VOICEMAIL_LEFT)
    scene.log(waits, C.CALL, D.CONVERSATION, note="buys through a consortium", duration=210)
    yield scene.day(3, "10:00")
    scene.close(waits, End.BAD_FIT, reason="no_need", note="the consortium decides for all of them")
    scene.log(answered, C.EMAIL, D.REPLIED, note="call me now, I am at my desk")
    yield scene.now + 6 * MINUTE
    scene.log(answered, C.CALL, D.CONVERSATION, note="had left already, reached on the way", duration=90)


# -- a morning's work ------------------------------------------------------------------------------------------------


@BY_RULE.add(leads=7)
def this_morning(told: Told) -> Story:
    """What the demo rep did today, each inside its clock."""
    scene, priya = told.scene, told.priya
    yield scene.day(4, "11:10")
    fits, _ = told.open(M.PARTNER_REFERRAL, priya, scene.company("Meridian Cold Store", "Manchester", size=210))
    reached, _ = told.open(M.CAMPAIGN_RESPONSE, priya, scene.company())
    scene.log(fits, C.CALL, D.CONVERSATION, note="pays for three tools, wants one", duration=520)
    scene.log(reached, C.CALL, D.NO_ANSWER)
    yield scene.day(0, "09:06")
    web, _ = told.open(M.CAMPAIGN_RESPONSE, priya, scene.company())
    demo, _ = told.open(M.DEMO_REQUEST, priya, scene.company(size=90))
    targets = [told.open(M.OUTBOUND_TARGET, priya, scene.company())[0] for _ in range(2)]
    yield scene.day(0, "09:09")
    scene.log(demo, C.CALL, D.VOICEMAIL_LEFT)
    scene.log(demo, C.EMAIL, D.SENT)
    yield scene.day(0, "09:16")
    scene.log(web, C.CALL, D.CONVERSATION, note="wants the price list first", duration=240)
    yield scene.day(0, "09:31")
    for lead in targets:
        scene.log(lead, C.EMAIL, D.SENT)
    yield scene.day(0, "09:42")
    scene.log(reached, C.CALL, D.CONVERSATION, note="has read it all, asks good questions", duration=660)
    yield scene.day(0, "10:02")
    scene.do(qualify, priya, QualifyDraft(fits, FIT, learned="three sites, decides with the CFO this month"))
    event, _ = told.open(M.EVENT_FOLLOW_UP, priya, scene.company())
    yield scene.day(0, "10:20")
    scene.log(event, C.EMAIL, D.SENT)
