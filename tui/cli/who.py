"""Who acts, and whom a command is about: names as people type them, matched whatever the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store import Actor, Store
    from store.queries.users import UserRow


def actor_of(store: Store, name: str | None, question: str = "Who are you?") -> Actor:
    """Whoever --as names; raises Refusal with ``question`` where nobody is named, and naming the users there are."""
    from store import Actor

    found = signed_in(store, name, question)
    return Actor(found.id, role=found.role)


def signed_in(store: Store, name: str | None, question: str = "Who are you?") -> UserRow:
    """The user whom --as names, by the whole name or its beginning; raises Refusal as ``actor_of`` does."""
    from store import Refusal
    from store.queries.users import called, names_of, users

    people = users(store)
    if name is None:
        raise Refusal(f"{question} Use --as with one of {names_of(people)}.")
    found = called(people, name)
    if found is None:
        raise Refusal(f"Nobody here is called {name}: use --as with one of {names_of(people)}.")
    return found


def user_named(store: Store, name: str) -> UserRow:
    """Whom a command is about; raises Refusal naming the users there are."""
    from store import Refusal
    from store.queries.users import called, names_of, users

    people = users(store)
    found = called(people, name)
    if found is None:
        raise Refusal(f"Nobody here is called {name}: give one of {names_of(people)}.", "name")
    return found
