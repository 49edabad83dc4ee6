"""A window is extended by its owner once, by a team lead again, with a reason, by at most what it was."""

from __future__ import annotations

import pytest

from store.errors import Refusal
from store.instants import DAY, HOUR
from store.operations.extend import ExtendDraft, extend, latest_end
from store.operations.tick import tick
from store.operations.undo import UndoDraft, undo
from store.rules import expiry
from store.vocabulary import Decision, Disposition, Motion, Stage
from tests.factories import ANA, BEN, PRIYA, Floor


def test_the_owner_gives_it_as_long_again_once(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.INTENT_SIGNAL)
    before = floor.state(lead)
    extend(floor.store, PRIYA, floor.later(), ExtendDraft(lead, "their fair is next week"))
    after = floor.state(lead)
    assert before.expires_at is not None
    assert after.expires_at == before.expires_at + 21 * DAY
    assert after.warn_at == expiry.warns_at(after.expires_at, Motion.INTENT_SIGNAL, floor.store.rules)
    assert after.extensions == 1
    assert floor.value("SELECT text FROM note WHERE lead_id = ?", lead) == "more time: their fair is next week"
    with pytest.raises(Refusal, match="a team lead may give it more"):
        extend(floor.store, PRIYA, floor.later(), ExtendDraft(lead, "again"))
    extend(floor.store, ANA, floor.later(), ExtendDraft(lead, "once more", until=after.expires_at + 3 * DAY))
    assert floor.state(lead).expires_at == after.expires_at + 3 * DAY


def test_never_longer_than_it_was_never_shorter_and_never_without_a_reason(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    ends, latest = floor.state(lead).expires_at, latest_end(floor.store, floor.state(lead), floor.now)
    assert ends is not None
    assert latest == floor.store.calendar.business_days_later(ends, 10)
    for until, why in ((latest + 1, "more than its window was"), (ends, "no more time")):
        with pytest.raises(Refusal, match=why):
            extend(floor.store, PRIYA, floor.later(), ExtendDraft(lead, "why not", until=until))
    with pytest.raises(Refusal, match="Say why"):
        extend(floor.store, PRIYA, floor.later(), ExtendDraft(lead, "  "))
    with pytest.raises(Refusal, match="Only its owner or a team lead"):
        extend(floor.store, BEN, floor.later(), ExtendDraft(lead, "mine"))


def test_a_decision_forced_by_the_window_is_settled_by_more_time(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED, motion=Motion.INTENT_SIGNAL)
    ends = floor.state(lead).expires_at
    assert ends is not None
    tick(floor.store, ends)
    assert floor.state(lead).decision is Decision.EXPIRED
    floor.now = ends + HOUR
    extend(floor.store, PRIYA, floor.now, ExtendDraft(lead, "waiting for their board"))
    assert (floor.state(lead).decision, floor.state(lead).open) == (None, 1)
    assert floor.state(lead).expires_at == floor.now + 21 * DAY
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert (floor.state(lead).decision, floor.state(lead).extensions) == (Decision.EXPIRED, 0)


def test_attempts_are_granted_once_more(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.PARTNER_REFERRAL)
    floor.touch(lead, Disposition.NO_ANSWER)
    assert floor.state(lead).expires_at is None
    assert latest_end(floor.store, floor.state(lead), floor.now) is None
    extend(floor.store, PRIYA, floor.later(), ExtendDraft(lead, "the partner is away"))
    assert (floor.state(lead).expires_at, floor.state(lead).extensions) == (None, 1)
