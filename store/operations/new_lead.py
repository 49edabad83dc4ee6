"""Open an at bat by hand: account, contact and lead from an inbound call in one act, or a rep's own idea."""

from __future__ import annotations

from dataclasses import dataclass

from store.errors import Refusal
from store.intake.clean import clean_line, clean_note
from store.models import Contact
from store.operations.at_bat import advance, open_at_bat
from store.operations.log_touch import insert_touch
from store.operations.people import add_contact, find_or_add_account, match_contact
from store.operations.transaction import Done, Transaction, operation
from store.reach import reach_of
from store.rules.closing import NewPerson
from store.rules.touch import TouchDraft, effect
from store.vocabulary import Channel, Direction, Disposition, Motion


@dataclass(frozen=True, slots=True)
class NewLeadDraft:
    """A new at bat as it is being entered: a known contact or company, or names for new ones.

    ``called`` logs the inbound call that brought it; an at bat a rep made up needs a sentence ``why``.
    """

    motion: Motion
    source: str
    company: str = ""
    person: NewPerson | None = None
    contact_id: int | None = None
    account_id: int | None = None
    why: str = ""
    value: int = 0
    called: bool = True
    note: str = ""


@operation("new_lead")
def new_lead(tx: Transaction, draft: NewLeadDraft) -> Done:
    """Open an at bat owned by whoever makes it, with account and contact where they are new.

    Raises Refusal without a name, a way to reach the person or a source, and for somebody suppressed or worked now.
    """
    limit = tx.rules.limits.name
    source = clean_line(draft.source, field="source", limit=limit)
    why = clean_note(draft.why, field="why", limit=tx.rules.limits.note)
    if not source:
        raise Refusal("Where does it come from? Give a source.", "source")
    if draft.motion is Motion.REP_CREATED and not why:
        raise Refusal("Say in a sentence why this is worth an at bat.", "why")
    account_id, contact_id = _who(tx, draft, source)
    lead = open_at_bat(
        tx,
        contact_id=contact_id,
        account_id=account_id,
        motion=draft.motion,
        source=source,
        owner_id=tx.actor.user_id,
        rule="made by hand",
        why=why,
        value=draft.value,
    )
    if draft.called and contact_id is not None:
        touch = TouchDraft(
            lead.id, Channel.CALL, Disposition.CONVERSATION, direction=Direction.IN, contact_id=contact_id
        )
        will = effect(lead, reach_of(tx.store, contact_id), touch, tx.rules, tx.store.calendar, tx.now)
        note = clean_note(draft.note, field="note", limit=tx.rules.limits.note)
        insert_touch(tx, lead, touch, will, contact_id, note, tx.now)
        advance(tx, lead, will.changes, will.entered)
    made = {"lead_id": lead.id, "contact_id": contact_id or 0, "account_id": account_id or 0}
    name = draft.person.name if draft.person and draft.person.name else draft.company or "it"
    if draft.contact_id is not None:
        name = str(tx.get(Contact, draft.contact_id)["name"])
    return tx.done(f"at bat {lead.number} opened for {name}", lead_id=lead.id, made=made)


def _who(tx: Transaction, draft: NewLeadDraft, source: str) -> tuple[int | None, int | None]:
    """The company and the person meant, added where they are new."""
    if draft.contact_id is not None:
        contact = tx.get(Contact, draft.contact_id)
        return contact["account_id"], draft.contact_id
    account_id = draft.account_id
    if account_id is None and draft.company.strip():
        account_id = find_or_add_account(tx, draft.company)
    person = draft.person
    if person is None or not person.name:
        if account_id is None:
            raise Refusal("Who is it? Give a name, or at least a company.", "name")
        return account_id, None
    if not person.phone.strip() and not person.email.strip():
        raise Refusal("How can they be reached? Give a phone number or an e-mail address.", "phone")
    contact_id = match_contact(tx, person, account_id)
    if contact_id is None:
        contact_id = add_contact(tx, person, account_id=account_id, source=source)
    else:
        account_id = tx.get(Contact, contact_id)["account_id"] or account_id
    return account_id, contact_id
