"""Somebody leaves the team: everything that is theirs to do goes to others, in one act.

See docs/model.md, "Routing".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.errors import Refusal
from store.models import Callback, Opportunity, Task, User
from store.operations.at_bat import assign
from store.operations.attendance import lead_only, somebody
from store.operations.deal import change, pass_on, require_taker
from store.operations.routing import route_anew
from store.operations.transaction import Done, Transaction, operation
from store.rules.routing import ASSIGNED, UNROUTED, Step
from store.vocabulary import PromiseState, Stage, UserRole


@dataclass(frozen=True, slots=True)
class LeaveDraft:
    """Who leaves, and who gets what: at bats are routed where nobody is named, opportunities need somebody."""

    user_id: int
    at_bats_to: int | None = None
    deals_to: int | None = None


@operation("leave_team")
def leave_team(tx: Transaction, draft: LeaveDraft) -> Done:
    """Somebody leaves: they can no longer be anybody here, and all that is open of theirs has another owner.

    At bats go to whoever is named, else the rules route them anew; what waits for approval is nobody's, for the team
    lead who decides. Opportunities, and hand-overs that they had not answered, go to ``deals_to``. Promises and tasks
    follow what they are about; a promise on what nobody has is anyone's. Team leads only.
    """
    user = somebody(tx, draft.user_id)
    lead_only(tx)
    if user["role"] in _LEADS and tx.store.value(_OTHER_LEAD, (user["id"],)) is None:
        raise Refusal(f"{user['name']} is the last team lead here: add another one first.")
    if user["id"] in (draft.at_bats_to, draft.deals_to):
        raise Refusal(f"{user['name']} is leaving: choose somebody else.", "to")
    if draft.at_bats_to is not None:
        somebody(tx, draft.at_bats_to)
    deals = tx.find(Opportunity, owner_id=user["id"], open=1)
    if deals and draft.deals_to is None:
        what = "an open opportunity" if len(deals) == 1 else f"{len(deals):,} open opportunities"
        raise Refusal(f"{user['name']} owns {what}: say who gets what is theirs.", "deals_to")
    tx.update(User, user, active=0, paused=0)
    went = _pass_at_bats(tx, user, draft.at_bats_to)
    if deals and draft.deals_to is not None:
        went.append(_pass_deals(tx, deals, draft.deals_to))
    went += [_pass_promises(tx, user), _pass_tasks(tx, user)]
    tx.lead_id = None
    return tx.done("; ".join([f"{user['name']} has left", *filter(None, went)]), lead_id=None)


def _pass_at_bats(tx: Transaction, user: dict[str, Any], to: int | None) -> list[str]:
    mine = [lead_id for (lead_id,) in tx.store.rows(_OWN, (user["id"],))]
    trace = () if to is None else (Step(ASSIGNED, _name(tx, to), f"{user['name']} left", chosen=True),)
    nobodys = 0
    for lead_id in mine:
        lead = tx.lead(lead_id)
        if lead.stage is Stage.DISQUALIFIED:
            after = assign(tx, lead, None, UNROUTED)
        else:
            after = route_anew(tx, lead) if to is None else assign(tx, lead, to, ASSIGNED, trace)
        nobodys += after.owner_id is None
    if not mine:
        return []
    at_bats = "1 open at bat was" if len(mine) == 1 else f"{len(mine):,} open at bats were"
    where = "routed anew" if to is None else f"given to {_name(tx, to)}"
    return [f"{at_bats} {where}" + (f", {nobodys:,} to nobody yet" if nobodys else "")]


def _pass_deals(tx: Transaction, deals: list[dict[str, Any]], to: int) -> str:
    taker = require_taker(tx, to, "deals_to")
    for opportunity in deals:
        pass_on(tx, opportunity, to)
        change(tx, opportunity, owner_id=to)
    return f"{len(deals):,} {'opportunity' if len(deals) == 1 else 'opportunities'} to {taker}"


def _pass_promises(tx: Transaction, user: dict[str, Any]) -> str:
    mine = tx.find(Callback, promiser_id=user["id"], state=PromiseState.OPEN, void=0)
    for promise in mine:
        tx.update(Callback, promise, promiser_id=_owner_of(tx, promise))
    return f"{len(mine):,} {'callback' if len(mine) == 1 else 'callbacks'} went along" if mine else ""


def _pass_tasks(tx: Transaction, user: dict[str, Any]) -> str:
    mine = tx.find(Task, user_id=user["id"], state=PromiseState.OPEN, void=0)
    for task in mine:
        tx.update(Task, task, user_id=_owner_of(tx, task))
    return f"{len(mine):,} {'task' if len(mine) == 1 else 'tasks'} too" if mine else ""


def _owner_of(tx: Transaction, row: dict[str, Any]) -> int | None:
    """Who owns what a promise or a task is about, by now."""
    table, id = ("opportunity", row["opportunity_id"]) if row["lead_id"] is None else ("lead", row["lead_id"])
    found = tx.store.value(f"SELECT owner_id FROM {table} WHERE id = ?", (id,))
    return None if found is None else int(found)


def _name(tx: Transaction, user_id: int) -> str:
    return str(tx.store.value('SELECT name FROM "user" WHERE id = ?', (user_id,)))


_LEADS = (UserRole.LEAD.value, UserRole.ADMIN.value)
_OTHER_LEAD = "SELECT 1 FROM \"user\" WHERE active = 1 AND id > 1 AND id <> ? AND role IN ('lead', 'admin')"
_OWN = "SELECT id FROM lead WHERE owner_id = ? AND open = 1 ORDER BY tier, due_at, id"
