"""Who acts, and whom a command is about: names as people type them, matched whatever the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store import Actor, Store
    from store.queries.users import UserRow


def actor_of(store: Store, name: str | None, question: str = "Who are you?") -> Actor:
    """Whoever --as names; raises Refusal with ``question`` where nobody is named, and naming the users there are."""
    from store import Actor, Refusal

    if name is None:
        raise Refusal(f"{question} Use --as with one of {_names(store)}.")
    found = _find(store, name)
    if found is None:
        raise Refusal(f"Nobody here is called {name}: use --as with one of {_names(store)}.")
    return Actor(found.id, role=found.role)


def user_named(store: Store, name: str) -> UserRow:
    """Whom a command is about; raises Refusal naming the users there are."""
    from store import Refusal

    found = _find(store, name)
    if found is None:
        raise Refusal(f"Nobody here is called {name}: give one of {_names(store)}.", "name")
    return found


def _find(store: Store, name: str) -> UserRow | None:
    from store.queries.users import users

    return next((user for user in users(store) if user.name.casefold() == name.strip().casefold()), None)


def _names(store: Store) -> str:
    from store.queries.users import users

    return ", ".join(user.name for user in users(store)[:12])
