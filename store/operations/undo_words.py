"""What an undo says it took back: the act in the field's words, and whose or what it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from store.database import Store
from store.models import TABLES, Absence, Row, SpotCheck, User
from store.operations.at_bat import brief, spoken_name
from store.operations.bulk import NAMED
from store.operations.transaction import Transaction
from store.rules.queue_order import clock
from store.vocabulary import Disposition

Place = tuple[str, int]
"""A row that an act wrote: its table and its id."""

MODELS: Mapping[str, type[Row]] = {str(model._meta.table_name): model for model in TABLES}

ACTS: Mapping[str, str] = {
    "accept": "accepting {}",
    "log_touch": "touch for {}",
    "callback": "callback for {}",
    "snooze": "snoozing {}",
    "note": "note on {}",
    "amend": "amending a touch with {}",
    "set_status": "status for {}",
    "qualify": "qualifying {}",
    "add_person": "adding a person for {}",
    "convert": "converting {}",
    "reverse": "reversing the conversion of {}",
    "close": "closing {}",
    "reassign": "taking over {}",
    "extend": "more time for {}",
    "set_back": "setting back {}",
    "judge_status": "spot check of {}",
    "reassign_to": "giving {} to {to}",
    "claim_next": "claiming {}",
    "set_absent": "absence of {}",
    "back": "coming back of {}",
    "not_away": "{} being there after all",
    "pause_intake": "nothing new for {}",
    "resume_intake": "new ones again for {}",
    "set_capacity": "share of {}",
    "set_zone": "time zone of {}",
    "leave_team": "{} leaving",
    "receive_signal": "signal for {}",
    "approve": "approving the closing of {}",
    "send_back": "sending back {}",
    "set_motion": "motion for {}",
    "set_campaign": "campaign for {}",
    "lift_suppression": "lifting of the suppression for {}",
    "new_lead": "new at bat for {}",
    "follow": "new at bat for {}",
    "recycle": "new at bat for {}",
    "use_reference": "use as a reference for {}",
    "edit_contact": "edit for {}",
    "edit_account": "edit for {}",
    "change_pool": "change of pool for {}",
    "merge": "merging {}",
    "save_view": "saving the view {}",
    "rename_view": "new name of the view {}",
    "drop_view": "removing the view {}",
    "accept_hand_over": "accepting {}",
    "reject_hand_over": "rejecting {}",
    "hand_over": "handing over {}",
    "update_opportunity": "change for {}",
    "win": "winning {}",
    "lose": "losing {}",
    "note_opportunity": "note on {}",
    "log_on_opportunity": "touch for {}",
    "promise_on_opportunity": "callback for {}",
    "set_group": "change of people for {}",
    "open_opportunity": "opening an opportunity for {}",
    # On many, of which there are so many.
    "bulk_accept": "accepting {}",
    "bulk_snooze": "snoozing {}",
    "bulk_set_status": "setting the status of {}",
    "bulk_close": "closing {}",
    "bulk_reassign": "taking over {}",
    "bulk_recycle": "bringing back {}",
    "bulk_reassign_to": "giving {} to {to}",
    "bulk_extend": "more time for {}",
    "bulk_set_motion": "setting the motion of {}",
    "bulk_set_campaign": "setting the campaign of {}",
    "bulk_approve": "approving the closing of {}",
    "bulk_send_back": "sending back {}",
}
"""What each kind of act is called once it is taken back."""

_OF_A_DEAL = {"accept_hand_over", "reject_hand_over", "hand_over", "update_opportunity", "win", "lose"}
_OF_A_DEAL |= {"note_opportunity", "log_on_opportunity", "promise_on_opportunity", "set_group"}
_OF_A_COLLEAGUE = {"set_absent", "back", "pause_intake", "resume_intake", "set_capacity", "set_zone", "leave_team"}
_OF_A_COLLEAGUE |= {"judge_status", "not_away"}


def act_words(tx: Transaction, kind: str, lead_id: int | None, operation_id: int, wrote: Collection[Place]) -> str:
    """One act, with whom or what it was about: ``giving Dana Ortiz to Tom B.``."""
    said = ACTS[kind].format(_about(tx, kind, lead_id, wrote), to=given_to(tx.store, operation_id))
    return said + _which(tx, wrote)


def many_words(kind: str, number: int, to: str = "") -> str:
    """An act on many: ``giving 3 at bats to Tom B.``; ``to`` is who they were given to."""
    return ACTS[kind].format(f"{number:,} at bat{'' if number == 1 else 's'}", to=to or "somebody")


def undone_words(kind: str, taken_back: int, stay: int, names: Sequence[str], to: str = "") -> str:
    """What was taken back of an act on many, and what stays.

    ``undone: accepting 4,990 at bats; 10 stay, changed by others since: Dana Ortiz …``.
    """
    undone = f"undone: {many_words(kind, taken_back, to)}" if taken_back else "nothing undone"
    if not stay:
        return undone
    named = ", ".join(names[:NAMED]) + (" …" if stay > NAMED else "")
    return f"{undone}; {stay:,} {'stays' if stay == 1 else 'stay'}, changed by others since: {named}"


def given_to(store: Store, operation_id: int) -> str:
    """Who an act gave at bats to; empty where it gave none."""
    return brief(store.value(_GIVEN_TO, (operation_id,)) or "")


_GIVEN_TO = """
SELECT u.name FROM change c JOIN "user" u ON u.id = json_extract(c.after, '$')
WHERE c.operation_id = ? AND +c.entity = 'lead' AND c."column" = 'owner_id' LIMIT 1"""


def _about(tx: Transaction, kind: str, lead_id: int | None, wrote: Collection[Place]) -> str:
    """Whom or what the act was about: a colleague, a person, a company, an opportunity, a view."""
    if kind in _OF_A_COLLEAGUE:
        return _colleague(tx, wrote)
    if lead_id is not None and kind not in _OF_A_DEAL:
        return spoken_name(tx, tx.lead(lead_id))
    for entity in ("opportunity", "contact", "account", "saved_view"):
        for table, entity_id in wrote:
            if table == entity:
                return brief(tx.get(MODELS[entity], entity_id)["name"])
    return "it"


def _colleague(tx: Transaction, wrote: Collection[Place]) -> str:
    for table, entity_id in wrote:
        if table == "user":
            return brief(tx.get(User, entity_id)["name"])
    for model in (Absence, SpotCheck):
        for table, entity_id in wrote:
            if MODELS[table] is model:
                return brief(tx.get(User, tx.get(model, entity_id)["user_id"])["name"])
    return "somebody"


def _which(tx: Transaction, wrote: Collection[Place]) -> str:
    """What came of the touch that was taken back, and when it was; nothing of other acts."""
    for table, entity_id in wrote:
        if table == "touch":
            disposition, at = tx.store.row("SELECT disposition, at FROM touch WHERE id = ?", (entity_id,)) or ("", 0)
            return f": {Disposition(disposition).label}, {clock(at, tx.zone, tx.now)}"
    return ""


__all__ = ["ACTS", "MODELS", "Place", "act_words", "given_to", "many_words", "undone_words"]
