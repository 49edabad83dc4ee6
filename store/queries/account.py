"""A whole company: its facts, and everybody there, in both pools, with how each of them stands.

The order of the people is read once as ids; what a line says is read for the lines in sight alone.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, fields

from store.database import Store
from store.instants import Instant
from store.queries import queue
from store.queries.lifecycle import FACTS, lifecycle_of
from store.queries.queue import QueueRow
from store.queries.sheet import CompanySheet, company_sheet
from store.reach import USABLE
from store.vocabulary import Lifecycle, OpportunityStage, Pool, Role

MOST_PEOPLE = 10_000
"""People of one company that are listed; beyond that the letters of a filter find them."""
FIRST = 128
_DEALS = 5
ITSELF = 0
"""The id of the line for an at bat on the company alone."""


@dataclass(frozen=True, slots=True)
class Deal:
    """An open opportunity of the company; ``amount`` in minor units."""

    id: int
    name: str
    stage: OpportunityStage
    amount: int
    currency: str
    owner: str


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many people are known there, by pool; how many are being worked now, and how many have left."""

    sales: int
    marketing: int
    worked: int
    former: int

    @property
    def here(self) -> int:
        """Everybody who works there now."""
        return self.sales + self.marketing


@dataclass(frozen=True, slots=True)
class Company(CompanySheet):
    """A company with the largest opportunities that are open, and how many people are known there."""

    deals: tuple[Deal, ...]
    more_deals: int
    people: Headcount


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody of a company, or the company itself (no ``contact_id``) where an at bat is on it alone.

    ``left`` is the ISO day somebody left, ``former`` says that they have even where nobody knows the day. ``role`` is
    their part in an open opportunity or in somebody's at bat, which ``role_on`` names. ``phones`` and ``emails`` count
    what still works. ``lead`` is their open at bat, ``lifecycle`` worked out and None of the company itself.
    """

    contact_id: int | None
    account_id: int | None
    name: str
    title: str
    pool: Pool
    lifecycle: Lifecycle | None
    suppressed: bool
    email_stopped: bool
    bogus: bool
    former: bool
    left: str
    last_touch_at: Instant | None
    phones: int
    emails: int
    at_bats: int
    role: Role | None
    role_on: str
    lead: QueueRow | None

    @property
    def id(self) -> int:
        """The line's key in a list."""
        return self.contact_id if self.contact_id is not None else ITSELF


@dataclass(frozen=True, slots=True)
class People:
    """Everybody in order, and the first lines."""

    ids: array[int]
    rows: dict[int, PersonLine]


def company(store: Store, account_id: int) -> Company | None:
    """A company, or the one it was merged into; None when there is none."""
    merged = store.row("SELECT merged_into_id FROM account WHERE id = ? AND void = 0", (account_id,))
    if merged is not None and merged[0] not in (None, account_id):
        return company(store, merged[0])
    sheet = company_sheet(store, account_id) if merged is not None else None
    if sheet is None:
        return None
    counted = store.row(_HEADCOUNT, (account_id,)) or (0, 0, 0)
    former = store.value(_COUNT_FORMER, {"account": account_id})
    deals = store.rows(_OPEN_DEALS, (account_id,))
    return Company(
        **{each.name: getattr(sheet, each.name) for each in fields(sheet)},
        deals=tuple(Deal(id, name, OpportunityStage(stage), *rest) for id, name, stage, *rest in deals[:_DEALS]),
        more_deals=max(len(deals) - _DEALS, 0),
        people=Headcount(*counted, former),  # type: ignore[call-arg]  # mypy cannot count the columns of a row
    )


def people(store: Store, account_id: int, find: str = "") -> People:
    """Everybody of a company in order: who is worked, then sales, then marketing, then who has left; by name.

    ``find`` keeps those with all these letters in name or title, in any case.
    """
    values = {"account": account_id, "most": MOST_PEOPLE}
    words = [word for word in _storable(find).split() if word]
    for number, word in enumerate(words):
        for spelling, text in (("t", word), ("l", word.lower()), ("u", word.upper()), ("c", word.capitalize())):
            values[f"{spelling}{number}"] = _pattern(text)  # type: ignore[assignment]
    ids = array("q", (row[0] for row in store.rows(_ids_sql(len(words)), values)))
    if not words and store.value(_ON_ITSELF, (account_id,)) is not None:
        ids.insert(0, ITSELF)
    return People(ids, rows(store, account_id, ids[:FIRST]))


def rows(store: Store, account_id: int, ids: Sequence[int]) -> dict[int, PersonLine]:
    """The lines of these people by id; ``ITSELF`` is the company. Two queries."""
    found = store.rows(_ROWS, {"account": account_id, "ids": json.dumps(list(ids))})
    on_itself = store.value(_ON_ITSELF, (account_id,)) if ITSELF in ids else None
    wanted = [row[-1] for row in found if row[-1] is not None] + ([on_itself] if on_itself is not None else [])
    leads = queue.rows(store, wanted) if wanted else {}
    lines = {}
    if on_itself in leads:
        lines[ITSELF] = _itself(leads[on_itself], account_id)
    for (
        id,
        at,
        name,
        title,
        pool,
        stands,
        suppressed,
        stopped,
        bogus,
        left,
        touched,
        phones,
        emails,
        at_bats,
        part,
        lead,
    ) in found:
        role, role_on = json.loads(part) if part else (None, "")
        lines[id] = PersonLine(
            id,
            at,
            name,
            title,
            Pool(pool),
            lifecycle_of(stands),
            bool(suppressed),
            bool(stopped),
            bool(bogus),
            at != account_id,
            left or "",
            touched,
            phones,
            emails,
            at_bats,
            Role(role) if role else None,
            role_on,
            leads.get(lead),
        )
    return lines


def _itself(lead: QueueRow, account_id: int) -> PersonLine:
    state = lead.lead
    return PersonLine(
        None,
        account_id,
        "",
        "",
        Pool.SALES,
        None,
        suppressed=False,
        email_stopped=False,
        bogus=False,
        former=False,
        left="",
        last_touch_at=state.last_touch_at,
        phones=0,
        emails=0,
        at_bats=1,
        role=None,
        role_on="",
        lead=lead,
    )


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _pattern(text: str) -> str:
    for letter in "\\%_":
        text = text.replace(letter, f"\\{letter}")
    return f"%{text}%"


def _ids_sql(words: int) -> str:
    """Everybody's id in order; each word may be in name or title, as typed, small, capital or with a first capital."""
    spelt = [
        "("
        + " OR ".join(rf"c.{column} LIKE :{s}{number} ESCAPE '\'" for column in ("name", "title") for s in "tluc")
        + ")"
        for number in range(words)
    ]
    return _IDS.format(found="".join(f" AND {one}" for one in spelt))


_HERE = "c.void = 0 AND c.merged_into_id IS NULL"
_GONE = f"""
    SELECT c.id FROM employment e JOIN contact c ON c.id = e.contact_id
    WHERE e.account_id = :account AND e.void = 0 AND e.ends <> '' AND c.account_id IS NOT :account AND {_HERE}
    UNION
    SELECT c.id FROM lead o JOIN contact c ON c.id = o.contact_id
    WHERE o.account_id = :account AND o.void = 0 AND c.account_id IS NOT :account AND {_HERE}"""
_ORDER = """
    CASE l.stage WHEN 'qualified' THEN 0 WHEN 'connected' THEN 1 WHEN 'attempting' THEN 2 WHEN 'accepted' THEN 3
    WHEN 'new' THEN 4 WHEN 'disqualified' THEN 5 ELSE 6 END"""
_IDS = f"""
SELECT id FROM (
    SELECT c.id AS id, 0 AS former, {_ORDER} AS worked, c.pool <> 'sales' AS pool, c.name AS name
    FROM contact c LEFT JOIN lead l ON l.contact_id = c.id AND l.open = 1
    WHERE c.account_id = :account AND {_HERE}{{found}}
    UNION ALL
    SELECT c.id, 1, 0, 0, c.name FROM contact c WHERE c.id IN ({_GONE}){{found}})
ORDER BY former, worked, pool, name COLLATE NOCASE, id LIMIT :most"""
_COUNT_FORMER = f"SELECT count(*) FROM ({_GONE})"
_HEADCOUNT = f"""
SELECT coalesce(sum(c.pool = 'sales'), 0), coalesce(sum(c.pool <> 'sales'), 0), coalesce(sum(l.id IS NOT NULL), 0)
FROM contact c LEFT JOIN lead l ON l.contact_id = c.id AND l.open = 1
WHERE c.account_id = ? AND {_HERE}"""
_OPEN_DEALS = """
SELECT o.id, o.name, o.stage, o.amount, o.currency, coalesce(u.name, '')
FROM opportunity o LEFT JOIN "user" u ON u.id = o.owner_id
WHERE o.account_id = ? AND o.open = 1 ORDER BY o.amount DESC, o.id"""
_ON_ITSELF = "SELECT id FROM lead WHERE account_id = ? AND contact_id IS NULL AND open = 1"
_ROWS = f"""
SELECT c.id, c.account_id, c.name, c.title, c.pool, {FACTS},
       c.suppressed_at IS NOT NULL, c.email_stopped_at IS NOT NULL, c.bogus_at IS NOT NULL,
       CASE WHEN c.account_id IS NOT :account THEN (
           SELECT max(ends) FROM employment WHERE contact_id = c.id AND +account_id = :account AND void = 0) END,
       (SELECT at FROM touch WHERE contact_id = c.id AND void = 0 ORDER BY at DESC, id DESC LIMIT 1),
       (SELECT count(*) FROM phone WHERE contact_id = c.id AND {USABLE}),
       (SELECT count(*) FROM email WHERE contact_id = c.id AND {USABLE}),
       (SELECT count(*) FROM lead WHERE contact_id = c.id AND void = 0),
       coalesce(
           (SELECT json_array(m.role, o.name) FROM opportunity_contact m JOIN opportunity o ON o.id = m.opportunity_id
            WHERE m.contact_id = c.id AND m.void = 0 AND o.open = 1 LIMIT 1),
           (SELECT json_array(g.role, coalesce(p.name, '')) FROM lead_contact g JOIN lead o ON o.id = g.lead_id
            LEFT JOIN contact p ON p.id = o.contact_id
            WHERE g.contact_id = c.id AND g.void = 0 AND o.open = 1 AND o.contact_id IS NOT c.id LIMIT 1)),
       (SELECT id FROM lead WHERE contact_id = c.id AND open = 1)
FROM contact c WHERE c.id IN (SELECT value FROM json_each(:ids))"""
