"""The desk of an account executive: what was handed over, what came back, what is open and what has ended.

One question reads them all, along the index of open opportunities; a team has hundreds of them, not millions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from store.database import Store
from store.instants import DAY, Instant
from store.queries.converting import Taker
from store.queries.likely import KnownPerson, of_company
from store.reach import reach_of
from store.rules.passing_on import Promise, rises_for
from store.rules.touch import Reach
from store.ruleset import RuleSet
from store.vocabulary import Channel, Disposition, Motion, OpportunityStage, Outcome, Role, Stage, Status

ENDED_SHOWN = 90 * DAY
MOST = 2_000
_MOST_TOUCHES = 5


class Section(IntEnum):
    """Where on the desk an opportunity lies, first things first."""

    HANDED = 0
    RETURNED = 1
    OPEN = 2
    ENDED = 3


@dataclass(frozen=True, slots=True)
class Deal:
    """One opportunity; ``amount`` in minor units, ``probability`` in per cent, ``close_date`` ISO or empty.

    ``person`` is its primary contact. ``giver``, ``taker``, ``handed_at`` and ``due_at`` are those of its last
    hand-over, which waits for an answer while ``waits``; ``answered_at`` says since when it does not, ``accepted`` what
    the answer was. ``touched_at`` is its last touch, ``meeting_at`` its next meeting, the at bats behind it included.
    ``lost_reason`` and ``reject_reason`` are keys of the rules. ``promised_at`` is when the open callback is due, the
    earliest, and ``promised_since`` when it was promised. ``told`` is what its owner was told and has not answered, by
    ``told_by``. ``rises``: one of the two brings the row to the top.
    """

    id: int
    version: int
    name: str
    account_id: int | None
    company: str
    contact_id: int | None
    person: str
    title: str
    stage: OpportunityStage
    amount: int
    currency: str
    probability: int
    close_date: str
    open: bool
    owner_id: int | None
    owner: str
    opened_at: Instant
    moved_at: Instant
    closed_at: Instant | None
    rejected_at: Instant | None
    lost_reason: str
    competitor: str
    waits: bool
    giver_id: int | None
    giver: str
    taker_id: int | None
    taker: str
    handed_at: Instant | None
    due_at: Instant | None
    reject_reason: str
    promised_at: Instant | None
    promiser_id: int | None
    promiser: str
    told: str = ""
    told_by: Instant | None = None
    answered_at: Instant | None = None
    accepted: bool = False
    promised_since: Instant | None = None
    touched_at: Instant | None = None
    meeting_at: Instant | None = None
    section: Section = Section.OPEN
    rises: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A person on an opportunity; ``bogus`` where sales rejected them as not real, ``left`` its company behind."""

    contact_id: int
    name: str
    title: str
    role: Role
    primary: bool
    suppressed: bool
    bogus: bool
    left: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """An at bat that an opportunity came from."""

    lead_id: int
    number: int
    person: str
    motion: Motion
    source: str
    stage: Stage
    status: Status
    outcome: Outcome | None
    owner: str
    opened_at: Instant
    closed_at: Instant | None
    learned: str
    why: str


@dataclass(frozen=True, slots=True)
class LastTouch:
    """A touch of one of the at bats, the newest first."""

    at: Instant
    channel: Channel
    disposition: Disposition
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class DealCard:
    """What stands beside the list: the people, the campaigns, the at bats it came from, the last touches.

    ``meeting_at`` is the next meeting booked; ``words`` what was written when it was rejected or lost.
    """

    deal: Deal
    people: tuple[Part, ...]
    campaigns: tuple[str, ...]
    lives: tuple[Life, ...]
    touches: tuple[LastTouch, ...]
    meeting_at: Instant | None
    words: str


@dataclass(frozen=True, slots=True)
class DealChoices:
    """What the dialogs about one opportunity choose from."""

    deal: Deal
    takers: tuple[Taker, ...]
    people: tuple[Part, ...]
    newcomers: tuple[KnownPerson, ...]


def deals(store: Store, user_id: int, now: Instant, *, everyone: bool = False, ended: bool = False) -> tuple[Deal, ...]:
    """The opportunities on somebody's desk, in order: what was told of them or a callback that is due, what waits for
    their word, what came back, open, ended.

    Theirs are those they own, are asked to take, or worked the at bat of, and those whose callback passed on to them;
    with ``everyone`` the whole team's. With ``ended`` those that were won or lost in the last 90 days too, the newest
    first. One query.
    """
    values = {"me": user_id, "everyone": int(everyone), "since": now - ENDED_SHOWN, "most": MOST}
    values |= {
        "now": now,
        "lead": now + store.rules.queue.callback_lead,
        "missed": now - store.rules.callbacks.passes_on,
    }
    where = _OPEN if not ended else f"({_OPEN} OR {_ENDED})"
    rows = store.rows(_DEALS.format(where=f"{where} AND {_MINE}"), values)
    found = [_deal(row, user_id, everyone, now, store.rules) for row in rows]
    return tuple(sorted(found, key=_order))


def came_back(store: Store, user_id: int) -> int:
    """How many hand-overs of somebody were rejected and wait for what they do about it; along one index."""
    return int(store.value(_CAME_BACK, (user_id,)))


def deal(
    store: Store, opportunity_id: int, user_id: int, *, everyone: bool = False, now: Instant | None = None
) -> Deal | None:
    """One opportunity as it lies on somebody's desk; None where there is none. Nothing rises without ``now``."""
    row = store.row(_DEALS.format(where="o.id = :id AND o.void = 0"), {"id": opportunity_id, "most": 1, "now": now})
    return None if row is None else _deal(row, user_id, everyone, now, store.rules)


def deal_of(store: Store, contact_id: int, user_id: int) -> Deal | None:
    """The open opportunity that somebody is on, the newest that sales has not rejected where there are several."""
    id = store.value(_OF_CONTACT, (contact_id,))
    return None if id is None else deal(store, id, user_id)


def reaches(store: Store, opportunity_id: int) -> dict[int, Reach]:
    """How the people on an opportunity may be reached, by contact."""
    return {part.contact_id: reach_of(store, part.contact_id) for part in parts(store, opportunity_id)}


def deal_card(store: Store, opportunity_id: int, user_id: int, now: Instant) -> DealCard | None:
    """Everything that is known of one opportunity; six queries."""
    found = deal(store, opportunity_id, user_id, now=now)
    if found is None:
        return None
    lives = tuple(_life(row) for row in store.rows(_LIVES, (opportunity_id,)))
    leads = json.dumps([life.lead_id for life in lives])
    touches = store.rows(_TOUCHES, {"leads": leads, "deal": opportunity_id, "most": _MOST_TOUCHES})
    return DealCard(
        found,
        parts(store, opportunity_id),
        tuple(row[0] for row in store.rows(_CAMPAIGNS, (opportunity_id,))),
        lives,
        tuple(LastTouch(at, Channel(by), Disposition(came), who, note) for at, by, came, who, note in touches),
        store.value(_MEETING, {"leads": leads, "deal": opportunity_id, "now": now}),
        str(store.value(_WORDS, {"deal": opportunity_id}) or ""),
    )


def deal_choices(store: Store, opportunity_id: int, user_id: int) -> DealChoices | None:
    """What can be chosen for one opportunity: who can take it, who is on it, who else is known at its company."""
    found = deal(store, opportunity_id, user_id)
    if found is None:
        return None
    there = parts(store, opportunity_id)
    takers = tuple(Taker(*row) for row in store.rows(_TAKERS))
    known = of_company(store, found.account_id, [part.contact_id for part in there])
    return DealChoices(found, takers, there, known)


def parts(store: Store, opportunity_id: int) -> tuple[Part, ...]:
    """The people on an opportunity, the primary one first."""
    return tuple(
        Part(id, name, title, Role(role), bool(primary), bool(suppressed), bool(bogus), bool(left))
        for id, name, title, role, primary, suppressed, bogus, left in store.rows(_PARTS, (opportunity_id,))
    )


def _deal(row: tuple[Any, ...], user_id: int, everyone: bool, now: Instant | None, rules: RuleSet) -> Deal:
    read = Deal(*row)
    made = replace(read, stage=OpportunityStage(read.stage), open=bool(read.open), waits=bool(read.waits))
    made = replace(made, accepted=bool(read.accepted))
    rises = now is not None and _rises(made, user_id, everyone, now, rules)
    return replace(made, section=_section(made, user_id, everyone), rises=rises)


def _rises(deal: Deal, user_id: int, everyone: bool, now: Instant, rules: RuleSet) -> bool:
    """Whether its owner was told something, or a callback is due for this person: the owner's, or passed on."""
    if deal.open and deal.told_by is not None and (everyone or deal.owner_id == user_id):
        return True
    if deal.promised_at is None or not deal.open:
        return False
    if everyone or deal.owner_id == user_id:
        return deal.promised_at <= now + rules.queue.callback_lead
    return rises_for(Promise(deal.promised_at, deal.promiser_id, deal.promiser), user_id, now, rules)


def _section(deal: Deal, user_id: int, everyone: bool) -> Section:
    if not deal.open:
        return Section.ENDED
    if deal.rejected_at is not None and (everyone or deal.owner_id == user_id):
        return Section.RETURNED
    return Section.HANDED if deal.waits and (everyone or deal.taker_id == user_id) else Section.OPEN


def _order(deal: Deal) -> tuple[object, ...]:
    """Total: by what is due first, or came back last; the bigger before the smaller, the older before the newer."""
    if deal.rises:
        due = min(at for at in (deal.promised_at, deal.told_by) if at is not None)
        return (-1, due, -deal.amount, deal.id)
    match deal.section:
        case Section.HANDED:
            by: object = deal.due_at or 0
        case Section.RETURNED:
            by = -(deal.rejected_at or 0)
        case Section.OPEN:
            by = "" if deal.waits else deal.close_date or "9999"  # what waits for another's word stands together
        case Section.ENDED:
            by = -(deal.closed_at or 0)
    return (deal.section, by, -deal.amount, deal.id)


def _life(row: tuple[Any, ...]) -> Life:
    lead_id, number, person, motion, source, stage, status, outcome, *rest = row
    ended = Outcome(outcome) if outcome else None
    return Life(lead_id, number, person, Motion(motion), source, Stage(stage), Status(status), ended, *rest)


_OPEN = "o.open = 1"
_ENDED = "(o.open = 0 AND o.void = 0 AND o.stage IN ('won', 'lost') AND o.closed_at >= :since)"
_MINE = """(:everyone = 1 OR o.owner_id = :me OR (h.answered_at IS NULL AND h.taker_id = :me)
   OR EXISTS (SELECT 1 FROM conversion c JOIN lead l ON l.id = c.lead_id WHERE c.opportunity_id = o.id
              AND c.void = 0 AND c.reversed_at IS NULL AND :me IN (c.user_id, l.owner_id))
   OR k.due_at <= iif(coalesce(k.promiser_id, :me) = :me, :lead, :missed))"""

_DEALS = """
SELECT o.id, o.version, o.name, o.account_id, coalesce(a.name, ''), m.contact_id, coalesce(p.name, ''),
       coalesce(p.title, ''), o.stage, o.amount, o.currency, o.probability, o.close_date, o.open, o.owner_id,
       coalesce(u.name, ''), o.opened_at, o.moved_at, o.closed_at, o.rejected_at, o.lost_reason,
       coalesce(iif(json_valid(o.custom), json_extract(o.custom, '$.competitor'), ''), ''),
       h.id IS NOT NULL AND h.answered_at IS NULL AND o.open = 1, h.giver_id, coalesce(g.name, ''), h.taker_id,
       coalesce(t.name, ''), h.at, h.due_at, coalesce(h.reason, ''), k.due_at, k.promiser_id, coalesce(r.name, ''),
       coalesce(s.words, ''), s.due_at, h.answered_at, coalesce(h.accepted, 0), k.promised_at,
       (SELECT max(at) FROM (
            SELECT max(l.last_touch_at) AS at FROM conversion c JOIN lead l ON l.id = c.lead_id
            WHERE c.opportunity_id = o.id AND c.void = 0 AND c.reversed_at IS NULL
            UNION ALL SELECT max(at) FROM touch
            WHERE opportunity_id IS NOT NULL AND opportunity_id = o.id AND void = 0)),
       (SELECT min(at) FROM (
            SELECT m.at FROM conversion c JOIN meeting m ON m.lead_id = c.lead_id
            WHERE c.opportunity_id = o.id AND c.void = 0 AND c.reversed_at IS NULL AND m.result = 'booked'
              AND m.void = 0 AND m.at >= :now
            UNION ALL SELECT at FROM meeting
            WHERE opportunity_id IS NOT NULL AND opportunity_id = o.id AND result = 'booked' AND void = 0
              AND at >= :now)) AS meeting_at
FROM opportunity o
LEFT JOIN account a ON a.id = o.account_id
LEFT JOIN opportunity_contact m ON m.opportunity_id = o.id AND m.is_primary = 1 AND m.void = 0
LEFT JOIN contact p ON p.id = m.contact_id
LEFT JOIN "user" u ON u.id = o.owner_id
LEFT JOIN hand_over h ON h.id = (SELECT max(id) FROM hand_over WHERE opportunity_id = o.id AND void = 0)
LEFT JOIN "user" g ON g.id = h.giver_id
LEFT JOIN "user" t ON t.id = h.taker_id
LEFT JOIN callback k ON k.id = (
    SELECT id FROM callback WHERE opportunity_id IS NOT NULL AND opportunity_id = o.id AND state = 'open' AND void = 0
    ORDER BY due_at, id LIMIT 1) AND o.open = 1
LEFT JOIN "user" r ON r.id = k.promiser_id
LEFT JOIN task s ON s.id = (
    SELECT id FROM task WHERE user_id = o.owner_id AND state = 'open' AND void = 0 AND kind = 'told'
      AND opportunity_id = o.id ORDER BY due_at, id LIMIT 1) AND o.open = 1
WHERE {where} LIMIT :most"""

_CAME_BACK = "SELECT count(*) FROM opportunity WHERE owner_id = ? AND open = 1 AND rejected_at IS NOT NULL"

_PARTS = """
SELECT c.id, c.name, c.title, m.role, m.is_primary, c.suppressed_at IS NOT NULL, c.bogus_at IS NOT NULL,
       c.account_id IS NOT o.account_id AND EXISTS (
           SELECT 1 FROM employment e WHERE e.contact_id = c.id AND e.account_id = o.account_id AND e.void = 0)
FROM opportunity_contact m JOIN contact c ON c.id = m.contact_id JOIN opportunity o ON o.id = m.opportunity_id
WHERE m.opportunity_id = ? AND m.void = 0 ORDER BY m.is_primary DESC, m.id"""

_CAMPAIGNS = """
SELECT c.name FROM opportunity_campaign m JOIN campaign c ON c.id = m.campaign_id
WHERE m.opportunity_id = ? AND m.void = 0 ORDER BY m.is_source DESC, c.name LIMIT 12"""

_LIVES = """
SELECT l.id, l.number, coalesce(p.name, ''), l.motion, l.source, l.stage, l.status, l.outcome, coalesce(u.name, ''),
       l.opened_at, l.closed_at, l.learned, l.why
FROM conversion c JOIN lead l ON l.id = c.lead_id LEFT JOIN contact p ON p.id = l.contact_id
LEFT JOIN "user" u ON u.id = l.owner_id
WHERE c.opportunity_id = ? AND c.void = 0 AND c.reversed_at IS NULL ORDER BY c.at DESC, c.id DESC LIMIT 12"""

_TOUCHES = """
SELECT t.at, t.channel, t.disposition, coalesce(u.name, ''), t.note FROM (
    SELECT * FROM touch WHERE lead_id IN (SELECT value FROM json_each(:leads)) AND void = 0
    UNION SELECT * FROM touch WHERE opportunity_id IS NOT NULL AND opportunity_id = :deal AND void = 0) t
LEFT JOIN "user" u ON u.id = t.user_id ORDER BY t.at DESC, t.id DESC LIMIT :most"""

_MEETING = """
SELECT min(at) FROM (
    SELECT at, result, void FROM meeting WHERE lead_id IN (SELECT value FROM json_each(:leads))
    UNION ALL SELECT at, result, void FROM meeting
    WHERE opportunity_id IS NOT NULL AND opportunity_id = :deal AND void = 0)
WHERE result = 'booked' AND at >= :now AND void = 0"""

_OF_CONTACT = """
SELECT o.id FROM opportunity_contact m JOIN opportunity o ON o.id = m.opportunity_id
WHERE m.contact_id = ? AND m.void = 0 AND o.open = 1
ORDER BY o.rejected_at IS NOT NULL, o.opened_at DESC, o.id DESC LIMIT 1"""

# A note that was written by the very act that rejected or lost it.
_WORDS = """
SELECT n.text FROM note n
WHERE n.void = 0 AND (n.opportunity_id IS NOT NULL AND n.opportunity_id = :deal OR n.lead_id IN (
    SELECT lead_id FROM conversion WHERE opportunity_id = :deal AND void = 0 AND reversed_at IS NULL))
  AND n.written_id IN (
    SELECT h.operation_id FROM change h WHERE h.entity = 'opportunity' AND h.entity_id = :deal
      AND h."column" IN ('rejected_at', 'lost_reason'))
ORDER BY n.at DESC, n.id DESC LIMIT 1"""

_TAKERS = """
SELECT u.id, u.name, (SELECT count(*) FROM opportunity WHERE owner_id = u.id AND open = 1) AS held
FROM "user" u WHERE u.active = 1 AND u.role IN ('ae', 'lead', 'admin') AND u.id <> 1
ORDER BY u.role <> 'ae', held, u.name"""
