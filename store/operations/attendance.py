"""Who may be given at bats now: away and back, intake paused and resumed, the share of new ones.

See docs/model.md, "Routing".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from store.actor import SYSTEM_USER_ID
from store.errors import Refusal
from store.intake.zones import known_zone
from store.models import Absence, User
from store.operations.transaction import Done, Transaction, operation
from store.rules.days_away import away_on

MOST_CAPACITY = 100
_FURTHEST_DAYS = 731  # two years


@dataclass(frozen=True, slots=True)
class UserActDraft:
    """An act that needs nothing but whom it is about."""

    user_id: int


@dataclass(frozen=True, slots=True)
class AbsenceDraft:
    """Days somebody is away, as ISO dates, first and last included."""

    user_id: int
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class ComingDraft:
    """An absence to come, by its first day as an ISO date."""

    user_id: int
    starts: str


@dataclass(frozen=True, slots=True)
class CapacityDraft:
    """How many at bats somebody gets for each one that a colleague with a share of 1 gets."""

    user_id: int
    capacity: int


@dataclass(frozen=True, slots=True)
class ZoneDraft:
    """Where somebody is, by an IANA name or a city of one; empty for the team's zone."""

    user_id: int
    zone: str


@operation("set_absent")
def set_absent(tx: Transaction, draft: AbsenceDraft) -> Done:
    """Say on which days somebody is away: oneself, or as a team lead anybody."""
    user = somebody(tx, draft.user_id)
    _oneself_or_lead(tx, user)
    starts, ends, today = _day(draft.starts, "starts"), _day(draft.ends, "ends"), _day(tx.today(), "starts")
    if ends < starts:
        raise Refusal("The last day away is before the first: give the first one first.", "ends")
    if ends < today:
        raise Refusal("These days have passed: give days to come.", "ends")
    if (ends - today).days > _FURTHEST_DAYS:
        raise Refusal("That is more than two years away: give a nearer day.", "ends")
    first, last = _put_down(tx, user, starts.isoformat(), ends.isoformat())
    return tx.done(f"{user['name']} is {away_on(first, last, tx.today())}")


def _put_down(tx: Transaction, user: dict[str, Any], starts: str, ends: str) -> tuple[str, str]:
    """Write an absence as one with those that it overlaps; the first and last day away then."""
    known = [
        row for row in tx.find(Absence, user_id=user["id"], void=0) if row["starts"] <= ends and row["ends"] >= starts
    ]
    if not known:
        tx.insert(Absence, user_id=user["id"], starts=starts, ends=ends)
        return starts, ends
    first, last = min(starts, *(row["starts"] for row in known)), max(ends, *(row["ends"] for row in known))
    for row in known:
        if (row["starts"], row["ends"]) == (first, last):
            raise Refusal(f"{user['name']} is down as {away_on(first, last, tx.today())} already.", "starts")
    tx.update(Absence, known[0], starts=first, ends=last)
    for row in known[1:]:
        tx.update(Absence, row, void=1)
    return first, last


@operation("back")
def back(tx: Transaction, draft: UserActDraft) -> Done:
    """Say that somebody who is down as away today is there after all."""
    user = somebody(tx, draft.user_id)
    _oneself_or_lead(tx, user)
    today = tx.today()
    away = [row for row in tx.find(Absence, user_id=user["id"], void=0) if row["starts"] <= today <= row["ends"]]
    if not away:
        raise Refusal(f"{user['name']} is not down as away today.")
    yesterday = (date.fromisoformat(today) - timedelta(days=1)).isoformat()
    for row in away:
        if row["starts"] == today:
            tx.update(Absence, row, void=1)
        else:
            tx.update(Absence, row, ends=yesterday)
    return tx.done(f"{user['name']} is back")


@operation("not_away")
def not_away(tx: Transaction, draft: ComingDraft) -> Done:
    """Take an absence to come back: oneself, or as a team lead anybody's."""
    user = somebody(tx, draft.user_id)
    _oneself_or_lead(tx, user)
    today = tx.today()
    coming = tx.find(Absence, user_id=user["id"], starts=draft.starts, void=0) if draft.starts > today else []
    if not coming:
        raise Refusal(f"No absence of {user['name']} begins on {draft.starts}: it may have been taken back already.")
    for row in coming:
        tx.update(Absence, row, void=1)
    return tx.done(f"{user['name']} is not {away_on(coming[0]['starts'], coming[0]['ends'], today)}")


@operation("pause_intake")
def pause_intake(tx: Transaction, draft: UserActDraft) -> Done:
    """Let routing give somebody nothing new until intake is resumed; what they have stays theirs."""
    user = somebody(tx, draft.user_id)
    _oneself_or_lead(tx, user)
    if user["paused"]:
        raise Refusal(f"{user['name']} has paused already.")
    tx.update(User, user, paused=1)
    return tx.done(f"{user['name']} gets nothing new")


@operation("resume_intake")
def resume_intake(tx: Transaction, draft: UserActDraft) -> Done:
    """Let routing give somebody new at bats again."""
    user = somebody(tx, draft.user_id)
    _oneself_or_lead(tx, user)
    if not user["paused"]:
        raise Refusal(f"{user['name']} has not paused.")
    tx.update(User, user, paused=0)
    return tx.done(f"{user['name']} gets new at bats again")


@operation("set_capacity")
def set_capacity(tx: Transaction, draft: CapacityDraft) -> Done:
    """Say how large somebody's share of new at bats is. Team leads only."""
    user = somebody(tx, draft.user_id)
    lead_only(tx)
    if not 1 <= draft.capacity <= MOST_CAPACITY:
        raise Refusal(f"A share is a number from 1 to {MOST_CAPACITY}.", "capacity")
    if draft.capacity == user["capacity"]:
        raise Refusal(f"The share of {user['name']} is {draft.capacity} already.", "capacity")
    tx.update(User, user, capacity=draft.capacity)
    return tx.done(f"{user['name']} has a share of {draft.capacity}")


@operation("set_zone")
def set_zone(tx: Transaction, draft: ZoneDraft) -> Done:
    """Say in which zone somebody is, which their times are shown in: oneself, or as a team lead anybody."""
    user = somebody(tx, draft.user_id)
    _oneself_or_lead(tx, user)
    zone = known_zone(draft.zone)
    shown = zone or f"the team's zone, {tx.store.zone}"
    if zone == user["zone"]:
        raise Refusal(f"{user['name']} is in {shown} already.", "zone")
    tx.update(User, user, zone=zone)
    return tx.done(f"{user['name']} is in {shown}")


def somebody(tx: Transaction, user_id: int) -> dict[str, Any]:
    """Somebody who uses the program; raises Refusal for the system itself and for who has left."""
    user = tx.get(User, user_id)
    if user_id == SYSTEM_USER_ID:
        raise Refusal("The program itself is nobody to be changed.")
    if not user["active"]:
        raise Refusal(f"{user['name']} has left.")
    return user


def _oneself_or_lead(tx: Transaction, user: dict[str, Any]) -> None:
    if user["id"] != tx.actor.user_id and not tx.actor.leads_team:
        raise Refusal(f"Only {user['name']} or a team lead says this.")


def lead_only(tx: Transaction) -> None:
    if not tx.actor.leads_team:
        raise Refusal("Only a team lead or an admin changes this.")


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(f"“{text}” is no date: write it like 2026-12-24.", field) from None
