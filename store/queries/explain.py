"""Why an at bat is where it is: its whole story, read from what was recorded, and what the rules will do to it.

The words are made in ``store.rules.story``, so that the command line and the screens say the same.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import NamedTuple

from store.database import Store
from store.instants import MINUTE, Instant
from store.lead_state import COLUMNS, LeadState, lead_state
from store.operations.alerts import team_lead
from store.operations.experiments import arms_kept
from store.operations.scoring import last_midnight
from store.operations.settle import facts_of
from store.queries.score import ScoreCard, score_card, score_card_of_person
from store.rules.alert_words import ALERTS
from store.rules.experiments import value_words
from store.rules.routing import load_trace, trace_words
from store.rules.standing import ClockRow, Due, causes, dues
from store.rules.story import (
    Changed,
    Event,
    EventKind,
    Story,
    by_rule,
    clock_over,
    clock_runs,
    effects,
    stamp,
    standing_words,
    to_come,
)
from store.vocabulary import ActorKind, AlertKind, Channel, ClockKind, Direction, Disposition, Stage, WithWhom

_RULE = frozenset({ActorKind.RULE.value})


class Named(NamedTuple):
    """An at bat found by who it is with."""

    id: int
    contact_id: int | None
    who: str


def leads_named(store: Store, said: str) -> list[Named]:
    """At bats by number, else of people of this name or e-mail, else of a company, else by a part of either name.

    Open ones first, then the newest.
    """
    said = said.strip().removeprefix("no. ").removeprefix("#")
    if said.isdecimal() and len(said) < 19:
        return [Named(*row) for row in store.rows(_BY_ID, (int(said),))]
    found = store.rows(_BY_NAME, {"said": said, "folded": said.casefold()})
    if not found and said:  # by a part of the name then
        found = store.rows(_BY_PART, {"part": said})
    return [Named(*row) for row in found]


class Person(NamedTuple):
    """Somebody who never had an at bat, or none that still stands."""

    contact_id: int
    who: str


def people_named(store: Store, said: str) -> list[Person]:
    """People without an at bat of this name or e-mail, else with this in their name."""
    said = said.strip()
    found = store.rows(_PEOPLE_BY_NAME, {"said": said, "folded": said.casefold()})
    if not found and said:
        found = store.rows(_PEOPLE_BY_PART, {"part": said})
    return [Person(*row) for row in found]


def explain_person(store: Store, contact_id: int, now: Instant) -> Story:
    """What somebody without an at bat has signalled, what that did, and their score; raises Refusal for nobody."""
    card = score_card_of_person(store, contact_id, now)
    if card is None:
        from store.errors import Refusal

        raise Refusal("There is no such person.")
    events = []
    for at, kind, source, decision in store.rows(_OF_PERSON, (contact_id,)):
        words = f"they sent a signal: {kind.replace('_', ' ')} from {source}"
        events.append(Event(at, EventKind.ACT, words, (f"intake: {decision}",) if decision else ()))
    who = card.name if card.company in ("", card.name) else f"{card.name}, {card.company}"
    nothing = () if events else ("no signal so far",)
    return Story(0, f"{who}: no at bat", tuple(events), nothing, (), tuple(_score_lines(card)))


def explain(store: Store, lead_id: int, now: Instant, as_of: Instant | None = None, *, zone: str = "") -> Story:
    """The story of an at bat up to ``as_of`` (None: now); raises Refusal where there is none.

    Of a time to come it also tells what happens until then if nobody does anything. Its sentences tell times in
    ``zone``, the team's where none is given. About a dozen queries.
    """
    zone = zone or store.zone
    lead, name, company, owner = _head(store, lead_id)
    who = name if company in ("", name) else f"{name}, {company}"
    told = [event for event in _events(store, lead, now, zone) if as_of is None or event.at <= as_of]
    if as_of is not None and as_of < now:
        title = f"{who}: at bat no. {lead.id} ({lead.motion.label}), as of {stamp(as_of, zone, now)}"
        return Story(lead.id, title, tuple(told), _stood(store, lead, as_of, now, zone), ())
    title = f"{who}: at bat no. {lead.id} ({lead.motion.label})"
    comes = [event for event in _comes(store, lead, now) if as_of is None or event.at <= as_of]
    holds = tuple(_holds(store, lead, owner, now, zone))
    return Story(lead.id, title, tuple(told), holds, tuple(comes), tuple(_score(store, lead, now)))


def _head(store: Store, lead_id: int) -> tuple[LeadState, str, str, str]:
    from store.errors import Refusal

    row = store.row(_HEAD, (lead_id,))
    if row is None:
        raise Refusal(f"There is no at bat {lead_id}: name one by its number, or a person by name or e-mail.")
    return lead_state(row[: len(COLUMNS)]), row[-3] or row[-2], row[-2], row[-1]


# --- what happened ------------------------------------------------------------------------------------------------


class _Op(NamedTuple):
    id: int
    at: Instant
    kind: str
    by: str
    who: str
    override: str


def _events(store: Store, lead: LeadState, now: Instant, zone: str) -> list[Event]:
    """Everything that happened, oldest first: acts with what they changed, routing, clocks, alerts."""
    acts = _acts(store, lead, now, zone)
    changed: dict[int, Changed] = defaultdict(Changed)
    ops: dict[int, _Op] = {}
    made = None
    for id, at, kind, by, who, override, column, before, after in store.rows(_CHANGES, (lead.id,)):
        ops[id] = _Op(id, at, kind, by, who, override)
        if column == "+":
            made = id
        changed[id].columns[column] = (_plain(before), _plain(after))
    events: list[Event] = []
    for id in sorted({*ops, *acts}):
        op = ops.get(id) or _operation(store, id)
        if op is not None:
            opened = id == made
            did = effects(changed[id], lead, store.rules, zone, now) if id in changed else []
            events += _told(store, lead, op, opened, acts.get(id, []), changed[id], did, zone)
    for at, kind, source, decision in store.rows(_SINCE, (lead.id,)):
        words = f"they sent a signal: {kind.replace('_', ' ')} from {source}"
        events.append(Event(at, EventKind.ACT, words, (f"intake: {decision}",) if decision else ()))
    holders = dict(store.rows(_NAMES))
    for clock, holder in _clocks(store, lead):
        if (over := clock_over(clock, holders.get(holder, "the team"), zone, now)) is not None:
            events.append(over)
    for kind, hears, cause, opened_at, closed_at in store.rows(_ALERTS, (lead.id,)):
        whom = holders.get(hears, "everybody")
        ended = f"; over {stamp(closed_at, zone, now)}" if closed_at is not None else ""
        words = f"{whom} alerted: {cause or ALERTS[AlertKind(kind)].words}{ended}"
        events.append(Event(opened_at, EventKind.ALERT, words))
    return sorted(events, key=lambda event: event.at)


def _told(
    store: Store,
    lead: LeadState,
    op: _Op,
    opened: bool,
    acts: list[Event],
    changed: Changed,
    did: list[str],
    zone: str,
) -> list[Event]:
    """The events of one operation: how it was opened and routed, or what was done and what that changed."""
    if opened:
        opening = _opening(store, lead, op, zone)
        return [opening, *(act for act in acts if act.kind is not EventKind.OPENED)]
    routed = [act for act in acts if act.kind is EventKind.ROUTED]
    others = [act for act in acts if act.kind is EventKind.ACT]
    arrow = f" → {', '.join(did)}" if did else ""
    if op.by in _RULE and op.kind == "tick":
        why = by_rule(changed, lead, store.rules, faded=op.at == last_midnight(store, op.at))
        told = [Event(op.at, EventKind.RULE, f"by rule: {why}{arrow}")] if why else []
        return [*told, *routed]
    if others:
        first, *rest = others
        return [Event(first.at, first.kind, f"{first.words}{arrow}", first.more), *rest, *routed]
    if not did and routed:
        return routed
    deed = _deed(op)
    return [Event(op.at, EventKind.ACT, f"{deed}{arrow}"), *routed] if deed else routed


def _deed(op: _Op) -> str:
    from store.operations.at_bat import DEEDS

    who = "by rule" if op.by in _RULE else op.who or "somebody"
    deed = DEEDS.get(op.kind, op.kind.replace("_", " "))
    said = f"{who} {deed.replace('this', 'it', 1)}"
    return f"{said} (against the rule: {op.override})" if op.override else said


def _opening(store: Store, lead: LeadState, op: _Op, zone: str) -> Event:
    """Because of what it was opened, and by which row of intake or by whose hand."""
    more: list[str] = []
    if lead.imported:
        words = f"came with an import, from {lead.source}" if lead.source else "came with an import"
        if lead.opened_at < op.at:
            more.append(f"open elsewhere since {stamp(lead.opened_at, zone, op.at)}: its clocks count from here")
    elif (signal := store.row(_SIGNAL, (lead.signal_id,))) is not None:
        kind, source, at, decision, said = signal
        words = f"opened because of a signal: {kind.replace('_', ' ')} from {source}"
        if op.at - at > MINUTE:
            words += f", of {stamp(at, zone, op.at)}"
        if decision:
            more.append(f"intake: {decision}")
        if said:
            more.append(f"“{said}”")
    else:
        words = f"opened by {op.who}: {lead.motion.label}, from {lead.source}"
    if lead.why:
        more.append(f"why: {lead.why}")
    for given in arms_kept(store, lead.id):
        more.append(f"{given.words}, {value_words(given.experiment.subject, given.arm.value, store.rules)}")
    return Event(lead.opened_at if not lead.imported else op.at, EventKind.OPENED, words, tuple(more))


def _acts(store: Store, lead: LeadState, now: Instant, zone: str) -> dict[int, list[Event]]:
    """What was recorded on the at bat by the operation that recorded it."""
    found: dict[int, list[Event]] = defaultdict(list)
    for op, at, who, channel, direction, disposition, whom, attempt, automated in store.rows(_TOUCHES, (lead.id,)):
        found[op].append(
            Event(at, EventKind.ACT, _touch(who, channel, direction, disposition, whom, attempt, automated))
        )
    for op, at, kind, source, high, decision, signal_id, colleague in store.rows(_SIGNALS, (lead.id,)):
        high_words = ", of high intent" if high else ""
        who = f"{colleague}, a colleague," if colleague else "they"
        words = f"{who} sent a signal{high_words}: {kind.replace('_', ' ')} from {source}"
        kind_of = EventKind.OPENED if signal_id == lead.signal_id else EventKind.ACT
        found[op].append(Event(at, kind_of, words, (f"intake: {decision}",) if decision else ()))
    for op, at, owner, rule, trace in store.rows(_ASSIGNED, (lead.id,)):
        steps = trace_words(load_trace(trace))
        words = f"given to {owner}: {rule}" if owner else f"given to nobody: {rule}"
        found[op].append(Event(at, EventKind.ROUTED, words, steps))
    for op, at, who, due, state in store.rows(_CALLBACKS, (lead.id,)):
        promiser = who or "anyone"
        ended = "" if state == "open" else f"; it was {state}"
        words = f"{promiser} promised a callback for {stamp(due, zone, now)}{ended}"
        found[op].append(Event(at, EventKind.ACT, words))
    for op, at, who, outcome, due in store.rows(_ASKED, (lead.id,)):
        words = f"{who} asked for approval: {outcome.replace('_', ' ')}, to be decided by {stamp(due, zone, now)}"
        found[op].append(Event(at, EventKind.ACT, words))
    return found


def _touch(who: str, channel: str, direction: str, disposition: str, whom: str, attempt: int, automated: int) -> str:
    came = Disposition(disposition).label
    way = Channel(channel).label
    words = way if came == way else f"{way}, {came}"
    if whom != WithWhom.CONTACT:
        words += f" (with the {WithWhom(whom).label})"
    if automated:
        return f"automated: {words}; it counts as no attempt and stops no clock"
    if direction == Direction.IN:
        return f"they came to us: {words} (logged by {who})"
    return f"{who} logged {words}" + ("" if attempt else "; no attempt")


def _operation(store: Store, op_id: int) -> _Op | None:
    row = store.row(_OPERATION, (op_id,))
    return None if row is None else _Op(*row)


# --- how it stands ------------------------------------------------------------------------------------------------


def _holds(store: Store, lead: LeadState, owner: str, now: Instant, zone: str) -> list[str]:
    """What holds it now: its stage, and its clocks that run."""
    if not lead.open:
        return []
    said = standing_words(lead, owner, store.rules, zone, now, store.calendar)
    return said + [clock_runs(clock, zone, now) for clock, _ in _clocks(store, lead) if clock.ended_at is None]


def _score(store: Store, lead: LeadState, now: Instant) -> list[str]:
    """The score of an open at bat, line by line."""
    card = score_card(store, lead.id, now) if lead.open else None
    if card is None:
        return []
    words, *lines = _score_lines(card)
    if card.score.total != lead.score:
        words += f" (the lists show {lead.score} until the rules in force are applied: by the app, or atbat tick)"
    return [words, *lines]


def _score_lines(card: ScoreCard) -> list[str]:
    return [card.score.words, *(f"  {line.words}" for line in (*card.score.fit.lines, *card.score.intent.lines))]


def _stood(store: Store, lead: LeadState, at: Instant, now: Instant, zone: str) -> tuple[str, ...]:
    """How it stood at a time that has passed."""
    stage = store.value(_STAGE_AT, (lead.id, at))
    if stage is None:
        return ("there was no such at bat yet",)
    status, owner = store.value(_STATUS_AT, (lead.id, at)), store.value(_OWNER_AT, (lead.id, at))
    words = f"{owner or 'nobody'}’s, stage {Stage(stage).label}"
    if status:
        words += f", status {str(status).replace('_', ' ')}"
    clocks = (clock for clock, _ in _clocks(store, lead) if clock.started_at <= at < (clock.ended_at or at + 1))
    return (words, *(clock_runs(clock, zone, at, now) for clock in clocks))


def _comes(store: Store, lead: LeadState, now: Instant) -> list[Event]:
    if not lead.open:
        return []
    leader = team_lead(store, lead.team_id)
    facts = facts_of(store, lead, now, leader)
    will: list[Due] = dues(lead, facts, store.rules, store.calendar)
    alerts = causes(lead, facts, store.rules, store.calendar)
    return to_come(lead, will, alerts, dict(store.rows(_NAMES)), now)


def _clocks(store: Store, lead: LeadState) -> list[tuple[ClockRow, int | None]]:
    return [(ClockRow(row[0], ClockKind(row[1]), *row[2:6]), row[6]) for row in store.rows(_CLOCK_ROWS, (lead.id,))]


def _plain(text: str | None) -> object:
    return None if text is None else json.loads(text)


_NAMES = 'SELECT id, name FROM "user"'
_HEAD = f"""
SELECT {", ".join(f'l."{column}"' for column in COLUMNS)}, coalesce(c.name, ''), coalesce(a.name, ''),
       coalesce(u.name, '')
FROM lead l LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
LEFT JOIN "user" u ON u.id = l.owner_id WHERE l.id = ? AND l.void = 0"""
_WHO = "coalesce(c.name, a.name, '') || coalesce(', ' || a.name, '')"
_BY_ID = f"""
SELECT l.id, l.contact_id, {_WHO} FROM lead l LEFT JOIN contact c ON c.id = l.contact_id
LEFT JOIN account a ON a.id = l.account_id WHERE l.id = ? AND l.void = 0"""
_BY_NAME = f"""
SELECT l.id, l.contact_id, {_WHO} FROM lead l LEFT JOIN contact c ON c.id = l.contact_id
LEFT JOIN account a ON a.id = l.account_id
WHERE l.void = 0 AND (l.contact_id IN (SELECT contact_id FROM email WHERE folded = :folded AND void = 0)
    OR c.name = :said COLLATE NOCASE OR (l.contact_id IS NULL AND a.name = :said COLLATE NOCASE))
ORDER BY l.open DESC, l.opened_at DESC, l.id DESC"""
_BY_PART = f"""
SELECT l.id, l.contact_id, {_WHO} FROM lead l LEFT JOIN contact c ON c.id = l.contact_id
LEFT JOIN account a ON a.id = l.account_id
WHERE l.void = 0 AND (instr(lower(c.name), lower(:part)) OR l.contact_id IS NULL AND instr(lower(a.name), lower(:part)))
ORDER BY l.open DESC, l.opened_at DESC, l.id DESC LIMIT 50"""
_CHANGES = """
SELECT o.id, o.at, o.kind, o.by, coalesce(u.name, ''), o.override, c."column", c.before, c.after
FROM change c JOIN operation o ON o.id = c.operation_id LEFT JOIN "user" u ON u.id = o.actor_id
WHERE c.entity = 'lead' AND c.entity_id = ? AND c."column" NOT IN ('learned', 'outcome_note', 'why', 'next_words')
ORDER BY c.operation_id, c.id"""
_OPERATION = """
SELECT o.id, o.at, o.kind, o.by, coalesce(u.name, ''), o.override
FROM operation o LEFT JOIN "user" u ON u.id = o.actor_id WHERE o.id = ?"""
_MADE = """(SELECT operation_id FROM change WHERE entity = '{0}' AND entity_id = x.id ORDER BY operation_id LIMIT 1)"""
_TOUCHES = f"""
SELECT {_MADE.format("touch")}, x.at, coalesce(u.name, ''), x.channel, x.direction, x.disposition, x.with_whom,
       x.attempt, x.automated
FROM touch x LEFT JOIN "user" u ON u.id = x.user_id WHERE x.lead_id = ? AND x.void = 0 ORDER BY x.at, x.id"""
_SIGNALS = f"""
SELECT {_MADE.format("signal")}, x.at, x.kind, x.source, x.high_intent, x.decision, x.id,
       coalesce((SELECT c.name FROM contact c JOIN lead l ON l.id = x.lead_id
                 WHERE c.id = x.contact_id AND l.contact_id IS NOT c.id), '')
FROM signal x WHERE x.lead_id = ? AND x.void = 0 ORDER BY x.at, x.id"""
_NO_AT_BAT = (
    "c.void = 0 AND c.merged_into_id IS NULL AND NOT EXISTS (SELECT 1 FROM lead WHERE contact_id = c.id AND void = 0)"
)
_PERSON = (
    "SELECT c.id, c.name || coalesce(', ' || a.name, '') FROM contact c LEFT JOIN account a ON a.id = c.account_id"
)
_PEOPLE_BY_NAME = f"""
{_PERSON} WHERE {_NO_AT_BAT} AND (c.name = :said COLLATE NOCASE
    OR c.id IN (SELECT contact_id FROM email WHERE folded = :folded AND void = 0)) ORDER BY c.name, c.id LIMIT 50"""
_PEOPLE_BY_PART = f"""
{_PERSON} WHERE {_NO_AT_BAT} AND instr(lower(c.name), lower(:part)) ORDER BY c.name, c.id LIMIT 50"""
_OF_PERSON = "SELECT at, kind, source, decision FROM signal WHERE contact_id = ? AND void = 0 ORDER BY at, id"
# What came of its person after it ended, while they have no other at bat.
_SINCE = """
SELECT s.at, s.kind, s.source, s.decision FROM lead l JOIN signal s ON s.contact_id = l.contact_id
WHERE l.id = ? AND l.open = 0 AND s.lead_id IS NULL AND s.void = 0 AND s.at >= l.closed_at
  AND NOT EXISTS (SELECT 1 FROM lead n WHERE n.contact_id = l.contact_id AND n.number > l.number AND n.void = 0)
ORDER BY s.at, s.id"""
_SIGNAL = "SELECT kind, source, at, decision, words FROM signal WHERE id = ? AND void = 0"
_ASSIGNED = f"""
SELECT {_MADE.format("assignment")}, x.at, coalesce(u.name, ''), x.rule, x.trace
FROM assignment x LEFT JOIN "user" u ON u.id = x.owner_id WHERE x.lead_id = ? AND x.void = 0 ORDER BY x.at, x.id"""
_CALLBACKS = f"""
SELECT {_MADE.format("callback")}, x.promised_at, coalesce(u.name, ''), x.due_at, x.state
FROM callback x LEFT JOIN "user" u ON u.id = x.promiser_id WHERE x.lead_id = ? AND x.void = 0 ORDER BY x.id"""
_ASKED = f"""
SELECT {_MADE.format("approval")}, x.asked_at, coalesce(u.name, ''), x.outcome, x.due_at
FROM approval x LEFT JOIN "user" u ON u.id = x.asked_by_id WHERE x.lead_id = ? AND x.void = 0 ORDER BY x.id"""
_CLOCK_ROWS = """
SELECT id, kind, started_at, due_at, ended_at, met, owner_id FROM clock WHERE lead_id = ? AND void = 0 ORDER BY id"""
_ALERTS = """
SELECT kind, owner_id, cause, opened_at, closed_at FROM alert
WHERE entity = 'lead' AND entity_id = ? AND void = 0 ORDER BY id"""
_STAGE_AT = """
SELECT stage FROM stage_spell WHERE lead_id = ? AND entered_at <= ? AND void = 0 ORDER BY entered_at DESC, id DESC"""
_STATUS_AT = "SELECT status FROM status_change WHERE lead_id = ? AND at <= ? AND void = 0 ORDER BY at DESC, id DESC"
_OWNER_AT = """
SELECT coalesce(u.name, '') FROM assignment x LEFT JOIN "user" u ON u.id = x.owner_id
WHERE x.lead_id = ? AND x.at <= ? AND x.void = 0 ORDER BY x.at DESC, x.id DESC"""
