"""How likely what is, and what people say; see docs/model.md, "The simulated year", for what comes of it.

The chances are such that a year looks like one; they are no study.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

from store.vocabulary import Answer, Motion
from store.vocabulary import Disposition as D

Item = TypeVar("Item")

WARMTH: Mapping[Motion, float] = {  # how ready people are to pick up, by why they are called
    Motion.DEMO_REQUEST: 1.5,
    Motion.EVENT_FOLLOW_UP: 0.9,
    Motion.OUTBOUND_TARGET: 0.45,
    Motion.PARTNER_REFERRAL: 1.4,
    Motion.REACTIVATION: 0.7,
    Motion.EXPANSION: 1.7,
    Motion.INTENT_SIGNAL: 0.75,
    Motion.CAMPAIGN_RESPONSE: 0.9,
    Motion.REP_CREATED: 0.5,
}
PICKS_UP = 0.22  # of calls to the most interested, times the motion's warmth
WRITES_BACK = 0.09  # of e-mails to them, likewise
BOUNCES, UNSUBSCRIBES, OUT_OF_OFFICE = 0.015, 0.004, 0.05

UNREACHED = ((D.NO_ANSWER, 52), (D.VOICEMAIL_LEFT, 30), (D.GATEKEEPER, 9), (D.BUSY, 7), (D.WRONG_NUMBER, 2))
COOL = (
    (D.CONVERSATION, 50),
    (D.CALLBACK_REQUESTED, 16),
    (D.NOT_INTERESTED, 26),
    (D.WRONG_PERSON, 5),
    (D.DO_NOT_CONTACT, 3),
)
WARM = ((D.CONVERSATION, 62), (D.CALLBACK_REQUESTED, 20), (D.MEETING_BOOKED, 14), (D.NOT_INTERESTED, 4))

COMPETITORS = ("Brightlane", "Portwell", "Kestrel")
BAD_FIT = ("no_need", "wrong_size", "wrong_industry", "wrong_geography", "no_budget", "wrong_product")
NOT_READY = ("timing", "no_budget", "cold", "no_authority")
REJECTED = (("timing", 4), ("no_authority", 3), ("no_budget", 3))
LOST = (("timing", 3), ("no_budget", 4), ("competitor", 4), ("no_need", 2))
GOOD = (
    (Answer.YES, Answer.YES, Answer.YES),
    (Answer.YES, Answer.YES, Answer.UNKNOWN),
    (Answer.UNKNOWN, Answer.YES, Answer.YES),
    (Answer.YES, Answer.UNKNOWN, Answer.YES),
)
AMOUNTS = (400_000, 600_000, 900_000, 1_200_000, 2_000_000, 3_500_000, 6_000_000)


def draw(rng: random.Random, odds: Sequence[tuple[Item, float]]) -> Item:
    """One of these, by their weights."""
    return rng.choices([item for item, _ in odds], [weight for _, weight in odds])[0]
