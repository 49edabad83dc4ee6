"""Edit the facts of a person: name, numbers, addresses, where they work. Only what changed is written.

What was there before stays in the history, and an edit shows in the timeline. See docs/model.md, "Edits".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from store.errors import Conflict, Refusal
from store.intake.clean import clean_line, clean_note
from store.intake.people import Email as ParsedEmail
from store.intake.people import parse_email
from store.intake.phones import Phone as ParsedPhone
from store.intake.phones import candidate_zones
from store.intake.zones import zone_named
from store.models import Account, Contact, Edit, Email, Phone, Row
from store.operations.at_bat import DEEDS
from store.operations.employment import move, offer_after, open_lead
from store.operations.people import add_email, add_phone, dialable, find_or_add_account
from store.operations.transaction import Done, Offer, Transaction, operation
from store.rules.queue_order import span
from store.vocabulary import PhoneKind, Pool, Reachability


@dataclass(frozen=True, slots=True)
class PhoneDraft:
    """A number as it should be: a known one (``id``) with what changed on it, or a new one; None leaves a thing."""

    id: int | None = None
    text: str | None = None
    kind: PhoneKind | None = None
    state: Reachability | None = None


@dataclass(frozen=True, slots=True)
class EmailDraft:
    """An address as it should be, as ``PhoneDraft``."""

    id: int | None = None
    text: str | None = None
    state: Reachability | None = None


@dataclass(frozen=True, slots=True)
class ContactDraft:
    """What changed on a person; None leaves a thing as it is, and ``seen`` is the version that was looked at.

    ``phones`` and ``emails`` are every line in its new order. ``company`` is where they work from today on, by name,
    unless ``account_id`` says which known company is meant.
    """

    contact_id: int
    seen: int | None = None
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    zone: str | None = None
    notes: str | None = None
    reference: bool | None = None
    pool: Pool | None = None
    phones: tuple[PhoneDraft, ...] | None = None
    emails: tuple[EmailDraft, ...] | None = None
    company: str | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class PoolDraft:
    """Whose a name is from now on."""

    contact_id: int
    pool: Pool
    seen: int | None = None


@operation("edit_contact")
def edit_contact(tx: Transaction, draft: ContactDraft) -> Done:
    """Change facts of a person; where they change company it offers what follows for their at bat.

    Raises Refusal naming the field that is wrong, or when nothing changed, and Conflict when somebody else was first.
    """
    contact = seen_last(tx, Contact, draft.contact_id, draft.seen)
    tx.lead_id = _newest_lead(tx, draft.contact_id)
    changes = _facts(tx, contact, draft)
    first = _first_number(tx, draft.contact_id)
    edited = [_WORDS.get(name, name) for name in changes if name not in ("first_name", "last_name")]
    if draft.phones is not None and edit_phones(tx, draft.phones, contact_id=draft.contact_id):
        edited.append("phone")
        if "zone" not in changes:
            changes |= _zone_of_number(tx, contact, first)
    if draft.emails is not None and _edit_emails(tx, draft.emails, draft.contact_id):
        edited.append("e-mail")
    account_id = _employer(tx, contact, draft)
    if account_id is not None:
        move(tx, contact, account_id, changes.get("title", contact["title"]))
        changes["account_id"] = account_id
    if not edited and account_id is None:
        raise Refusal("Nothing was changed.")
    tx.update(Contact, contact, **changes, version=contact["version"] + 1)
    tx.insert(Edit, contact_id=contact["id"], user_id=tx.actor.user_id, at=tx.now)
    name = changes.get("name", contact["name"])
    if account_id is None:
        return tx.done(f"{', '.join(edited)} of {name} edited")
    company = tx.get(Account, account_id)["name"]
    offer: Offer | None = None
    if contact["account_id"] is not None:
        offer = offer_after(tx, contact["id"], account_id)
    return tx.done(f"{name} works at {company} now", offer=offer)


@operation("change_pool")
def change_pool(tx: Transaction, draft: PoolDraft) -> Done:
    """Move a name to the sales pool because a rep asks for it, or back to marketing's; it is flagged, never moved out.

    Raises Refusal where it is there already, or is worked now and should go to marketing.
    """
    contact = seen_last(tx, Contact, draft.contact_id, draft.seen)
    tx.lead_id = _newest_lead(tx, draft.contact_id)
    pool = _pool(tx, contact, draft.pool)
    if pool == contact["pool"]:
        raise Refusal(f"{contact['name']} is in the {pool.label} pool already.")
    tx.update(Contact, contact, pool=pool)
    tx.insert(Edit, contact_id=contact["id"], user_id=tx.actor.user_id, at=tx.now)
    return tx.done(f"{contact['name']} is in the {pool.label} pool now")


# --- steps that edits of companies share ---


def seen_last(tx: Transaction, model: type[Row], row_id: int, seen: int | None) -> dict[str, Any]:
    """The row to edit; raises Conflict when another person or an import changed it since version ``seen``."""
    row = tx.get(model, row_id)
    if row["void"]:
        raise Refusal("That was undone: nothing is left to edit.")
    if row["merged_into_id"] is not None:
        raise Refusal(f"{row['name']} was merged into another: edit that one.")
    if seen is not None and row["version"] > seen:
        other = tx.store.row(_OTHERS, (model._meta.table_name, row_id, seen, tx.actor.user_id))
        if other is not None:
            name, kind, at = other
            deed, ago = DEEDS.get(kind, "changed this"), span(max(0, tx.now - at))
            raise Conflict(f"{name} {deed} {ago} ago: look again, then save once more.", version=row["version"])
    return row


def edit_phones(
    tx: Transaction, drafts: Sequence[PhoneDraft], *, contact_id: int | None = None, account_id: int | None = None
) -> bool:
    """Bring the numbers of a person or a company to what the drafts say, in their order; says whether any changed.

    Nothing is removed: a number that does not work is marked bad. One that is no valid number keeps its raw text.
    """
    rows = tx.find(Phone, contact_id=contact_id, account_id=account_id, void=0)
    known = {row["id"]: row for row in rows}
    order: list[int] = []
    changed = False
    for draft in drafts:
        row = known.get(draft.id) if draft.id is not None else None
        if row is None and draft.text is not None:
            made = _number(tx, draft.text)
            _only_once(known.values(), made.e164 or made.digits, made.extension)
            number = add_phone(tx, made, contact_id=contact_id, account_id=account_id, position=len(order))
            known[number] = row = tx.get(Phone, number)
            changed = True
        if row is None:
            raise Refusal("One of the numbers is gone: look again, then save once more.", "phones")
        order.append(row["id"])
        wanted = _phone_changes(tx, row, draft, [other for other in known.values() if other["id"] != row["id"]])
        if any(row[name] != value for name, value in wanted.items()):
            tx.update(Phone, row, **wanted)
            changed = True
    return _reorder(tx, Phone, rows, order) or changed


def zone_typed(text: str) -> str:
    """The zone a text means, empty for none; raises Refusal, naming ``zone``."""
    text = clean_line(text, field="zone", joiners=False)
    zone = zone_named(text)
    if text and zone is None:
        raise Refusal(f"“{text[:40]}” is no time zone: write a city such as New York, or Europe/London.", "zone")
    return zone or ""


# --- a person ---


def _facts(tx: Transaction, contact: dict[str, Any], draft: ContactDraft) -> dict[str, Any]:
    """The columns that change."""
    limits = tx.rules.limits
    wanted: dict[str, Any] = {}
    if draft.first_name is not None or draft.last_name is not None:
        for name in ("first_name", "last_name"):
            typed = getattr(draft, name)
            wanted[name] = contact[name] if typed is None else clean_line(typed, field=name, limit=limits.name)
        wanted["name"] = f"{wanted['first_name']} {wanted['last_name']}".strip()
        if not wanted["name"]:
            raise Refusal("Who is it? Give at least a name.", "first_name")
    if draft.title is not None:
        wanted["title"] = clean_line(draft.title, field="title", limit=limits.name)
    if draft.zone is not None:
        wanted["zone"] = zone_typed(draft.zone)
    if draft.notes is not None:
        wanted["notes"] = clean_note(draft.notes, field="notes", limit=limits.note)
    if draft.reference is not None:
        wanted["is_reference"] = int(draft.reference)
    if draft.pool is not None:
        wanted["pool"] = _pool(tx, contact, draft.pool)
    return {name: value for name, value in wanted.items() if contact[name] != value}


def _pool(tx: Transaction, contact: dict[str, Any], pool: Pool) -> Pool:
    if pool is Pool.MARKETING and open_lead(tx, contact["id"]) is not None:
        raise Refusal(f"{contact['name']} has an open at bat: end that first.", "pool")
    return pool


def _employer(tx: Transaction, contact: dict[str, Any], draft: ContactDraft) -> int | None:
    """The company they work at from today on, added where it is new; None when it is the same or not said."""
    if draft.account_id is not None:
        account = tx.get(Account, draft.account_id)
        if account["void"] or account["merged_into_id"] is not None:
            raise Refusal("That company is gone: choose another one.", "company")
        account_id = draft.account_id
    elif draft.company is None:
        return None
    else:
        account_id = find_or_add_account(tx, draft.company)
    return None if account_id == contact["account_id"] else account_id


def _edit_emails(tx: Transaction, drafts: Sequence[EmailDraft], contact_id: int) -> bool:
    """Bring the addresses of a person to what the drafts say, in their order; says whether any changed."""
    rows = tx.find(Email, contact_id=contact_id, void=0)
    known = {row["id"]: row for row in rows}
    order: list[int] = []
    changed = False
    for draft in drafts:
        row = known.get(draft.id) if draft.id is not None else None
        if row is None and draft.text is not None:
            made = _new_address(tx, draft.text, known.values())
            number = add_email(tx, made.address, contact_id, position=len(order))
            known[number] = row = tx.get(Email, number)
            changed = True
        if row is None:
            raise Refusal("One of the addresses is gone: look again, then save once more.", "emails")
        order.append(row["id"])
        wanted: dict[str, Any] = {}
        if draft.id is not None and draft.text is not None:
            others = [other for other in known.values() if other["id"] != row["id"]]
            parsed = _new_address(tx, draft.text, others)
            wanted = {"address": parsed.address, "folded": parsed.key}
            if parsed.key != row["folded"]:
                wanted["state"] = Reachability.UNKNOWN
        if draft.state is not None:
            wanted["state"] = draft.state
        if any(row[name] != value for name, value in wanted.items()):
            tx.update(Email, row, **wanted)
            changed = True
    return _reorder(tx, Email, rows, order) or changed


def _address(tx: Transaction, text: str) -> str:
    text = clean_line(text, field="emails", limit=tx.rules.limits.name, joiners=False)
    if not text:
        raise Refusal("An address is never deleted: mark it bad instead.", "emails")
    return text


def _new_address(tx: Transaction, text: str, others: Iterable[dict[str, Any]]) -> ParsedEmail:
    parsed = parse_email(_address(tx, text))
    if any(other["folded"] == parsed.key for other in others):
        raise Refusal(f"{parsed.address} stands here already.", "emails")
    return parsed


def _number(tx: Transaction, text: str) -> ParsedPhone:
    if not text.strip():
        raise Refusal("A number is never deleted: mark it bad instead.", "phones")
    return dialable(text, tx.store.region, tx.rules.limits.name)


def _phone_changes(
    tx: Transaction, row: dict[str, Any], draft: PhoneDraft, others: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if draft.id is not None and draft.text is not None:
        made = _number(tx, draft.text)
        _only_once(others, made.e164 or made.digits, made.extension)
        wanted = {"written_as": made.raw, "e164": made.e164 or "", "digits": made.digits, "extension": made.extension}
        if (wanted["e164"], wanted["extension"]) != (row["e164"], row["extension"]):
            wanted["state"] = made.state
    if draft.kind is not None:
        wanted["kind"] = draft.kind
    if draft.state is not None:
        wanted["state"] = draft.state
    return wanted


def _only_once(others: Iterable[dict[str, Any]], number: str, extension: str) -> None:
    if any((other["e164"] or other["digits"], other["extension"]) == (number, extension) for other in others):
        raise Refusal(f"{number} stands here already.", "phones")


def _reorder(tx: Transaction, model: type[Row], before: Sequence[dict[str, Any]], order: list[int]) -> bool:
    """Number the lines anew where their order is another; lines nobody spoke of stay behind the others."""
    was = [row["id"] for row in sorted(before, key=lambda row: (row["position"], row["id"]))]
    wanted = order + [number for number in was if number not in order]
    if wanted == was:
        return False
    for position, number in enumerate(wanted):
        row = tx.get(model, number)
        if row["position"] != position:
            tx.update(model, row, position=position)
    return True


def _first_number(tx: Transaction, contact_id: int) -> str:
    sql = "SELECT e164 FROM phone WHERE contact_id = ? AND void = 0 ORDER BY position, id LIMIT 1"
    return tx.store.value(sql, (contact_id,)) or ""


def _zone_of_number(tx: Transaction, contact: dict[str, Any], before: str) -> dict[str, Any]:
    """The zones of the first number, where nothing better is known than those of the number before."""
    if contact["zone"] not in ("", " ".join(candidate_zones(before)) if before else ""):
        return {}
    now = _first_number(tx, contact["id"])
    zone = " ".join(candidate_zones(now)) if now else contact["zone"]
    return {"zone": zone} if zone != contact["zone"] else {}


def _newest_lead(tx: Transaction, contact_id: int) -> int | None:
    found = tx.store.value(_NEWEST, (contact_id,))
    return None if found is None else int(found)


_NEWEST = "SELECT id FROM lead WHERE contact_id = ? AND void = 0 ORDER BY open DESC, opened_at DESC, id DESC LIMIT 1"
_OTHERS = """
SELECT u.name, o.kind, o.at FROM change c
JOIN operation o ON o.id = c.operation_id JOIN "user" u ON u.id = o.actor_id
WHERE c.entity = ? AND c.entity_id = ? AND c."column" = 'version' AND CAST(c.after AS INTEGER) > ?
  AND (o.by = 'import' OR (o.by = 'person' AND o.actor_id <> ?))
ORDER BY o.id DESC LIMIT 1"""
_WORDS = {"is_reference": "reference", "zone": "time zone"}
