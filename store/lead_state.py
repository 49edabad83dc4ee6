"""One at bat as it stands: what the rules decide on and what screens hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from store.instants import Instant
from store.vocabulary import Answer, Channel, Decision, Disposition, Motion, Outcome, Stage, Status, Word


class LeadState(NamedTuple):
    """Every column of ``lead`` under its own name; see docs/model.md, "The at bat".

    Instants are microseconds UTC, ``value`` is in minor units, ``open`` and the other flags are 0 or 1.
    """

    id: int
    account_id: int | None
    contact_id: int | None
    number: int
    motion: Motion
    source: str
    trigger: str
    why: str
    campaign_id: int | None
    signal_id: int | None
    owner_id: int | None
    team_id: int | None
    assigned_at: Instant | None
    stage: Stage
    status: Status
    sub_status: str
    open: int
    opened_at: Instant
    opened_day: str
    stage_at: Instant
    accepted_at: Instant | None
    connected_at: Instant | None
    attempts: int
    direct_attempts: int
    partner_touches: int
    connects: int
    touches: int
    last_touch_at: Instant | None
    last_disposition: Disposition | None
    last_attempt_at: Instant | None
    unanswered_at: Instant | None
    cadence: str
    cadence_step: int
    next_channel: Channel | None
    next_words: str
    due_at: Instant | None
    tier: int
    callback_at: Instant | None
    first_touch_due_at: Instant | None
    first_touch_at: Instant | None
    expires_at: Instant | None
    warn_at: Instant | None
    extensions: int
    snoozed_until: Instant | None
    decision: Decision | None
    decision_at: Instant | None
    score: int
    value: int
    need: Answer | None
    budget: Answer | None
    authority: Answer | None
    timeline: Answer | None
    learned: str
    outcome: Outcome | None
    reason: str
    outcome_note: str
    competitor: str
    closed_at: Instant | None
    eligible_at: Instant | None
    eligible_on: str
    merged_into_id: int | None
    rejected_at: Instant | None
    imported: int
    rules: str
    custom: str
    updated_at: Instant
    version: int
    void: int
    written_id: int
    rule_at: Instant | None

    @property
    def connected(self) -> bool:
        """Whether the person was ever reached in this at bat."""
        return self.connected_at is not None


COLUMNS = LeadState._fields


def lead_state(values: Sequence[Any]) -> LeadState:
    """The state from a row whose columns stand in ``COLUMNS`` order; words come back as their enums."""
    made = list(values)
    for place, words in _WORDS:
        made[place] = words[made[place]]
    return LeadState._make(made)


_WORDS: list[tuple[int, dict[str | None, Word | None]]] = [
    (COLUMNS.index(column), {None: None, **{word.value: word for word in words}})
    for column, words in {
        "motion": Motion,
        "stage": Stage,
        "status": Status,
        "last_disposition": Disposition,
        "next_channel": Channel,
        "decision": Decision,
        "need": Answer,
        "budget": Answer,
        "authority": Answer,
        "timeline": Answer,
        "outcome": Outcome,
    }.items()
]
