"""What stands in a calendar: promises that are open and meetings still to come."""

from __future__ import annotations

from store.database import Store
from store.instants import Instant
from store.rules.calendar_file import Event


def of_lead(store: Store, lead_id: int, now: Instant) -> tuple[Event, ...]:
    """The open promises of an at bat and its meetings to come, the earliest first."""
    return _events(store, _OF_LEAD, {"lead": lead_id, "now": now})


def of_deal(store: Store, opportunity_id: int, now: Instant) -> tuple[Event, ...]:
    """The open promises on an opportunity and the meetings to come, also of the at bats it came from."""
    return _events(store, _OF_DEAL, {"deal": opportunity_id, "now": now})


def of_user(store: Store, user_id: int, now: Instant) -> tuple[Event, ...]:
    """The promises that a user made and the meetings they booked or host, the earliest first."""
    return _events(store, _OF_USER, {"user": user_id, "now": now})


def _events(store: Store, sql: str, asked: dict[str, int]) -> tuple[Event, ...]:
    rows = store.rows(sql, asked)
    return tuple(
        Event(kind, f"{kind}-{number}-{origin}@atbat", at, agreed_at, revision, name, company, phone, words)
        for kind, number, origin, at, agreed_at, revision, name, company, phone, words in rows
    )


_WHO = """
       coalesce(c.name, ''), coalesce(a.name, ''),
       coalesce((SELECT CASE WHEN e164 <> '' THEN e164 ELSE written_as END FROM phone
                 WHERE contact_id = c.id AND state <> 'bad' AND void = 0 ORDER BY position LIMIT 1), '')"""
# The key of the act that made a row tells this database from every other.
_ORIGIN = """
       coalesce((SELECT o.key FROM change h JOIN operation o ON o.id = h.operation_id
                 WHERE h.entity = '{entity}' AND h.entity_id = {id} AND h."column" = '+' LIMIT 1), '')"""
_MADE_BY = f"""iif(p.lead_id IS NOT NULL, {_ORIGIN.format(entity="lead", id="p.lead_id")},
    'deal-' || {_ORIGIN.format(entity="opportunity", id="p.opportunity_id")})"""
# A promise that is moved is a new row of the same at bat or opportunity: the calendar's entry moves with it.
_EVENTS = f"""
SELECT 'callback', coalesce(p.lead_id, p.opportunity_id), {_MADE_BY}, p.due_at AS at, p.promised_at,
       (SELECT count(*) FROM callback
        WHERE lead_id IS p.lead_id AND opportunity_id IS p.opportunity_id AND id < p.id), {_WHO}, p.words
FROM callback p LEFT JOIN lead l ON l.id = p.lead_id LEFT JOIN opportunity o ON o.id = p.opportunity_id
LEFT JOIN contact c ON c.id = coalesce(p.contact_id, l.contact_id)
LEFT JOIN account a ON a.id = coalesce(l.account_id, o.account_id)
WHERE {{promise}} AND p.state = 'open' AND p.void = 0
UNION ALL
SELECT 'meeting', m.id, {_ORIGIN.format(entity="meeting", id="m.id")}, m.at, m.booked_at, m.version, {_WHO}, m.words
FROM meeting m LEFT JOIN lead l ON l.id = m.lead_id LEFT JOIN opportunity o ON o.id = m.opportunity_id
LEFT JOIN contact c ON c.id = coalesce(m.contact_id, l.contact_id)
LEFT JOIN account a ON a.id = coalesce(l.account_id, o.account_id)
WHERE {{meeting}} AND m.result = 'booked' AND m.at >= :now AND m.void = 0
ORDER BY 4"""
_OF_LEAD = _EVENTS.format(promise="p.lead_id = :lead", meeting="m.lead_id = :lead")
_OF_DEAL = _EVENTS.format(
    promise="p.opportunity_id IS NOT NULL AND p.opportunity_id = :deal",
    meeting="""(m.opportunity_id = :deal OR m.lead_id IN (
    SELECT lead_id FROM conversion WHERE opportunity_id = :deal AND void = 0 AND reversed_at IS NULL))""",
)
_OF_USER = _EVENTS.format(promise="p.promiser_id = :user", meeting="(m.booker_id = :user OR m.host_id = :user)")
