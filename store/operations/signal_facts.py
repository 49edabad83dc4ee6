"""What is known of a signal's person and company when it comes in, and where it may go.

See docs/model.md, "Intake of signals".
"""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.instants import Instant, moment
from store.operations.scoring import facts_of as scored_by
from store.operations.scoring import last_midnight
from store.rules.intake import Facts
from store.rules.scoring import SignalPoint, as_of, total_at
from store.vocabulary import Motion, Outcome


@dataclass(frozen=True, slots=True)
class Came:
    """A signal with whose it is; ``signal_id`` of one that was recorded before and is decided on again."""

    contact_id: int | None
    account_id: int | None
    kind: str
    source: str
    at: Instant
    points: int
    high_intent: bool
    words: str = ""
    payload: str = ""
    campaign_id: int | None = None
    motion: Motion | None = None
    signal_id: int | None = None


@dataclass(frozen=True, slots=True)
class Last:
    """The last at bat of somebody that has ended."""

    id: int
    outcome: Outcome | None
    owner_id: int | None
    source: str
    opened_at: Instant
    closed_at: Instant
    eligible_at: Instant | None
    eligible_on: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signal may go: the opportunity, the at bat of this person, another at the company; the last that ended.

    ``account_owner_id`` is the company's.
    """

    opportunity_id: int | None = None
    lead_id: int | None = None
    lead_at_account_id: int | None = None
    last: Last | None = None
    account_owner_id: int | None = None


def facts_of(store: Store, came: Came, now: Instant) -> tuple[Facts, Place]:
    """What decides about a signal at ``now``, and where it may go."""
    contact = store.row("SELECT suppressed_at, bogus_at FROM contact WHERE id = ?", (came.contact_id,))
    suppressed_at, bogus_at = contact or (None, None)
    account = store.row("SELECT owner_id, customer_since FROM account WHERE id = ?", (came.account_id,))
    owner_id, customer_since = account or (None, None)
    with_them, at_account = _opportunities(store, came)
    lead_id, other_id = _leads(store, came)
    last = _last(store, came.contact_id)
    back = last.eligible_at if last is not None else None
    facts = Facts(
        suppressed=suppressed_at is not None,
        bogus=bogus_at is not None,
        opportunity=with_them is not None,
        opportunity_at_account=at_account is not None,
        customer=customer_since is not None,
        person=contact is not None,
        high_intent=came.high_intent,
        open_lead=lead_id is not None,
        lead_at_account=other_id is not None,
        points=came.points,
        score=score_with(store, came, now),
        kind=came.kind,
        eligible_at=back,
        eligible_day=moment(back, store.zone).date().isoformat() if back is not None else "",
        comes_back=last.eligible_on if last is not None else "",
        reachable=_reachable(store, came.contact_id),
        now=now,
        at=came.at if came.signal_id is None else None,
    )
    opportunity_id = with_them if with_them is not None else at_account
    return facts, Place(opportunity_id, lead_id, other_id, last, owner_id)


def _opportunities(store: Store, came: Came) -> tuple[int | None, int | None]:
    """The open opportunity with this person, and one with the company."""
    with_them = store.value(_WITH_THEM, {"contact": came.contact_id}) if came.contact_id is not None else None
    at_account = store.value(_AT_ACCOUNT, (came.account_id,)) if came.account_id is not None else None
    return with_them, at_account


def _leads(store: Store, came: Came) -> tuple[int | None, int | None]:
    """The open at bat of this person, else one they are in the group of; and the company's furthest one."""
    own = other = None
    if came.contact_id is not None:
        own = store.value("SELECT id FROM lead WHERE contact_id = ? AND open = 1", (came.contact_id,))
        if own is None:
            own = store.value(_IN_GROUP_OF, (came.contact_id,))
    elif came.account_id is not None:
        own = store.value(_OF_COMPANY, (came.account_id,))
    if own is None and came.account_id is not None:
        other = store.value(_FURTHEST, (came.account_id,))
    return own, other


def _last(store: Store, contact_id: int | None) -> Last | None:
    row = store.row(_LAST, (contact_id,)) if contact_id is not None else None
    if row is None:
        return None
    lead_id, outcome, *rest = row
    return Last(lead_id, Outcome(outcome) if outcome else None, *rest)


def score_with(store: Store, came: Came, now: Instant) -> int:
    """The score that stands once this signal is counted."""
    known, signals = scored_by(store, came.contact_id, came.account_id)
    if came.signal_id is None:
        signals = (*signals, SignalPoint(came.at, came.points, came.kind, came.words))
    at = as_of(signals, now, last_midnight(store, now))
    return total_at(known, signals, at, store.rules.score)


def _reachable(store: Store, contact_id: int | None) -> bool:
    return contact_id is None or store.value(_WAYS, {"contact": contact_id}) is not None


_STANDS = "o.open = 1 AND o.rejected_at IS NULL AND o.void = 0"
_WITH_THEM = f"""
SELECT max(o.id) FROM opportunity o WHERE {_STANDS} AND o.id IN (
    SELECT opportunity_id FROM opportunity_contact WHERE contact_id = :contact AND void = 0
    UNION SELECT c.opportunity_id FROM conversion c JOIN lead l ON l.id = c.lead_id
          WHERE l.contact_id = :contact AND c.void = 0 AND c.reversed_at IS NULL)"""
_AT_ACCOUNT = f"SELECT max(o.id) FROM opportunity o WHERE o.account_id = ? AND {_STANDS}"
_BY_REACH = """
ORDER BY CASE l.stage WHEN 'qualified' THEN 0 WHEN 'connected' THEN 1 WHEN 'attempting' THEN 2 WHEN 'accepted' THEN 3
         WHEN 'new' THEN 4 ELSE 5 END, l.opened_at DESC, l.id LIMIT 1"""
_IN_GROUP_OF = f"""
SELECT l.id FROM lead_contact g JOIN lead l ON l.id = g.lead_id
WHERE g.contact_id = ? AND g.void = 0 AND l.open = 1 {_BY_REACH}"""
_OF_COMPANY = "SELECT id FROM lead WHERE account_id = ? AND contact_id IS NULL AND open = 1"
_FURTHEST = f"SELECT l.id FROM lead l WHERE l.account_id = ? AND l.open = 1 {_BY_REACH}"
_LAST = """
SELECT id, outcome, owner_id, source, opened_at, coalesce(closed_at, opened_at), eligible_at, eligible_on FROM lead
WHERE contact_id = ? AND open = 0 AND void = 0 ORDER BY number DESC, id DESC LIMIT 1"""
_WAYS = """
SELECT 1 FROM phone WHERE contact_id = :contact AND state <> 'bad' AND void = 0
UNION ALL SELECT 1 FROM email e JOIN contact c ON c.id = e.contact_id AND c.email_stopped_at IS NULL
WHERE e.contact_id = :contact AND e.state <> 'bad' AND e.void = 0 LIMIT 1"""
