"""One at bat answered for: why it started, who has it, where it stands, what happened, when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from store.database import Store
from store.instants import DAY, Instant
from store.lead_state import COLUMNS, LeadState, lead_state
from store.operations.scoring import facts, signals_of, standing_score
from store.queries.converting import OpenOpportunity, open_opportunities
from store.queries.people import EmailLine, Member, PhoneLine, group, reached
from store.queries.timeline import AtBat, at_bats
from store.reach import zones_of
from store.rule_values import Unit
from store.rules import expiry
from store.rules.business import Calendar
from store.rules.cadence import script
from store.rules.experiments import script_at
from store.rules.qualification import Answers
from store.rules.scoring import Score
from store.rules.standing import ends_at
from store.rules.touch import Reach
from store.ruleset import RuleSet
from store.vocabulary import Channel, ClockKind, Direction, Disposition, Outcome, Reachability, Stage, Trigger

_LAST = 12  # touches told
_LOOKED_BACK = 50  # touches searched for the last words


@dataclass(frozen=True, slots=True)
class TouchLine:
    """One of the last touches with the person."""

    id: int
    lead_id: int | None
    at: Instant
    channel: Channel
    direction: Direction
    disposition: Disposition
    note: str
    who: str
    attempt: bool
    connect: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A disqualification that waits for a team lead; outcome and reason in the team's words."""

    asked_by: str
    asked_at: Instant
    due_at: Instant
    outcome: str
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class Pace:
    """Which day it is, from 1, ``of`` how many there are ``aim``; business days where the rules count those."""

    day: int
    of: int | None
    aim: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """The cadence's next step, ``number`` of ``total`` from 1, with the names filled into what to say."""

    number: int
    total: int
    channel: Channel
    script: str


@dataclass(frozen=True, slots=True)
class LeadCard:
    """Everything the preview, the session and the dialogs show of one at bat.

    ``name`` is the person's, or the company's where no person is known. ``zones`` are the zones they may be in.
    ``since`` is when the owner got it and ``rule`` why; ``last_words`` what was said or noted last, at ``last_at``.
    ``score`` is the one that stands, or stood at the end. ``clock`` is the one that runs out first, or first ran out.
    ``ends_at`` is when a rule ends it as it stands, a promise taken into account (None: none does), ``ends_when`` the
    rule in words, and
    ``attempt_limit`` how many attempts there are, extensions included.
    """

    lead: LeadState
    name: str
    first_name: str
    title: str
    company: str
    company_size: int | None
    industry: str
    zones: tuple[str, ...]
    suppressed: bool
    suppressed_why: str
    email_stopped: bool
    phones: tuple[PhoneLine, ...]
    emails: tuple[EmailLine, ...]
    trigger: str
    campaign: str
    signal: str
    signal_at: Instant | None
    owner: str
    since: Instant | None
    rule: str
    pace: Pace
    last_words: str
    last_at: Instant | None
    touches: tuple[TouchLine, ...]
    ends_at: Instant | None
    ends_when: str
    attempt_limit: int | None
    step: NextStep | None
    earlier: tuple[AtBat, ...]
    group: tuple[Member, ...]
    opportunities: tuple[OpenOpportunity, ...]
    approval: Waiting | None
    score: Score
    clock: ClockKind | None = None
    clock_due_at: Instant | None = None

    @property
    def answers(self) -> Answers:
        """What is known of the four qualification questions."""
        lead = self.lead
        return Answers(lead.need, lead.budget, lead.authority, lead.timeline)

    @property
    def reach(self) -> Reach:
        """How the person may be reached."""
        return Reach(
            self.zones,
            sum(phone.state is not Reachability.BAD and not phone.of_company for phone in self.phones),
            sum(email.state is not Reachability.BAD for email in self.emails),
            self.suppressed,
            self.email_stopped,
        )


def card(store: Store, lead_id: int, now: Instant) -> LeadCard | None:
    """The card of an at bat as of ``now``; None when there is none. Eight queries."""
    row = store.row(_HEAD, (lead_id,))
    if row is None:
        return None
    lead = lead_state(row[: len(COLUMNS)])
    head = dict(zip(_HEAD_COLUMNS, row[len(COLUMNS) :], strict=True))
    phones, emails = reached(store, lead.contact_id, lead.account_id)
    touches, last_words, last_at = _last_touches(store, lead)
    trigger = _trigger(lead.trigger, store.rules)
    names = {
        "first_name": head["first_name"] or head["person"],
        "company": head["company"],
        "industry": head["industry"],
        "trigger": trigger or head["campaign"],
        "last_words": last_words,
    }
    return LeadCard(
        lead=lead,
        name=head["person"] or head["company"],
        first_name=head["first_name"],
        title=head["title"],
        company=head["company"],
        company_size=head["size"],
        industry=head["industry"],
        zones=zones_of(head["zone"]),
        suppressed=bool(head["suppressed"]),
        suppressed_why=head["suppressed_why"],
        email_stopped=bool(head["email_stopped"]),
        phones=phones,
        emails=emails,
        trigger=trigger,
        campaign=head["campaign"],
        signal=head["signal"],
        signal_at=head["signal_at"],
        owner=head["owner"],
        since=lead.assigned_at,
        rule=head["rule"],
        pace=_pace(lead, _begun(store, lead), now, store.rules, store.calendar),
        last_words=last_words,
        last_at=last_at,
        touches=touches,
        ends_at=ends_at(lead, store.rules, store.calendar) if lead.open else lead.expires_at,
        ends_when=expiry.rule_words(lead.motion, store.rules),
        attempt_limit=_attempt_limit(lead, store.rules),
        step=_step(lead, names, store.rules, head["arm_says"]),
        earlier=_earlier(store, lead),
        group=group(store, lead.id),
        opportunities=open_opportunities(store, lead.account_id),
        approval=_approval(head, store.rules),
        score=_score(store, lead, head, now),
        clock=ClockKind(head["clock"]) if head["clock"] else None,
        clock_due_at=head["clock_due"],
    )


def _score(store: Store, lead: LeadState, head: Mapping[str, Any], now: Instant) -> Score:
    known = facts(*(head[name] for name in ("size", "industry", "country", "title", "seniority", "custom")))
    return standing_score(store, known, signals_of(store, lead.contact_id, lead.id), lead.closed_at or now)


def _last_touches(store: Store, lead: LeadState) -> tuple[tuple[TouchLine, ...], str, Instant | None]:
    """The last touches with the person, and the last words: of a touch, of a note, else what was learned."""
    by_person, id = lead.contact_id is not None, lead.contact_id or lead.id
    rows = store.rows(_TOUCHES_OF_CONTACT if by_person else _TOUCHES_OF_LEAD, (id, _LOOKED_BACK))
    touches = [
        TouchLine(
            id,
            lead_id,
            at,
            Channel(channel),
            Direction(direction),
            Disposition(disposition),
            note,
            user,
            bool(attempt),
            bool(connect),
        )
        for id, lead_id, at, channel, direction, disposition, note, user, attempt, connect in rows
    ]
    said = [(touch.at, touch.note) for touch in touches if touch.note][:1]
    said += store.rows(_NOTE_OF_CONTACT if by_person else _NOTE_OF_LEAD, (id,))
    last_at, last_words = max(said, default=(None, lead.learned))
    return tuple(touches[:_LAST]), last_words, last_at


def _trigger(trigger: str, rules: RuleSet) -> str:
    return rules.triggers[Trigger(trigger)] if trigger in set(Trigger) else trigger


def _begun(store: Store, lead: LeadState) -> Instant:
    """When the clocks of an at bat began: its opening, or the import of one that was open elsewhere before."""
    if not (lead.imported and lead.open):
        return lead.opened_at
    first: Instant | None = store.value("SELECT min(at) FROM assignment WHERE lead_id = ? AND void = 0", (lead.id,))
    return lead.opened_at if first is None else first


def _pace(lead: LeadState, begun: Instant, now: Instant, rules: RuleSet, calendar: Calendar) -> Pace:
    """How far into its time an at bat is: to qualify, to convert, else of its whole window."""
    due = {Stage.CONNECTED: (rules.sla.qualify, "to qualify"), Stage.QUALIFIED: (rules.sla.convert, "to convert")}
    if lead.stage in due:
        duration, aim = due[lead.stage]
        if duration.unit is Unit.BUSINESS_DAYS:
            return Pace(_business_day(max(lead.stage_at, begun), now, calendar), duration.amount, aim)
        of = duration.amount if duration.unit is Unit.DAYS else None
        return Pace(_day(max(lead.stage_at, begun), now, calendar), of, aim)
    until = now if lead.closed_at is None else lead.closed_at
    of = None if lead.expires_at is None else max(1, (lead.expires_at - begun) // DAY)
    return Pace(_day(begun, until, calendar), of, "of its window")


def _day(start: Instant, now: Instant, calendar: Calendar) -> int:
    return max((calendar.day(now) - calendar.day(start)).days, 0) + 1


def _business_day(start: Instant, now: Instant, calendar: Calendar) -> int:
    first, today = calendar.day(start), calendar.day(now)
    later = (first + timedelta(days=ahead) for ahead in range(1, min((today - first).days, 366) + 1))
    return 1 + sum(map(calendar.works, later))


def _attempt_limit(lead: LeadState, rules: RuleSet) -> int | None:
    ends = rules.motions[lead.motion].expiry
    limit = ends.attempts or ends.direct_attempts
    return None if limit is None else limit * (1 + lead.extensions)


def _step(lead: LeadState, names: Mapping[str, str | None], rules: RuleSet, arm_says: str) -> NextStep | None:
    cadence = rules.cadences.get(lead.cadence)
    if not lead.open or cadence is None or lead.cadence_step >= len(cadence.steps):
        return None
    step, number = cadence.steps[lead.cadence_step], lead.cadence_step + 1
    said = script_at(arm_says, lead.cadence, number)
    step = step if said is None else step._replace(script=said)
    return NextStep(number, len(cadence.steps), step.channel, script(step, names))


def _earlier(store: Store, lead: LeadState) -> tuple[AtBat, ...]:
    """The person's at bats before this one, the last first."""
    if lead.contact_id is None:
        return ()
    return tuple(
        at_bat for at_bat in at_bats(store, lead.contact_id) if at_bat.primary and at_bat.opened_at < lead.opened_at
    )


def _approval(head: Mapping[str, Any], rules: RuleSet) -> Waiting | None:
    if head["asked_at"] is None:
        return None
    reason = rules.reasons.get(head["asked_reason"])
    return Waiting(
        head["asked_by"],
        head["asked_at"],
        head["asked_due"],
        rules.outcomes[Outcome(head["asked_outcome"])].label,
        reason.label if reason else head["asked_reason"],
        head["asked_note"],
    )


# While an approval waits only its clock runs.
_RUNS = (
    "FROM clock WHERE lead_id = l.id AND l.open = 1 AND ended_at IS NULL AND void = 0"
    " ORDER BY kind = 'approval' DESC, due_at, id LIMIT 1"
)
_HEAD_SQL = {
    "person": "coalesce(c.name, '')",
    "first_name": "coalesce(c.first_name, '')",
    "title": "coalesce(c.title, '')",
    "zone": "coalesce(nullif(c.zone, ''), a.zone, '')",
    "suppressed": "c.suppressed_at IS NOT NULL",
    "suppressed_why": "coalesce(c.suppressed_why, '')",
    "email_stopped": "c.email_stopped_at IS NOT NULL",
    "company": "coalesce(a.name, '')",
    "size": "a.size",
    "industry": "coalesce(a.industry, '')",
    "country": "coalesce(nullif(a.country, ''), c.country, '')",
    "seniority": "coalesce(c.seniority, '')",
    "custom": "coalesce(a.custom, '')",
    "campaign": "coalesce(g.name, '')",
    "signal": "coalesce(nullif(s.words, ''), s.kind, '')",
    "signal_at": "s.at",
    "owner": "coalesce(u.name, '')",
    "rule": "coalesce((SELECT rule FROM assignment WHERE lead_id = l.id AND void = 0"
    " ORDER BY at DESC, id DESC LIMIT 1), '')",
    "arm_says": "coalesce((SELECT r.value FROM experiment_assignment x"
    " JOIN experiment e ON e.id = x.experiment_id AND e.subject = 'script' JOIN experiment_arm r ON r.id = x.arm_id"
    " WHERE x.lead_id = l.id AND x.void = 0), '')",
    "clock": f"(SELECT kind {_RUNS})",
    "clock_due": f"(SELECT due_at {_RUNS})",
    "asked_by": "asker.name",
    "asked_at": "w.asked_at",
    "asked_due": "w.due_at",
    "asked_outcome": "w.outcome",
    "asked_reason": "w.reason",
    "asked_note": "w.note",
}
_HEAD_COLUMNS = tuple(_HEAD_SQL)
_HEAD = f"""
SELECT {", ".join(f'l."{column}"' for column in COLUMNS)}, {", ".join(_HEAD_SQL.values())}
FROM lead l LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
LEFT JOIN campaign g ON g.id = l.campaign_id LEFT JOIN signal s ON s.id = l.signal_id
LEFT JOIN "user" u ON u.id = l.owner_id
LEFT JOIN approval w ON w.lead_id = l.id AND w.decided_at IS NULL AND w.void = 0
LEFT JOIN "user" asker ON asker.id = w.asked_by_id
WHERE l.id = ? ORDER BY w.id DESC LIMIT 1"""

_TOUCH = """
SELECT t.id, t.lead_id, t.at, t.channel, t.direction, t.disposition, t.note, coalesce(u.name, ''), t.attempt, t.connect
FROM touch t LEFT JOIN "user" u ON u.id = t.user_id
WHERE {who} AND t.void = 0 ORDER BY t.at DESC, t.id DESC LIMIT ?"""
_TOUCHES_OF_CONTACT = _TOUCH.format(who="t.contact_id = ?")
_TOUCHES_OF_LEAD = _TOUCH.format(who="t.lead_id = ?")
_NOTE = "SELECT at, text FROM note WHERE {who} AND void = 0 ORDER BY at DESC, id DESC LIMIT 1"
_NOTE_OF_CONTACT = _NOTE.format(who="contact_id = ?")
_NOTE_OF_LEAD = _NOTE.format(who="lead_id = ?")
