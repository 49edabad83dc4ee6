"""Steps that several operations on an at bat share: taking it up, moving it along, opening one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from functools import partial
from typing import Any

from store.actor import Actor
from store.database import Store
from store.errors import Conflict, Refusal
from store.instants import Instant
from store.lead_state import LeadState
from store.models import Assignment, Clock, Contact, Lead, LeadContact, Note, StageSpell, StatusChange
from store.operations.experiments import arms_of_new, keep_arms
from store.operations.scoring import total_of
from store.operations.transaction import Transaction
from store.reach import reach_of
from store.rules import clocks, experiments, expiry, queue_order
from store.rules.business import at_local
from store.rules.cadence import next_step
from store.rules.path import forward
from store.rules.queue_order import span
from store.rules.routing import OFFER_TAKEN, Trace, dump_trace
from store.rules.touch import usable
from store.vocabulary import Channel, Motion, Role, Stage, Status, UserRole

# How the history tells another person what was done, after their name.
_NAME_SAID = 48  # letters

DEEDS: Mapping[str, str] = {
    "accept": "accepted this",
    "log_touch": "logged a touch on this",
    "callback": "promised a callback on this",
    "snooze": "snoozed this",
    "note": "added a note to this",
    "amend": "amended a touch of this",
    "set_status": "set the status of this",
    "qualify": "qualified this",
    "add_person": "added a person to this",
    "convert": "converted this",
    "reverse": "reversed the conversion of this",
    "close": "closed this",
    "reassign": "took this over",
    "extend": "extended the window of this",
    "set_back": "set the stage of this back",
    "judge_status": "judged a status of this",
    "reassign_to": "assigned this",
    "claim_next": "claimed this",
    "set_absent": "said when they are away",
    "back": "said they are back",
    "not_away": "said they are not away after all",
    "pause_intake": "paused their intake",
    "resume_intake": "resumed their intake",
    "set_capacity": "changed their share",
    "set_zone": "changed their zone",
    "leave_team": "had this routed anew",
    "undo": "undid an act on this",
    "receive_signal": "recorded a signal on this",
    "approve": "approved the closing of this",
    "send_back": "sent this back",
    "set_motion": "changed the motion of this",
    "set_campaign": "changed the campaign of this",
    "lift_suppression": "lifted the suppression of this",
    "new_lead": "opened this",
    "follow": "opened this",
    "recycle": "brought this back",
    "use_reference": "asked them to speak for us",
    "edit_contact": "edited this",
    "edit_account": "edited this",
    "change_pool": "changed the pool of this",
    "merge": "merged this",
    "save_view": "saved this view",
    "rename_view": "renamed this view",
    "drop_view": "removed this view",
    "accept_hand_over": "accepted this",
    "reject_hand_over": "rejected this",
    "hand_over": "handed this over",
    "update_opportunity": "changed this",
    "win": "won this",
    "lose": "closed this as lost",
    "note_opportunity": "added a note to this",
    "log_on_opportunity": "logged a touch on this",
    "promise_on_opportunity": "promised a callback on this",
    "set_group": "changed the people of this",
    "open_opportunity": "opened an opportunity on this",
    "bulk_accept": "accepted this",
    "bulk_snooze": "snoozed this",
    "bulk_set_status": "set the status of this",
    "bulk_close": "closed this",
    "bulk_reassign": "took this over",
    "bulk_recycle": "brought this back",
    "bulk_reassign_to": "assigned this",
    "bulk_extend": "extended the window of this",
    "bulk_set_motion": "changed the motion of this",
    "bulk_set_campaign": "changed the campaign of this",
    "bulk_approve": "approved the closing of this",
    "bulk_send_back": "sent this back",
}

_OTHERS = """
SELECT o.id, u.name, o.kind, o.at FROM change c
JOIN operation o ON o.id = c.operation_id JOIN user u ON u.id = o.actor_id
WHERE c.entity = 'lead' AND c.entity_id = ? AND c."column" = 'version' AND CAST(c.after AS INTEGER) > ?
  AND o.by = 'person' AND o.actor_id <> ?
ORDER BY o.id DESC LIMIT 1"""

_ENDED = """
SELECT o.actor_id, u.name, o.by, o.at FROM change c
JOIN operation o ON o.id = c.operation_id JOIN user u ON u.id = o.actor_id
WHERE c.entity = 'lead' AND c.entity_id = ? AND c."column" = 'stage' AND c.after IN ('"closed"', '"converted"')
ORDER BY c.operation_id DESC LIMIT 1"""


def take_up(tx: Transaction, lead_id: int, seen: int | None) -> LeadState:
    """The at bat an operation works on; raises Conflict when another person changed it since ``seen``."""
    lead = tx.lead(lead_id)
    if lead.void:
        raise Refusal("That at bat was undone.")
    tx.lead_id = lead_id
    tx.not_before(max(lead.updated_at, lead.stage_at))
    if seen is not None and (deed := deed_since(tx.store, lead, seen, tx.actor, tx.now)):
        over = not lead.open and tx.kind != "reverse"
        sentence = who_ended(tx.store, lead, tx.actor, tx.now) if over else f"{deed}: look again, then save once more."
        raise Conflict(sentence, version=lead.version)
    return lead


def deed_since(store: Store, lead: LeadState, seen: int, actor: Actor, now: Instant) -> str:
    """What another person did last since the version ``seen``: ``Ben took this over 7 min ago``; empty for nothing."""
    other = store.row(_OTHERS, (lead.id, seen, actor.user_id)) if lead.version > seen else None
    if other is None:
        return ""
    _, name, kind, at = other
    return f"{name} {DEEDS.get(kind, 'changed this')} {span(max(0, now - at))} ago"


def who_ended(store: Store, lead: LeadState, actor: Actor, now: Instant) -> str:
    """Who ended an at bat, when and how, as a sentence; one look-up, so for whoever is refused alone."""
    ended = store.row(_ENDED, (lead.id,))
    if ended is None:  # it came here ended
        return f"This at bat is {lead.stage.label} for good: new interest is a new at bat."
    who, name, by, at = ended
    subject = "A rule" if by != "person" else "You" if who == actor.user_id else name
    deed = "converted" if lead.stage is Stage.CONVERTED else "closed"
    how = f" as {store.rules.outcomes[lead.outcome].label}" if deed == "closed" and lead.outcome is not None else ""
    return f"{subject} {deed} this{how} {span(max(0, now - at))} ago; nothing was saved, new interest is a new at bat."


def require_open(lead: LeadState, tx: Transaction | None = None) -> None:
    """Refuse to work an at bat that has ended, saying who ended it, or waits for approval."""
    if not lead.open:
        if tx is not None:
            raise Refusal(who_ended(tx.store, lead, tx.actor, tx.now))
        raise Refusal(f"This at bat is {lead.stage.label} for good: new interest is a new at bat.")
    if lead.stage is Stage.DISQUALIFIED:
        raise Refusal("This at bat waits for a team lead's approval: ask for it to be sent back first.")


def advance(
    tx: Transaction, lead: LeadState, changes: Mapping[str, Any], entered: tuple[tuple[Stage, bool], ...] = ()
) -> LeadState:
    """Save ``changes``, with a spell for each stage entered and the status history."""
    changes = dict(changes)
    if entered:
        changes.update(stage=entered[-1][0], stage_at=tx.now)
        for spell in tx.find(StageSpell, lead_id=lead.id, left_at=None, void=0):
            tx.update(StageSpell, spell, left_at=tx.now)
        for number, (stage, skipped) in enumerate(entered, 1):
            tx.insert(
                StageSpell,
                lead_id=lead.id,
                stage=stage,
                entered_at=tx.now,
                left_at=tx.now if number < len(entered) else None,
                skipped=int(skipped),
                override=int(not forward(lead.stage, stage)),
            )
    if changes.get("status", lead.status) is not lead.status:
        tx.insert(StatusChange, lead_id=lead.id, status=changes["status"], at=tx.now, override=int(bool(tx.override)))
    return tx.save_lead(lead, changes)


def assign(tx: Transaction, lead: LeadState, owner_id: int | None, rule: str, trace: Trace = ()) -> LeadState:
    """Give an at bat to somebody, or to nobody; no clock of it starts anew.

    Every change of owner comes through here, so that who, by which rule and why is kept.
    """
    _keep_assignment(tx, lead, owner_id, rule, trace)
    return advance(tx, lead, {"owner_id": owner_id, "assigned_at": None if owner_id is None else tx.now})


def take_offered(tx: Transaction, lead: LeadState) -> LeadState:
    """Give an at bat that is offered to all to the rep who acts on it now; any other stays with its owner."""
    actor, me = tx.actor, tx.actor.user_id
    if actor.kind != "person" or actor.role is not UserRole.SDR or lead.owner_id in (None, me):
        return lead
    if tx.store.value(_OFFERED, (lead.id,)) is None:
        return lead
    return assign(tx, lead, me, OFFER_TAKEN)


_OFFERED = """
SELECT 1 FROM alert WHERE entity = 'lead' AND entity_id = ? AND kind = 'offered' AND closed_at IS NULL AND void = 0"""


def _keep_assignment(tx: Transaction, lead: LeadState, owner_id: int | None, rule: str, trace: Trace) -> None:
    tx.insert(Assignment, lead_id=lead.id, owner_id=owner_id, at=tx.now, rule=rule, trace=dump_trace(trace))


def keep_note(
    tx: Transaction, text: str, *, lead_id: int | None, contact_id: int | None, account_id: int | None
) -> None:
    """Keep words beside what they are about."""
    tx.insert(
        Note,
        lead_id=lead_id,
        contact_id=contact_id,
        account_id=account_id,
        user_id=tx.actor.user_id,
        at=tx.now,
        text=text,
    )


def note_on(tx: Transaction, lead: LeadState, text: str) -> None:
    """Keep words on an at bat."""
    keep_note(tx, text, lead_id=lead.id, contact_id=lead.contact_id, account_id=lead.account_id)


def spoken_name(tx: Transaction, lead: LeadState) -> str:
    """The name to say in a sentence: the person, or the company where no person is known."""
    if lead.contact_id is not None:
        return brief(tx.store.value("SELECT name FROM contact WHERE id = ?", (lead.contact_id,)))
    return brief(tx.store.value("SELECT name FROM account WHERE id = ?", (lead.account_id,)))


def brief(name: str) -> str:
    """A name as long as a sentence of one line can hold."""
    return name if len(name) <= _NAME_SAID else f"{name[: _NAME_SAID - 1].rstrip()}…"


def open_at_bat(
    tx: Transaction,
    *,
    contact_id: int | None,
    account_id: int | None,
    motion: Motion,
    source: str,
    owner_id: int | None,
    rule: str,
    trace: Trace = (),
    trigger: str = "",
    why: str = "",
    value: int = 0,
    campaign_id: int | None = None,
    opened_at: Instant | None = None,
    imported: bool = False,
    signal_id: int | None = None,
    cadence: str = "",
    high_intent: bool = False,
) -> LeadState:
    """Open at bat n+1 for a contact (or one for a company without a person), with its clocks, window and first step.

    ``rule`` and ``trace`` say who gets it and why, as ``routing.route`` answers. Raises Refusal when the person is
    suppressed or has an open at bat already. ``cadence`` names one to be worked by; else it is the motion's.
    ``high_intent``: the signal behind it was, so that its first touch is as urgent as a demo request's.
    Of each experiment that runs it gets an arm, unless it is ``imported``.
    """
    before = _earlier(tx, contact_id, account_id)
    opened = tx.now if opened_at is None else opened_at
    rules, calendar = tx.store.rules, tx.store.calendar
    starts = tx.now if imported else opened  # an imported window starts at the import
    arms = () if imported else arms_of_new(tx, motion, contact_id, account_id)
    score = total_of(tx.store, contact_id, account_id, tx.now, signal_id=signal_id)
    high_intent = high_intent or experiments.urgent(arms, score)
    first_due = clocks.first_touch_due(motion, opened, rules, calendar, high_intent=high_intent)
    first_due = None if imported else first_due
    plan = rules.cadences[experiments.cadence_of(arms, cadence or rules.motions[motion].cadence, rules)]
    reach = reach_of(tx.store, contact_id)
    by = partial(usable, reach)
    first = next_step(plan, 0, starts, starts, calendar, rules.calling, reach.zones, usable=by)
    expires = expiry.window_end(motion, starts, rules, calendar, campaign_end(tx.store, campaign_id))
    values: dict[str, Any] = {
        "contact_id": contact_id,
        "account_id": account_id,
        "number": before + 1 if contact_id is not None else 1,
        "motion": motion,
        "source": source,
        "trigger": trigger,
        "why": why,
        "campaign_id": campaign_id,
        "signal_id": signal_id,
        "owner_id": owner_id,
        "team_id": tx.store.team_id,
        "assigned_at": None if owner_id is None else tx.now,
        "stage": Stage.NEW,
        "status": Status.RECYCLED if before else Status.UNCONTACTED,
        "open": 1,
        "opened_at": opened,
        "opened_day": tx.today(opened),
        "stage_at": opened,
        "cadence": plan.key,
        "next_channel": first.channel if first else Channel.CALL,
        "due_at": first.due if first else tx.now,
        "first_touch_due_at": first_due,
        "expires_at": expires,
        "warn_at": expiry.warns_at(expires, motion, rules),
        "value": value,
        "score": score,
        "imported": int(imported),
        "rules": rules.digest,
        "updated_at": tx.now,
    }
    lead_id = tx.insert(Lead, **values)
    tx.lead_id = lead_id if tx.lead_id is None else tx.lead_id
    lead = tx.lead(lead_id)
    placed = queue_order.place(lead, {}, rules, calendar)
    lead = tx.save_lead(lead, placed)
    tx.insert(StageSpell, lead_id=lead_id, stage=Stage.NEW, entered_at=opened)
    tx.insert(StatusChange, lead_id=lead_id, status=lead.status, at=opened)
    _keep_assignment(tx, lead, owner_id, rule, trace)
    keep_arms(tx, lead_id, arms)
    if contact_id is not None:
        tx.insert(LeadContact, lead_id=lead_id, contact_id=contact_id, role=Role.OTHER, is_primary=1, added_at=tx.now)
    for kind, due in (("first_touch", first_due), ("accept", clocks.accept_due(motion, opened, rules, calendar))):
        if due is not None and not imported:
            tx.insert(
                Clock,
                lead_id=lead_id,
                kind=kind,
                started_at=opened,
                due_at=due,
                owner_id=owner_id,
                rules=rules.digest,
            )
    return lead


def _earlier(tx: Transaction, contact_id: int | None, account_id: int | None) -> int:
    """How many at bats the contact had; refuses a second open one."""
    if contact_id is None:
        if tx.store.value("SELECT 1 FROM lead WHERE account_id = ? AND contact_id IS NULL AND open = 1", (account_id,)):
            raise Refusal("This company has an open at bat without a person already: add the person to that one.")
        return 0
    if why := why_no_new(tx, contact_id):
        raise Refusal(why)
    row = tx.store.row("SELECT count(*), max(opened_at) FROM lead WHERE contact_id = ? AND void = 0", (contact_id,))
    assert row is not None
    before, last_opened = row
    tx.not_before(last_opened or 0)
    return int(before)


def why_no_new(tx: Transaction, contact_id: int) -> str:
    """Why this person gets no new at bat now, as a sentence; empty where one may be opened."""
    contact = tx.get(Contact, contact_id)
    if contact["suppressed_at"] is not None:
        return f"{contact['name']} asked not to be contacted: no new at bat is opened."
    if contact["bogus_at"] is not None:
        return f"{contact['name']} was rejected by sales as not real: no new at bat is opened."
    if tx.store.value("SELECT 1 FROM lead WHERE contact_id = ? AND open = 1", (contact_id,)):
        return f"{contact['name']} has an open at bat already: work that one."
    if has_open_opportunity(tx, contact_id):
        return f"{contact['name']} has an open opportunity already: work that one."
    return ""


def has_open_opportunity(tx: Transaction, contact_id: int, *, besides: int = 0) -> bool:
    """Whether an at bat of this person, other than ``besides``, stands behind an open opportunity."""
    return tx.store.value(_OPEN_OPPORTUNITY, (contact_id, besides)) is not None


_OPEN_OPPORTUNITY = """
SELECT 1 FROM lead l JOIN conversion c ON c.lead_id = l.id AND c.void = 0 AND c.reversed_at IS NULL
JOIN opportunity o ON o.id = c.opportunity_id
WHERE l.contact_id = ? AND l.id <> ? AND o.open = 1 AND o.rejected_at IS NULL"""


def campaign_end(store: Store, campaign_id: int | None) -> Instant | None:
    """When the campaign's window closes; None without a campaign or without an end."""
    if campaign_id is None:
        return None
    ends = store.value("SELECT ends FROM campaign WHERE id = ?", (campaign_id,))
    if not ends:
        return None
    return at_local(date.fromisoformat(ends) + timedelta(days=1), time(), store.zone)
