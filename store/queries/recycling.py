"""Who may come back: now, or by a date of the coming weeks, with what was said last and who would get them.

Candidates are found along three indexes (a date, a signal of late, a datum put right), a page at a time; what brings
somebody back is then decided by ``store.rules.recycling``. See docs/model.md, "Recycling".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from store.database import Store
from store.instants import DAY, Instant, moment
from store.operations.routing import candidates
from store.rules.recycling import Ended, Heard, Return, Who, goes_to, motion_of, returns, track_of
from store.ruleset import signal_key
from store.vocabulary import Motion, Outcome

MOST = 500  # of those who may come back now, and of those to come, in one reading
_HEARD = 50  # signals looked at of one person, the newest

Key = tuple[Instant, int]


class When(StrEnum):
    """How far off a return is."""

    NOW = "now"
    THIS_WEEK = "this week"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Recyclable:
    """Somebody who may come back from ``back.at`` on. ``id`` is their last at bat, number ``number``.

    ``rep`` worked it; ``owner`` is the company's. ``last_words`` were said or noted last, at ``last_at``.
    ``earlier_cadence`` is how the last at bat was worked, ``week`` the Monday of the week they may come back in.
    ``given`` is whom the rules name to get them, and ``away`` why that person can be given nothing now.
    """

    id: int
    version: int
    contact_id: int
    account_id: int | None
    name: str
    title: str
    company: str
    number: int
    outcome: Outcome
    reason: str
    competitor: str
    note: str
    closed_at: Instant
    rep_id: int | None
    rep: str
    owner_id: int | None
    owner: str
    last_words: str
    last_at: Instant | None
    earlier_cadence: str
    zone: str
    back: Return
    track: str
    who: Who
    motion: Motion
    when: When
    week: str
    given_id: int | None = None
    given: str = ""
    away: str = ""

    @property
    def lead_id(self) -> int:
        """The last at bat."""
        return self.id


@dataclass(frozen=True, slots=True)
class Recycling:
    """A page of the list: who may come back now, the newest first, then who is to come, the next first.

    ``more`` says that there are more who may come back now: they follow ``last``.
    """

    rows: tuple[Recyclable, ...]
    more: bool = False
    last: Key | None = None


def recycling(
    store: Store, now: Instant, *, ahead: bool = True, limit: int = MOST, after: Key | None = None, every: bool = False
) -> Recycling:
    """Who may come back now and, with ``ahead``, in the weeks that the rules look ahead.

    Five queries, and two more where a rule names who gets somebody.

    ``after`` goes on behind the ``last`` of another page; those whom a signal or a datum brings back are on the first
    one, the newest ``limit`` of either, or with ``every`` all.
    """
    at, id = after if after is not None else (now, 1 << 62)
    due = store.rows(_DUE, {"at": at, "id": id, "limit": limit + 1})
    more = len(due) > limit
    last = (due[limit - 1][1], due[limit - 1][0]) if more else None
    ids = [row[0] for row in due[:limit]]
    if after is None:
        since = now - store.rules.recycling.signal_days * DAY
        most = -1 if every else limit
        ids += [row[0] for row in store.rows(_WOKEN, {"since": since, "now": now, "limit": most})]
        ids += [row[0] for row in store.rows(_FIXED, {"limit": most})]
    coming: list[int] = []
    if ahead and after is None:
        until = now + store.rules.recycling.weeks_ahead * 7 * DAY
        coming = [row[0] for row in store.rows(_COMING, {"now": now, "until": until, "limit": limit})]
    found = _rows(store, dict.fromkeys([*ids, *coming]), now)
    ready = sorted((row for row in found if row.back.at <= now), key=lambda row: (-row.back.at, -row.id))
    to_come = sorted((row for row in found if row.back.at > now), key=lambda row: (row.back.at, row.id))
    return Recycling((*ready, *(to_come if ahead else ())), more, last)


def recyclable(store: Store, lead_id: int, now: Instant) -> Recyclable | None:
    """The same of one person by their last at bat; None where they may not come back by what is known."""
    return next(iter(_rows(store, [lead_id], now)), None)


def all_due(store: Store, now: Instant, limit: int | None = None) -> list[Recyclable]:
    """Everybody who may come back now, page by page; as many as ``limit``."""
    found: dict[int, Recyclable] = {}
    after: Key | None = None
    while limit is None or len(found) < limit:
        page = recycling(store, now, ahead=False, limit=MOST, after=after, every=True)
        found.update((row.id, row) for row in page.rows if row.id not in found)
        if not page.more:
            break
        after = page.last
    return list(found.values())[:limit]


def woken(store: Store, now: Instant, until: Instant) -> dict[int, Instant]:
    """From when on they may come back whom not a date alone brings back, by their last at bat; ``until`` at the latest.

    Those are whoever was heard of since, whose meeting may have been moved, or of whom a datum was put right.
    """
    since = now - store.rules.recycling.signal_days * DAY
    values = {"since": since, "now": now, "until": until, "limit": -1}
    ids = {row[0] for sql in (_HEARD_OF, _FIXED, _MET) for row in store.rows(sql, values)}
    found = {}
    for *facts, id in store.rows(_RULED, {"ids": json.dumps(list(ids))}):
        back = returns(_ended(facts, since), store.rules)
        if back is not None and back.at <= until:
            found[id] = back.at
    return found


def _rows(store: Store, ids: Iterable[int], now: Instant) -> list[Recyclable]:
    rules = store.rules
    since = now - rules.recycling.signal_days * DAY
    monday = _monday(now, store.zone)
    away: dict[int, str] = {}
    found = []
    for row in store.rows(_FACTS, {"ids": json.dumps(list(ids))}):
        ended = _ended(row, since)
        back = returns(ended, rules)
        if back is None:
            continue
        head = dict(zip(_HEAD, row[len(_OF_THE_RULES) :], strict=True))
        head["last_words"], head["last_at"] = _last(head)
        for name in ("touched_at", "touched", "noted_at", "noted", "learned"):
            head.pop(name)
        customer = bool(head.pop("customer"))
        who = goes_to(ended.outcome, head["rep_id"], head["owner_id"], rules)
        given_id, given = _named(who, head)
        if given_id is not None and not away:  # who is here matters only where somebody is named
            away = {one.user_id: one.unavailable for one in candidates(store, now)}
        found.append(
            Recyclable(
                **head,
                given_id=given_id,
                given=given,
                away=away.get(given_id, "has left") if given_id is not None else "",
                outcome=ended.outcome,
                reason=ended.reason,
                closed_at=ended.closed_at,
                back=back,
                track=track_of(ended.reason, rules),
                who=who,
                motion=motion_of(ended.outcome, back, rules, customer=customer),
                **_when(back.at, now, monday, store.zone),
            )
        )
    return found


def _named(who: Who, head: dict[str, Any]) -> tuple[int | None, str]:
    """Whom the rules name: the rep of before, or the company's owner."""
    if who is Who.SAME:
        return head["rep_id"], head["rep"]
    return (head["owner_id"], head["owner"]) if who is Who.OWNER else (None, "")


def _when(at: Instant, now: Instant, monday: date, zone: str) -> dict[str, Any]:
    """How far off a return is, and the Monday of its week; ``monday`` is this week's."""
    if at <= now:
        return {"when": When.NOW, "week": monday.isoformat()}
    week = _monday(at, zone)
    return {"when": When.THIS_WEEK if week == monday else When.LATER, "week": week.isoformat()}


def _monday(at: Instant, zone: str) -> date:
    day = moment(at, zone).date()
    return day - timedelta(days=day.weekday())


def _last(head: dict[str, Any]) -> tuple[str, Instant | None]:
    """What was said or noted last, else what was learned."""
    said = [(head[f"{name}_at"], head[name]) for name in ("touched", "noted") if head[name]]
    at, words = max(said, default=(None, head["learned"]))
    return words, at


def _ended(row: Sequence[Any], since: Instant) -> Ended:
    """The facts for the rules; a signal from before ``since`` brings nobody back any more."""
    facts = dict(zip(_OF_THE_RULES, row, strict=False))
    heard = tuple(
        Heard(at, signal_key(kind), bool(high)) for at, kind, high in json.loads(facts.pop("heard")) if at > since
    )
    for name in ("became", "dealing"):
        facts[name] = bool(facts[name])
    return Ended(**{**facts, "outcome": Outcome(facts["outcome"]), "heard": heard})


# Somebody who may be worked, whose last at bat is over: the pieces that every question here is made of.
IS_LAST = """
NOT EXISTS (SELECT 1 FROM lead n WHERE n.contact_id = l.contact_id AND n.void = 0
            AND (n.open = 1 OR n.number > l.number))"""
MAY_BE_WORKED = """
c.suppressed_at IS NULL AND c.bogus_at IS NULL AND c.void = 0 AND c.merged_into_id IS NULL"""
DEALING = """
EXISTS (SELECT 1 FROM opportunity_contact p JOIN opportunity o ON o.id = p.opportunity_id
        WHERE p.contact_id = l.contact_id AND p.void = 0 AND o.open = 1 AND o.void = 0 AND o.rejected_at IS NULL)
OR EXISTS (SELECT 1 FROM lead q JOIN conversion v ON v.lead_id = q.id AND v.void = 0 AND v.reversed_at IS NULL
           JOIN opportunity o ON o.id = v.opportunity_id
           WHERE q.contact_id = l.contact_id AND o.open = 1 AND o.rejected_at IS NULL)"""
OVER = "l.open = 0 AND l.void = 0"
_DUE = f"""
SELECT l.id, l.eligible_at FROM lead l INDEXED BY lead_returns CROSS JOIN contact c ON c.id = l.contact_id
WHERE {OVER} AND l.eligible_at IS NOT NULL AND (l.eligible_at, l.id) < (:at, :id)
  AND {MAY_BE_WORKED} AND {IS_LAST} AND NOT ({DEALING})
ORDER BY l.eligible_at DESC, l.id DESC LIMIT :limit"""
_COMING = f"""
SELECT l.id FROM lead l INDEXED BY lead_returns CROSS JOIN contact c ON c.id = l.contact_id
WHERE {OVER} AND l.eligible_at IS NOT NULL AND l.eligible_at > :now AND l.eligible_at <= :until
  AND {MAY_BE_WORKED} AND {IS_LAST} AND NOT ({DEALING})
ORDER BY l.eligible_at, l.id LIMIT :limit"""
_WOKEN = f"""
SELECT l.id FROM signal s INDEXED BY signal_lately
CROSS JOIN contact c ON c.id = s.contact_id CROSS JOIN lead l ON l.contact_id = s.contact_id
WHERE s.contact_id IS NOT NULL AND s.void = 0 AND s.at > :since AND s.at <= :now
  AND NOT EXISTS (SELECT 1 FROM signal t WHERE t.contact_id = s.contact_id AND t.void = 0
                  AND (t.at, t.id) > (s.at, s.id) AND t.at <= :now)
  AND {OVER} AND l.closed_at < s.at AND {MAY_BE_WORKED} AND {IS_LAST} AND NOT ({DEALING})
ORDER BY s.at DESC LIMIT :limit"""
_WORKS_SINCE = """
SELECT max(o.at) FROM (
    SELECT p.written_id FROM phone p
    WHERE p.contact_id = l.contact_id AND p.void = 0 AND p.state <> 'bad' AND p.written_id > l.written_id
    UNION ALL SELECT e.written_id FROM email e
    WHERE e.contact_id = l.contact_id AND e.void = 0 AND e.state <> 'bad' AND e.written_id > l.written_id) w
JOIN operation o ON o.id = w.written_id"""
_FIXED = f"""
SELECT l.id FROM lead l INDEXED BY lead_to_fix CROSS JOIN contact c ON c.id = l.contact_id
WHERE {OVER} AND l.eligible_on = 'when_fixed' AND {MAY_BE_WORKED} AND {IS_LAST} AND NOT ({DEALING})
  AND ({_WORKS_SINCE}) IS NOT NULL
ORDER BY l.id DESC LIMIT :limit"""

_HEARD_OF = f"""
SELECT l.id FROM (
    SELECT contact_id, max(at) AS at FROM signal s INDEXED BY signal_lately
    WHERE contact_id IS NOT NULL AND void = 0 AND at > :since AND at <= :now
      AND NOT EXISTS (SELECT 1 FROM lead o WHERE o.contact_id = s.contact_id AND o.open = 1)
    GROUP BY contact_id) s
CROSS JOIN lead l ON l.contact_id = s.contact_id WHERE {OVER} AND l.closed_at < s.at"""
_MET = f"""
SELECT l.id FROM lead l INDEXED BY lead_returns
WHERE {OVER} AND l.outcome = 'meeting_booked' AND l.eligible_at <= :until"""

_OF_THE_RULES = {
    "outcome": "l.outcome",
    "closed_at": "l.closed_at",
    "reason": "l.reason",
    "eligible_at": "l.eligible_at",
    "eligible_on": "l.eligible_on",
    "meeting_at": "(SELECT max(m.at) FROM meeting m WHERE m.lead_id = l.id AND m.void = 0)",
    "became": """
EXISTS (SELECT 1 FROM conversion v JOIN opportunity o ON o.id = v.opportunity_id
        WHERE v.lead_id = l.id AND v.void = 0 AND v.reversed_at IS NULL AND o.void = 0)
OR EXISTS (SELECT 1 FROM meeting m JOIN opportunity o ON o.id = m.opportunity_id
           WHERE m.lead_id = l.id AND m.void = 0 AND o.void = 0)""",
    "dealing": DEALING,
    "dealt_until": """
(SELECT max(o.closed_at) FROM opportunity_contact p JOIN opportunity o ON o.id = p.opportunity_id
 WHERE p.contact_id = l.contact_id AND p.void = 0 AND o.open = 0 AND o.void = 0)""",
    "fixed_at": f"CASE WHEN l.eligible_on = 'when_fixed' THEN ({_WORKS_SINCE}) END",
    "heard": f"""
(SELECT json_group_array(json_array(at, kind, high_intent)) FROM (
    SELECT s.at, s.kind, s.high_intent FROM signal s
    WHERE s.contact_id = l.contact_id AND s.at > l.closed_at AND s.void = 0 ORDER BY s.at DESC LIMIT {_HEARD}))""",
}
_SAID = """
(SELECT {what} FROM touch t WHERE t.contact_id = l.contact_id AND t.note <> '' AND t.void = 0
 ORDER BY t.at DESC, t.id DESC LIMIT 1)"""
_NOTED = """
(SELECT {what} FROM note n WHERE n.contact_id = l.contact_id AND n.void = 0 ORDER BY n.at DESC, n.id DESC LIMIT 1)"""
_HEAD = {
    "id": "l.id",
    "version": "l.version",
    "contact_id": "l.contact_id",
    "account_id": "l.account_id",
    "name": "c.name",
    "title": "c.title",
    "company": "coalesce(a.name, '')",
    "number": "l.number",
    "competitor": "l.competitor",
    "note": "l.outcome_note",
    "rep_id": "l.owner_id",
    "rep": "coalesce(u.name, '')",
    "owner_id": "a.owner_id",
    "owner": "coalesce(w.name, '')",
    "earlier_cadence": "l.cadence",
    "zone": "coalesce(nullif(c.zone, ''), a.zone, '')",
    "learned": "l.learned",
    "touched_at": _SAID.format(what="t.at"),
    "touched": _SAID.format(what="t.note"),
    "noted_at": _NOTED.format(what="n.at"),
    "noted": _NOTED.format(what="n.text"),
    "customer": "a.customer_since IS NOT NULL",
}
_FACTS = f"""
SELECT {", ".join((*_OF_THE_RULES.values(), *_HEAD.values()))}
FROM json_each(:ids) j CROSS JOIN lead l ON l.id = j.value CROSS JOIN contact c ON c.id = l.contact_id
LEFT JOIN account a ON a.id = l.account_id LEFT JOIN "user" u ON u.id = l.owner_id
LEFT JOIN "user" w ON w.id = a.owner_id
WHERE {OVER} AND {MAY_BE_WORKED} AND {IS_LAST}"""
_RULED = f"""
SELECT {", ".join(_OF_THE_RULES.values())}, l.id
FROM json_each(:ids) j CROSS JOIN lead l ON l.id = j.value CROSS JOIN contact c ON c.id = l.contact_id
WHERE {OVER} AND {MAY_BE_WORKED} AND {IS_LAST}"""
