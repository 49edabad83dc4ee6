"""What becomes of hand-overs and opportunities, and a session left in the middle; told as in ``store.demo.stories``."""

from __future__ import annotations

from store.actor import Actor
from store.demo.scene import Story
from store.demo.told import FIT, C, D, M, Stories, Told
from store.instants import MINUTE
from store.operations.converting import ConvertDraft, convert
from store.operations.hand_over import (
    AcceptDraft,
    HandOverDraft,
    RejectDraft,
    accept_hand_over,
    hand_over,
    reject_hand_over,
)
from store.operations.opportunity import (
    LoseDraft,
    OpportunityDraft,
    WinDraft,
    lose,
    update_opportunity,
    win,
)
from store.operations.sessions import (
    AdvanceDraft,
    SessionDraft,
    StartDraft,
    advance_session,
    pause_session,
    start_session,
)
from store.operations.views import SaveViewDraft, save_view
from store.rules.queue_views import Order, Spec
from store.vocabulary import OpportunityStage, UserRole

DEALS = Stories()
_WORKING_DAYS = 80  # the season's


def _handed_over(told: Told, giver: Actor, taker: Actor, amount: int, note: str) -> int:
    """Talk, convert and hand over, all now; returns the opportunity."""
    scene = told.scene
    lead, _ = told.open(M.DEMO_REQUEST, giver, scene.company(), value=amount)
    scene.log(lead, C.CALL, D.CONVERSATION, note=note, duration=480)
    draft = ConvertDraft(
        lead, answers=FIT, amount=amount, probability=20, close_date=scene.iso(55), taker_id=taker.user_id
    )
    made = scene.do(convert, giver, draft).made
    assert made is not None
    return made["opportunity_id"]


_UNANSWERED = """
SELECT h.opportunity_id, h.taker_id FROM hand_over h JOIN opportunity o ON o.id = h.opportunity_id
WHERE h.answered_at IS NULL AND h.void = 0 AND o.open = 1 AND h.at < ? ORDER BY h.id"""


@DEALS.add(leads=0)
def answered(told: Told) -> Story:
    """Account executives accept in time what they are given, until the last days."""
    scene = told.scene
    for back in range(_WORKING_DAYS, 2, -1):
        yield scene.day(back, "09:50")
        for opportunity, taker in scene.store.rows(_UNANSWERED, (scene.day(back, "00:00"),)):
            if opportunity not in told.let_lie:
                scene.do(accept_hand_over, Actor(taker, role=UserRole.AE), AcceptDraft(opportunity))


@DEALS.add(leads=3)
def waiting_for_an_answer(told: Told) -> Story:
    """Handed over: to each account executive one that is to be answered today; one that is late."""
    scene = told.scene
    yield scene.day(4, "14:20")
    late = _handed_over(told, told.tom, told.marcus, 1_400_000, "three plants; wants an offer before the holidays")
    told.let_lie.add(late)
    yield scene.day(1, "15:10")
    _handed_over(told, told.priya, told.marcus, 2_600_000, "knows our competitor well, ready to see numbers")
    _handed_over(told, told.tom, told.ines, 1_800_000, "moves to a new hall in spring, needs it by then")


@DEALS.add(leads=3)
def rejected_by_sales(told: Told) -> Story:
    """Sent back with a reason: one still with its giver, one given again and taken late; one was nobody real."""
    scene, marcus = told.scene, told.marcus
    yield scene.day(11, "10:05")
    first = _handed_over(told, told.priya, marcus, 900_000, "would like to start small")
    second = _handed_over(told, told.ana, told.ines, 1_100_000, "has the budget, says he decides")
    bogus = _handed_over(told, told.tom, marcus, 300_000, "in a hurry, no website")
    yield scene.day(10, "09:40")
    scene.do(reject_hand_over, marcus, RejectDraft(first, "timing", "their budget is decided in spring"))
    scene.do(reject_hand_over, told.ines, RejectDraft(second, "no_authority", "the board decides, not he"))
    scene.do(reject_hand_over, marcus, RejectDraft(bogus, "no_need", "there is no such company", bogus=True))
    yield scene.day(8, "11:30")
    scene.do(hand_over, told.ana, HandOverDraft(second, told.ines.user_id))
    told.let_lie.add(second)
    yield scene.day(7, "13:00")
    scene.do(accept_hand_over, told.ines, AcceptDraft(second))
    yield scene.day(2, "12:15")
    scene.do(update_opportunity, told.ines, OpportunityDraft(second, stage=OpportunityStage.NEGOTIATION))


@DEALS.add(leads=4)
def worked_by_sales(told: Told) -> Story:
    """Opportunities on their way, won, lost to a competitor, and one that has not moved for a month."""
    scene, marcus, ines = told.scene, told.marcus, told.ines
    yield scene.day(34, "10:45")
    won = _handed_over(told, told.priya, marcus, 3_200_000, "wants to sign before the new year")
    lost = _handed_over(told, told.tom, ines, 1_900_000, "compares us with two others")
    moving = _handed_over(told, told.ana, marcus, 4_400_000, "rolls it out site by site")
    still = _handed_over(told, told.priya, marcus, 800_000, "will come back with their lawyer's notes")
    yield scene.day(33, "09:30")
    for opportunity, taker in ((won, marcus), (lost, ines), (moving, marcus), (still, marcus)):
        scene.do(accept_hand_over, taker, AcceptDraft(opportunity))
    scene.do(update_opportunity, marcus, OpportunityDraft(still, stage=OpportunityStage.EVALUATION))
    yield scene.day(26, "15:00")
    stages = OpportunityStage
    scene.do(update_opportunity, marcus, OpportunityDraft(won, stage=stages.PROPOSAL, probability=60))
    scene.do(update_opportunity, ines, OpportunityDraft(lost, stage=stages.EVALUATION))
    scene.do(update_opportunity, marcus, OpportunityDraft(moving, stage=stages.EVALUATION, amount=5_200_000))
    yield scene.day(12, "16:20")
    scene.do(update_opportunity, marcus, OpportunityDraft(won, stage=stages.NEGOTIATION, probability=80))
    scene.do(lose, ines, LoseDraft(lost, "competitor", "a third cheaper over three years", "Brightlane"))
    yield scene.day(5, "11:10")
    scene.do(update_opportunity, marcus, OpportunityDraft(moving, stage=stages.PROPOSAL, probability=50))
    scene.do(win, marcus, WinDraft(won))


@DEALS.add(leads=3)
def left_in_the_middle(told: Told) -> Story:
    """A view of the demo rep's own, and somebody's session of three, paused at the second."""
    scene, tom = told.scene, told.tom
    yield scene.day(2, "16:55")
    worth = Spec(filter="value>10000", order=Order.VALUE)
    scene.do(save_view, told.priya, SaveViewDraft("Worth most", worth))
    yield scene.day(1, "10:00")
    leads = [told.open(M.OUTBOUND_TARGET, tom, scene.company())[0] for _ in range(3)]
    yield scene.ago(50 * MINUTE)
    made = scene.do(start_session, tom, StartDraft(tuple(leads))).made
    assert made is not None
    scene.log(leads[0], C.CALL, D.NO_ANSWER)
    scene.do(advance_session, tom, AdvanceDraft(made["session_id"], leads[1]))
    yield scene.ago(46 * MINUTE)
    scene.do(pause_session, tom, SessionDraft(made["session_id"]))
