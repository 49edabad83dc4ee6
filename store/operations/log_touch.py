"""Log a touch, with everything that follows from it."""

from __future__ import annotations

from store.errors import Refusal
from store.instants import Instant
from store.intake.clean import clean_note
from store.lead_state import LeadState
from store.models import Contact, Email, Meeting, Phone, Task, Touch
from store.operations.at_bat import advance, require_open, spoken_name, take_offered, take_up
from store.operations.closing import finish, suppress
from store.operations.promises import keep_promises, promise
from store.operations.told import answered
from store.operations.transaction import Done, Offer, Transaction, operation
from store.reach import promised_since, reach_of, recent_tries
from store.rules.closing import CloseDraft, ending
from store.rules.deal_touch import DealTouchDraft
from store.rules.touch import Effect, TouchDraft, cadence_ends, effect, happened_at
from store.vocabulary import Disposition, MeetingResult, Outcome, PromiseState


@operation("log_touch")
def log_touch(tx: Transaction, draft: TouchDraft) -> Done:
    """Store a touch and all its consequences: stage, status, counters, next step, clocks, promises, suppression.

    Raises Refusal when the touch may not be logged, Conflict when another person changed the at bat meanwhile.
    Source: docs/model.md, "Logging a touch".
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    note = clean_note(draft.note, field="note", limit=tx.rules.limits.note)
    contact_id = draft.contact_id or lead.contact_id
    if draft.disposition in (Disposition.HELD, Disposition.NO_SHOW) and not lead.open:
        return _meeting_happened(tx, lead, draft, contact_id, note)
    require_open(lead, tx)
    lead = lead if draft.automated else take_offered(tx, lead)
    tries = recent_tries(tx.store, contact_id, lead.id, tx.now) if cadence_ends(lead, tx.rules) else ()
    since = promised_since(tx.store, lead.id) if draft.at is not None and lead.callback_at is not None else None
    will = effect(lead, reach_of(tx.store, contact_id), draft, tx.rules, tx.store.calendar, tx.now, tries, since)
    at = happened_at(draft.at, lead.opened_at, tx.now, tx.store.zone)
    insert_touch(tx, lead, draft, will, contact_id, note, at)
    if will.ends_promise:
        keep_promises(tx, lead.id, at)
    after = advance(tx, lead, will.changes, will.entered)
    if will.attempt or will.connect:
        answered(tx, at, lead_id=lead.id)
        if lead.next_words:
            _do_task(tx, lead)
    if will.callback_at is not None:
        promise(tx, after, will.callback_at, note, anyone=draft.anyone)
    if will.mark_bad:
        mark_bad(tx, draft, lead.account_id, contact_id, will.mark_bad)
    if will.stop_email:
        stop_email(tx, contact_id)
    if draft.disposition in (Disposition.HELD, Disposition.NO_SHOW):
        _settle_meetings(tx, lead.id, draft.disposition)
    name = spoken_name(tx, lead)
    if will.close is not None:
        close = CloseDraft(lead.id, will.close)
        finish(tx, after, ending(after, close, tx.rules, tx.now, employees=None, leads_team=True), close)
    if will.suppress:
        suppress(tx, contact_id, "do not contact")
    offer = Offer(will.offer, will.offer_outcome) if will.offer else None
    return tx.done(f"{draft.disposition.label} logged for {name}", offer=offer)


def _do_task(tx: Transaction, lead: LeadState) -> None:
    """The task that was the next step is done with this touch."""
    for task in tx.find(Task, lead_id=lead.id, due_at=lead.due_at, kind="to_do", state=PromiseState.OPEN, void=0):
        tx.update(Task, task, state=PromiseState.DONE, ended_at=tx.now)


def insert_touch(
    tx: Transaction,
    lead: LeadState,
    draft: TouchDraft,
    will: Effect,
    contact_id: int | None,
    note: str,
    at: Instant,
) -> int:
    """Add the touch itself; returns its id."""
    return tx.insert(
        Touch,
        lead_id=lead.id,
        contact_id=contact_id,
        account_id=lead.account_id,
        user_id=tx.actor.user_id,
        at=at,
        day=tx.today(at),
        logged_at=tx.now,
        channel=draft.channel,
        direction=draft.direction,
        with_whom=draft.with_whom,
        disposition=draft.disposition,
        attempt=int(will.attempt),
        connect=int(will.connect),
        automated=int(draft.automated),
        phone_id=draft.phone_id,
        duration=draft.duration,
        note=note,
    )


def mark_bad(
    tx: Transaction, draft: TouchDraft | DealTouchDraft, account_id: int | None, contact_id: int | None, what: str
) -> None:
    """Mark the number or address that was used, else the first that still counted: the person's, or the company's."""
    model, used = (Phone, draft.phone_id) if what == "phone" else (Email, draft.email_id)
    if contact_id is not None:
        rows = tx.find(model, contact_id=contact_id, void=0)
    else:
        rows = tx.find(Phone, account_id=account_id, void=0) if what == "phone" and account_id else []
    rows = [row for row in rows if row["state"] != "bad"]
    rows.sort(key=lambda row: (row["id"] != used, row["position"], row["id"]))
    if rows:
        tx.update(model, rows[0], state="bad")


def stop_email(tx: Transaction, contact_id: int | None) -> None:
    """The person gets no e-mail any more."""
    if contact_id is not None:
        tx.update(Contact, tx.get(Contact, contact_id), email_stopped_at=tx.now)


def _settle_meetings(tx: Transaction, lead_id: int, disposition: Disposition) -> None:
    result = MeetingResult.HELD if disposition is Disposition.HELD else MeetingResult.NO_SHOW
    for meeting in tx.find(Meeting, lead_id=lead_id, result=MeetingResult.BOOKED, void=0):
        tx.update(Meeting, meeting, result=result, result_at=tx.now)


def _meeting_happened(tx: Transaction, lead: LeadState, draft: TouchDraft, contact_id: int | None, note: str) -> Done:
    """A meeting of a converted at bat was held or missed: the at bat is locked, the meeting is not."""
    meetings = tx.find(Meeting, lead_id=lead.id, result=MeetingResult.BOOKED, void=0)
    if lead.outcome is not Outcome.MEETING_BOOKED or not meetings:
        raise Refusal(f"This at bat is {lead.stage.label} for good and has no meeting waiting for its result.")
    at = happened_at(draft.at, lead.opened_at, tx.now, tx.store.zone)
    will = Effect({}, connect=draft.disposition is Disposition.HELD)
    insert_touch(tx, lead, draft, will, contact_id, note, at)
    _settle_meetings(tx, lead.id, draft.disposition)
    offer = Offer("opportunity") if draft.disposition is Disposition.HELD else None
    return tx.done(f"{draft.disposition.label} logged for {spoken_name(tx, lead)}", offer=offer)
