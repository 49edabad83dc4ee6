"""Make a new database: the file, its schema, the system itself, a team and its first users."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store.actor import SYSTEM, SYSTEM_USER_ID
from store.database import create_file, open_store
from store.errors import Refusal
from store.instants import Instant
from store.intake.clean import clean_line
from store.intake.zones import known_zone
from store.models import Team, User
from store.operations.transaction import Done, Transaction, operation
from store.vocabulary import UserRole


@dataclass(frozen=True, slots=True)
class UserDraft:
    """Somebody who will use the program."""

    name: str
    role: UserRole = UserRole.SDR
    zone: str = ""
    email: str = ""
    capacity: int = 1


@dataclass(frozen=True, slots=True)
class TeamDraft:
    """A team: where it works (IANA zone, ISO country), how numbers are written there, what it counts money in."""

    name: str = "Team"
    zone: str = "UTC"
    country: str = ""
    region: str = "US"
    currency: str = "USD"
    users: Sequence[UserDraft] = ()


def create_store(path: str | os.PathLike[str], team: TeamDraft, now: Instant, *, key: uuid.UUID | str = "init") -> None:
    """Make the file and put the team in; refuses to touch a file that exists, leaves nothing behind on a refusal."""
    _check_zone(team.zone)
    create_file(path)
    try:
        store = open_store(path)
        try:
            _init(store, SYSTEM, now, team, key)
        finally:
            store.close()
    except BaseException:
        for leftover in ("", "-wal", "-shm", ".lock"):
            Path(f"{os.fspath(path)}{leftover}").unlink(missing_ok=True)
        raise


@operation("init")
def _init(tx: Transaction, draft: TeamDraft) -> Done:
    """Put the system user, the team and its users into an empty database."""
    team_id = tx.insert(
        Team,
        name=clean_line(draft.name, field="team", limit=200),
        zone=draft.zone,
        country=draft.country,
        region=draft.region,
        currency=draft.currency,
    )
    system = tx.insert(User, name="At Bat", role=UserRole.ADMIN, active=1)
    assert system == SYSTEM_USER_ID
    for user in draft.users:
        _insert_user(tx, user, team_id)
    return Done(tx.id, f"{tx.get(Team, team_id)['name']} is ready")


@operation("add_user")
def add_user(tx: Transaction, draft: UserDraft) -> Done:
    """Add somebody who uses the program; team leads and admins only."""
    if not tx.actor.leads_team:
        raise Refusal("Only a team lead or an admin adds users.")
    user_id = _insert_user(tx, draft, tx.store.team_id)
    return Done(tx.id, f"{tx.get(User, user_id)['name']} added", made={"user_id": user_id})


def _insert_user(tx: Transaction, draft: UserDraft, team_id: int) -> int:
    name = user_name(draft.name)
    folded = name.casefold()
    for taken, active in tx.store.rows('SELECT name, active FROM "user"'):
        if taken.casefold() == folded:
            left = "" if active else ", who has left"
            raise Refusal(f"There is a {taken} already{left}: choose another name.", "name")
    return tx.insert(
        User,
        name=name,
        role=draft.role,
        team_id=team_id,
        zone=known_zone(draft.zone),
        email=clean_line(draft.email, field="email", limit=200, joiners=False),
        active=1,
        capacity=draft.capacity,
    )


def user_name(text: str) -> str:
    """A user's name with single blanks; raises Refusal for none and for one that cannot be typed after --as."""
    name = " ".join(text.split())
    if any(category(letter) == "Cc" for letter in name):
        raise Refusal("That name holds a control character, which nobody can type: give it without.", "name")
    name = clean_line(name, field="name", limit=200)
    if not name:
        raise Refusal("A user needs a name.", "name")
    return name


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refusal(
            f"“{zone}” is no time zone: give one such as Europe/Berlin or America/New_York.", "zone"
        ) from None
