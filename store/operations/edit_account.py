"""Edit the facts of a company. Only what changed is written; see docs/model.md, "Edits"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from store.actor import SYSTEM_USER_ID
from store.errors import Refusal
from store.intake.clean import clean_line
from store.intake.companies import company_key, site_domain
from store.intake.countries import country_code
from store.models import Account, Edit
from store.operations.edit import PhoneDraft, edit_phones, seen_last, zone_typed
from store.operations.transaction import Done, Transaction, operation

_SIZE = re.compile(r"\d{1,3}(?:[ ,.']\d{3})+|\d+")
LARGEST = 10_000_000
LONGEST_SITE = 2_000


@dataclass(frozen=True, slots=True)
class AccountEdit:
    """What changed on a company, as it was typed; None leaves a thing, an empty text empties it.

    ``size`` is a number of employees, ``country`` a name or code, ``owner`` a user's name, ``zone`` a city or zone.
    """

    account_id: int
    seen: int | None = None
    name: str | None = None
    domain: str | None = None
    website: str | None = None
    industry: str | None = None
    size: str | None = None
    country: str | None = None
    city: str | None = None
    owner: str | None = None
    zone: str | None = None
    phones: tuple[PhoneDraft, ...] | None = None


@operation("edit_account")
def edit_account(tx: Transaction, draft: AccountEdit) -> Done:
    """Change facts of a company.

    A rep takes one that nobody has or gives up their own; whose it is else is a team lead's to say. Raises Refusal
    naming the field that is wrong, or when nothing changed, and Conflict when somebody else was first.
    """
    account = seen_last(tx, Account, draft.account_id, draft.seen)
    tx.lead_id = tx.store.value(_ON_ITSELF, (draft.account_id,))
    wanted = _facts(tx, draft)
    changes = {name: value for name, value in wanted.items() if account[name] != value}
    if "owner_id" in changes:
        _may_have(tx, account["owner_id"], changes["owner_id"])
    edited = [_WORDS.get(name, name) for name in changes if name != "key"]
    if draft.phones is not None and edit_phones(tx, draft.phones, account_id=draft.account_id):
        edited.append("phone")
    if not edited:
        raise Refusal("Nothing was changed.")
    tx.update(Account, account, **changes, version=account["version"] + 1)
    tx.insert(Edit, account_id=account["id"], user_id=tx.actor.user_id, at=tx.now)
    return tx.done(f"{', '.join(edited)} of {changes.get('name', account['name'])} edited")


def _facts(tx: Transaction, draft: AccountEdit) -> dict[str, Any]:
    """The columns that were typed, as they are stored."""
    limit = tx.rules.limits.name
    wanted: dict[str, Any] = {}
    if draft.name is not None:
        name = clean_line(draft.name, field="name", limit=limit)
        if not name:
            raise Refusal("Which company is it? Give its name.", "name")
        wanted.update(name=name, key=company_key(name))
    if draft.domain is not None:
        wanted["domain"] = _domain(draft.domain)
    if draft.website is not None:
        wanted["website"] = clean_line(draft.website, field="website", limit=LONGEST_SITE, joiners=False)
    for name in ("industry", "city"):
        if (typed := getattr(draft, name)) is not None:
            wanted[name] = clean_line(typed, field=name, limit=limit)
    if draft.size is not None:
        wanted["size"] = _size(draft.size)
    if draft.country is not None:
        wanted["country"] = _country(draft.country)
    if draft.zone is not None:
        wanted["zone"] = zone_typed(draft.zone)
    if draft.owner is not None:
        wanted["owner_id"] = _owner(tx, clean_line(draft.owner, field="owner", limit=limit))
    return wanted


def _domain(typed: str) -> str:
    text = clean_line(typed, field="domain", limit=LONGEST_SITE, joiners=False)
    domain = site_domain(text.casefold())
    if text and not domain:
        raise Refusal(f"“{text[:40]}” is no company's domain: write it like acme.example.", "domain")
    return domain


def _size(typed: str) -> int | None:
    text = clean_line(typed, field="size", joiners=False)
    if not text:
        return None
    size = int(re.sub(r"\D", "", text)) if text.isascii() and _SIZE.fullmatch(text) and len(text) < 16 else -1
    if not 0 <= size <= LARGEST:
        raise Refusal(f"“{text[:40]}” is no number of employees: write it like 240.", "size")
    return size


def _country(typed: str) -> str:
    text = clean_line(typed, field="country", joiners=False)
    code = country_code(text) if text else ""
    if code is None:
        raise Refusal(f"“{text[:40]}” is no country: write its name or its two letters, such as DE.", "country")
    return code


def _owner(tx: Transaction, name: str) -> int | None:
    """The active user of that name, or the only one whose name begins so; None for nobody."""
    if not name:
        return None
    users = tx.store.rows('SELECT id, name FROM "user" WHERE active = 1 AND id <> ?', (SYSTEM_USER_ID,))
    wanted = name.casefold()
    exact = [id for id, known in users if known.casefold() == wanted]
    found = exact or [id for id, known in users if known.casefold().startswith(wanted)]
    if len(found) != 1:
        raise Refusal(f"{'Several people' if found else 'Nobody'} here may be “{name[:40]}”: write the name.", "owner")
    return int(found[0])


def _may_have(tx: Transaction, before: int | None, after: int | None) -> None:
    """Raise Refusal where a rep gives a company away that is not theirs, or to somebody else."""
    if tx.actor.leads_team:
        return
    if before not in (None, tx.actor.user_id):
        name = tx.store.value('SELECT name FROM "user" WHERE id = ?', (before,))
        raise Refusal(f"Only a team lead takes a company from somebody: this one is {name}’s.", "owner")
    if after not in (None, tx.actor.user_id):
        raise Refusal("Only a team lead gives a company to somebody else.", "owner")


_ON_ITSELF = "SELECT id FROM lead WHERE account_id = ? AND contact_id IS NULL AND open = 1"
_WORDS = {"owner_id": "owner", "zone": "time zone"}
