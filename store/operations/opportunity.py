"""An opportunity's life: its facts and its stage, the people on it, won, lost; and the one a held meeting asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from store.errors import Refusal
from store.instants import moment
from store.intake.clean import clean_line, clean_note
from store.models import Account, Callback, Contact, Conversion, Edit, OpportunityContact
from store.operations.at_bat import brief, spoken_name, take_up
from store.operations.converting import ConvertDraft, Member, make_opportunity, offer_to
from store.operations.deal import (
    change,
    end,
    enter,
    keep_words,
    pass_on,
    require_may_work,
    require_taker,
    take_on,
    take_up_opportunity,
)
from store.operations.people import add_contact, match_contact
from store.operations.promises import give_up
from store.operations.transaction import Done, Transaction, operation
from store.rules.closing import NewPerson
from store.rules.deals import check_close_date, check_reason, lost_reasons
from store.vocabulary import OPEN_OPPORTUNITY_STAGES, OpportunityStage, Outcome, PromiseState, Role

_MOST_AMOUNT = 10**15  # minor units


@dataclass(frozen=True, slots=True)
class OpportunityDraft:
    """What an opportunity should say; None leaves a thing as it is.

    ``amount`` is in minor units of its currency, ``probability`` in per cent, ``close_date`` an ISO date.
    """

    opportunity_id: int
    seen: int | None = None
    name: str | None = None
    stage: OpportunityStage | None = None
    amount: int | None = None
    probability: int | None = None
    close_date: str | None = None
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class WinDraft:
    """An opportunity that was won."""

    opportunity_id: int
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class LoseDraft:
    """An opportunity that was lost, and why; ``competitor`` is who was chosen instead."""

    opportunity_id: int
    reason: str
    note: str = ""
    competitor: str = ""
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class DealNoteDraft:
    """Words to keep on an opportunity."""

    opportunity_id: int
    text: str
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """The parts people play on an opportunity: of those on it (empty leaves them), and of one who joins them.

    ``removed`` are the contacts taken off it; where ``members`` are given these are among them.
    """

    opportunity_id: int
    members: tuple[Member, ...] = ()
    removed: tuple[int, ...] = ()
    role: Role | None = None
    contact_id: int | None = None
    person: NewPerson | None = None
    seen: int | None = None


@operation("update_opportunity")
def update_opportunity(tx: Transaction, draft: OpportunityDraft) -> Done:
    """Change stage, amount, probability, close date, name or owner of an open opportunity.

    A new stage ends the spell of the one before. Raises Refusal naming the field, also where nothing is different.
    """
    opportunity = take_up_opportunity(tx, draft.opportunity_id, draft.seen)
    require_may_work(tx, opportunity)
    changes = _facts(tx, opportunity, draft)
    stage = draft.stage if draft.stage is not None and draft.stage != opportunity["stage"] else None
    if stage is not None and stage not in OPEN_OPPORTUNITY_STAGES:
        raise Refusal("Won and lost are said by ending it.", "stage")
    if not changes and stage is None:
        raise Refusal("Nothing is different: change something first.")
    accepted = ""
    if "owner_id" in changes:
        pass_on(tx, opportunity, changes["owner_id"])
    elif tx.actor.user_id == opportunity["owner_id"] or stage is not None:
        accepted = take_on(tx, opportunity)
    if stage is not None:
        enter(tx, opportunity, stage, **changes)
    else:
        change(tx, opportunity, **changes)
    if changes:
        tx.insert(Edit, opportunity_id=opportunity["id"], user_id=tx.actor.user_id, at=tx.now)
    said = f": {stage.label}" if stage is not None else " changed"
    return tx.done(f"{brief(changes.get('name', opportunity['name']))}{said}{accepted}")


@operation("win")
def win(tx: Transaction, draft: WinDraft) -> Done:
    """Close an opportunity as won: its company is a customer from now on. For good, but for an undo."""
    opportunity = take_up_opportunity(tx, draft.opportunity_id, draft.seen)
    require_may_work(tx, opportunity)
    _require_not_rejected(opportunity)
    if opportunity["account_id"] is not None:
        account = tx.get(Account, opportunity["account_id"])
        if account["customer_since"] is None:
            tx.update(Account, account, customer_since=tx.now)
    accepted = end(tx, opportunity, OpportunityStage.WON, probability=100)
    return tx.done(f"{brief(opportunity['name'])} won{accepted}")


@operation("lose")
def lose(tx: Transaction, draft: LoseDraft) -> Done:
    """Close an opportunity as lost, with the reason, and the competitor where one was chosen. For good, as won."""
    opportunity = take_up_opportunity(tx, draft.opportunity_id, draft.seen)
    require_may_work(tx, opportunity)
    note = clean_note(draft.note, field="note", limit=tx.rules.limits.note)
    competitor = clean_line(draft.competitor, field="competitor", limit=tx.rules.limits.name)
    reason = check_reason(draft.reason, lost_reasons(tx.rules), note, competitor)
    custom = opportunity["custom"]
    if reason.needs_competitor:
        custom = json.dumps({**json.loads(custom or "{}"), "competitor": competitor}, ensure_ascii=False)
    accepted = end(tx, opportunity, OpportunityStage.LOST, probability=0, lost_reason=reason.key, custom=custom)
    if note:
        keep_words(tx, opportunity, note)
    return tx.done(f"{brief(opportunity['name'])} lost: {reason.label}{accepted}")


@operation("note_opportunity")
def note_opportunity(tx: Transaction, draft: DealNoteDraft) -> Done:
    """Keep words on an open opportunity; a note is no activity and moves nothing."""
    opportunity = take_up_opportunity(tx, draft.opportunity_id, draft.seen)
    text = clean_note(draft.text, field="text", limit=tx.rules.limits.note)
    if not text.strip():
        raise Refusal("Write the note first.", "text")
    keep_words(tx, opportunity, text)
    change(tx, opportunity)
    return tx.done(f"note added to {brief(opportunity['name'])}")


@operation("set_group")
def set_group(tx: Transaction, draft: GroupDraft) -> Done:
    """Change the parts people play on an opportunity, exactly one of them primary, take people off it, and add one.

    Raises Refusal for none or two primary contacts, for taking the primary one off, and for somebody who is on it
    already.
    """
    opportunity = take_up_opportunity(tx, draft.opportunity_id, draft.seen)
    require_may_work(tx, opportunity)
    there = {row["contact_id"]: row for row in tx.find(OpportunityContact, opportunity_id=opportunity["id"], void=0)}
    changed = _set_parts(tx, there, draft.members)
    gone = _take_off(tx, opportunity, draft.removed)
    joined = _join(tx, opportunity, there, draft)
    if not changed and not gone and not joined:
        raise Refusal("Nothing is different: change a part, or add somebody.")
    change(tx, opportunity)
    tx.insert(Edit, opportunity_id=opportunity["id"], user_id=tx.actor.user_id, at=tx.now)
    did = [
        *([f"{joined} added as {draft.role.label}"] if joined and draft.role is not None else []),
        *([f"{', '.join(gone)} taken off"] if gone else []),
        *(["parts changed"] if changed else []),
    ]
    return tx.done(f"{brief(opportunity['name'])}: {'; '.join(did)}")


@operation("open_opportunity")
def open_opportunity(tx: Transaction, draft: ConvertDraft) -> Done:
    """Make the opportunity that a held meeting asks for, or join one open on the company.

    The at bat was converted into the meeting and stays locked; its conversion names the opportunity from now on.
    Raises Refusal where there was no meeting, where one has come of it already, and for somebody worked anew.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    made = tx.find(Conversion, lead_id=lead.id, reversed_at=None, void=0)
    if lead.outcome is not Outcome.MEETING_BOOKED or not made:
        raise Refusal("This at bat was not converted into a meeting: convert it.")
    if made[0]["opportunity_id"] is not None:
        raise Refusal("An opportunity came of this meeting already: change that one.")
    if lead.contact_id is not None:
        newer = "SELECT 1 FROM lead WHERE contact_id = ? AND open = 1 AND id <> ?"
        if tx.store.value(newer, (lead.contact_id, lead.id)):
            raise Refusal(f"{spoken_name(tx, lead)} has a newer open at bat: convert that one.")
    opportunity_id = make_opportunity(tx, lead, draft)
    tx.update(Conversion, made[0], opportunity_id=opportunity_id)
    offer_to(tx, lead, opportunity_id, draft.taker_id)
    return tx.done(f"{spoken_name(tx, lead)}: opportunity opened", made={"opportunity_id": opportunity_id})


# -- the parts of an act ---------------------------------------------------------------------------------------------


def _facts(tx: Transaction, opportunity: dict[str, Any], draft: OpportunityDraft) -> dict[str, Any]:
    """The columns that the draft changes, checked."""
    wanted: dict[str, Any] = {}
    if draft.name is not None:
        wanted["name"] = clean_line(draft.name, field="name", limit=tx.rules.limits.name)
        if not wanted["name"]:
            raise Refusal("Give it a name.", "name")
    if draft.amount is not None:
        if not 0 <= draft.amount <= _MOST_AMOUNT:
            raise Refusal("The amount cannot be less than nothing, or more than fits.", "amount")
        wanted["amount"] = draft.amount
    if draft.probability is not None:
        if not 0 <= draft.probability <= 100:
            raise Refusal("The probability is a share from 0 to 100 %.", "probability")
        wanted["probability"] = draft.probability
    if draft.close_date is not None and draft.close_date != opportunity["close_date"]:
        wanted["close_date"] = check_close_date(draft.close_date, moment(tx.now, tx.store.zone).date())
    if draft.owner_id is not None and draft.owner_id != opportunity["owner_id"]:
        _require_not_rejected(opportunity)
        require_taker(tx, draft.owner_id, "owner_id")
        wanted["owner_id"] = draft.owner_id
    return {name: value for name, value in wanted.items() if opportunity[name] != value}


def _require_not_rejected(opportunity: dict[str, Any]) -> None:
    if opportunity["rejected_at"] is not None:
        raise Refusal("Sales rejected this opportunity: hand it over again first, or close it as lost.")


def _set_parts(tx: Transaction, there: dict[int, dict[str, Any]], members: tuple[Member, ...]) -> bool:
    """Give the people of an opportunity these parts; says whether anything changed."""
    if not members:
        return False
    if {member.contact_id for member in members} != set(there) or len(members) != len(there):
        raise Refusal("Somebody else joined meanwhile: look again, then save once more.", "members")
    if sum(member.primary for member in members) != 1:
        raise Refusal("Choose exactly one primary contact.", "members")
    changed = False
    for member in sorted(members, key=lambda member: member.primary):  # who stops being primary makes room first
        row = there[member.contact_id]
        wanted = {"role": member.role, "is_primary": int(member.primary)}
        changed = changed or any(row[name] != value for name, value in wanted.items())
        tx.update(OpportunityContact, row, **wanted)
    return changed


def _take_off(tx: Transaction, opportunity: dict[str, Any], removed: tuple[int, ...]) -> list[str]:
    """Take people off the opportunity, and say who; what was done with them stays, a promise to them is given up."""
    names = []
    for contact_id in removed:
        name = brief(tx.get(Contact, contact_id)["name"])
        rows = tx.find(OpportunityContact, opportunity_id=opportunity["id"], contact_id=contact_id, void=0)
        if not rows:
            raise Refusal(f"{name} is not on this opportunity any more: look again.", "members")
        if rows[0]["is_primary"]:
            raise Refusal(f"{name} is primary: name another primary first.", "members")
        tx.update(OpportunityContact, rows[0], void=1)
        for promise in tx.find(Callback, opportunity_id=opportunity["id"], state=PromiseState.OPEN, void=0):
            if promise["contact_id"] == contact_id:
                give_up(tx, promise)
        names.append(name)
    return names


def _join(tx: Transaction, opportunity: dict[str, Any], there: dict[int, dict[str, Any]], draft: GroupDraft) -> str:
    """Add the person the draft names; returns their name, empty where it names nobody."""
    contact_id = draft.contact_id
    if contact_id is None:
        if draft.person is None or not draft.person.name:
            return ""
        account_id = opportunity["account_id"]
        contact_id = match_contact(tx, draft.person, account_id)
        if contact_id is None:
            contact_id = add_contact(tx, draft.person, account_id=account_id, source=opportunity["source"])
    contact = tx.get(Contact, contact_id)
    if contact_id in there:
        raise Refusal(f"{contact['name']} is on this opportunity already.", "first_name")
    if draft.role is None:
        raise Refusal("Which part do they play? Press its letter.", "role")
    tx.insert(
        OpportunityContact,
        opportunity_id=opportunity["id"],
        contact_id=contact_id,
        role=draft.role,
        is_primary=int(not there),
    )
    return brief(contact["name"])
