"""What the convert dialog chooses from: the buying group, open opportunities, who can take one, campaigns."""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.instants import Instant, moment
from store.vocabulary import OpportunityStage, Role

MOST = 12  # opportunities, people and campaigns shown: beyond that nobody reads a list of letters


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A person of the buying group, with the part they play on this at bat."""

    contact_id: int
    name: str
    title: str
    role: Role
    primary: bool


@dataclass(frozen=True, slots=True)
class OpenOpportunity:
    """An opportunity that is open on the company; ``amount`` in minor units, ``close_date`` ISO or empty."""

    id: int
    name: str
    stage: OpportunityStage
    amount: int
    currency: str
    owner: str
    close_date: str


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who can take an opportunity over or host a meeting, with the number they have open."""

    id: int
    name: str
    open: int


@dataclass(frozen=True, slots=True)
class SamePerson:
    """A contact who may be the same as one of the group: same name at the company, or a shared number or address."""

    name: str
    title: str
    company: str
    same_as: str


@dataclass(frozen=True, slots=True)
class ConvertChoices:
    """Everything that can be chosen; ``takers`` with the least open first, ``campaigns`` the source one first."""

    company: str
    currency: str
    members: tuple[GroupMember, ...]
    opportunities: tuple[OpenOpportunity, ...]
    takers: tuple[Taker, ...]
    campaigns: tuple[str, ...]
    same: tuple[SamePerson, ...]


def convert_choices(store: Store, lead_id: int, now: Instant) -> ConvertChoices:
    """What converting this at bat can choose from; six queries, whatever the size of the company."""
    account_id, name = store.row(_COMPANY, (lead_id,)) or (None, "")
    group = store.rows(_GROUP, (lead_id,))
    takers = store.rows(_TAKERS, (moment(now, store.zone).date().isoformat(),))
    campaigns = store.rows(_CAMPAIGNS, {"lead": lead_id, "most": MOST})
    same = store.rows(_SAME, {"lead": lead_id, "most": MOST})
    return ConvertChoices(
        name,
        store.currency,
        tuple(GroupMember(id, who, title, Role(role), bool(primary)) for id, who, title, role, primary in group),
        open_opportunities(store, account_id),
        tuple(Taker(*row) for row in takers),
        tuple(row[0] for row in campaigns),
        tuple(SamePerson(*row) for row in same),
    )


def open_opportunities(store: Store, account_id: int | None) -> tuple[OpenOpportunity, ...]:
    """The opportunities open on a company, the newest first; a dozen at most."""
    found = store.rows(_OPPORTUNITIES, (account_id, MOST)) if account_id is not None else []
    return tuple(OpenOpportunity(id, name, OpportunityStage(stage), *rest) for id, name, stage, *rest in found)


_COMPANY = "SELECT a.id, a.name FROM lead l JOIN account a ON a.id = l.account_id WHERE l.id = ?"

_GROUP = """
SELECT m.contact_id, c.name, c.title, m.role, m.contact_id IS l.contact_id
FROM lead_contact m JOIN lead l ON l.id = m.lead_id JOIN contact c ON c.id = m.contact_id
WHERE m.lead_id = ? AND m.void = 0 ORDER BY m.contact_id IS l.contact_id DESC, m.id"""

_OPPORTUNITIES = """
SELECT o.id, o.name, o.stage, o.amount, o.currency, coalesce(u.name, 'nobody'), o.close_date
FROM opportunity o LEFT JOIN "user" u ON u.id = o.owner_id
WHERE o.account_id = ? AND o.open = 1 ORDER BY o.opened_at DESC, o.id DESC LIMIT ?"""

_TAKERS = """
SELECT u.id, u.name, (SELECT count(*) FROM opportunity WHERE owner_id = u.id AND open = 1) AS held
FROM "user" u WHERE u.active = 1 AND u.paused = 0 AND u.role = 'ae'
  AND NOT EXISTS (SELECT 1 FROM absence WHERE user_id = u.id AND void = 0 AND ?1 BETWEEN starts AND ends)
ORDER BY held, u.name"""

_CAMPAIGNS = """
SELECT c.name FROM campaign c
JOIN (SELECT campaign_id AS id, 0 AS rank FROM lead WHERE id = :lead
      UNION SELECT campaign_id, 1 FROM signal WHERE lead_id = :lead AND void = 0) touched ON touched.id = c.id
GROUP BY c.id ORDER BY min(touched.rank), c.name LIMIT :most"""

_SAME = """
WITH member AS (
  SELECT c.id, c.name, c.account_id FROM lead_contact m JOIN contact c ON c.id = m.contact_id
  WHERE m.lead_id = :lead AND m.void = 0),
alike(id, member_id) AS (
  SELECT o.id, member.id FROM member JOIN contact o ON o.account_id = member.account_id AND o.name = member.name
  UNION SELECT o.contact_id, e.contact_id FROM member
    JOIN email e ON e.contact_id = member.id AND e.void = 0 JOIN email o ON o.folded = e.folded AND o.void = 0
  UNION SELECT o.contact_id, p.contact_id FROM member
    JOIN phone p ON p.contact_id = member.id AND p.void = 0 AND p.e164 <> ''
    JOIN phone o ON o.e164 = p.e164 AND o.void = 0 AND o.contact_id IS NOT NULL)
SELECT c.name, c.title, coalesce(a.name, ''), member.name
FROM alike JOIN contact c ON c.id = alike.id JOIN member ON member.id = alike.member_id
LEFT JOIN account a ON a.id = c.account_id
WHERE alike.id NOT IN (SELECT id FROM member) AND c.void = 0 AND c.merged_into_id IS NULL
ORDER BY c.name, c.id LIMIT :most"""


def why_not_reversed(store: Store, lead_id: int, now: Instant) -> str:
    """Why the conversion of an at bat cannot be taken back any more, as a sentence; empty where it can, by a team lead.

    What ``store.operations.converting.reverse`` refuses, known before somebody writes down a reason.
    """
    row = store.row(_CONVERSION, (lead_id,))
    if row is None:
        return "This at bat was not converted."
    at, newer, opportunity_id, alone, opened_by_it, worked = row
    if moment(at, store.zone).date() != moment(now, store.zone).date():
        return "A conversion can be reversed on the same day only."
    if newer:
        return "The person has a newer open at bat: work that one."
    if opportunity_id is not None and alone and opened_by_it and worked:
        return "The opportunity was worked on since: it can be ended or handed over, not reversed."
    return ""


_CONVERSION = """
SELECT c.at,
       EXISTS (SELECT 1 FROM lead n WHERE n.contact_id = l.contact_id AND n.open = 1 AND n.id <> l.id),
       c.opportunity_id,
       (SELECT count(*) FROM conversion o
        WHERE o.opportunity_id = c.opportunity_id AND o.reversed_at IS NULL AND o.void = 0) < 2,
       (SELECT opened_at FROM opportunity WHERE id = c.opportunity_id) = c.at,
       EXISTS (SELECT 1 FROM change
               WHERE entity = 'opportunity' AND entity_id = c.opportunity_id AND operation_id > c.written_id)
FROM conversion c JOIN lead l ON l.id = c.lead_id
WHERE c.lead_id = ? AND c.reversed_at IS NULL AND c.void = 0"""
