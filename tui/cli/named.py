"""Whom a command means: an at bat by its number, or somebody by name or e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store import Store
    from store.queries.explain import Named


def meant(store: Store, said: str) -> tuple[int, int]:
    """The newest at bat of the one who is meant, or 0 and the person who has none; raises Refusal for none or several.

    Several people of one first name are listed, those with an at bat first.
    """
    from store import Refusal
    from store.queries.explain import leads_named, people_named

    found = leads_named(store, said)
    people = [] if said.strip().removeprefix("#").isdecimal() else people_named(store, said)
    newest: dict[object, Named] = {}
    for one in found:
        newest.setdefault(one.contact_id or one.who, one)
    if not newest and not people:
        raise Refusal(f"There is no at bat {said}: name one by its number, or a person by name or e-mail.")
    if len(newest) + len(people) == 1:
        return (found[0].id, 0) if found else (0, people[0].contact_id)
    some = [f"{one.id} ({one.who})" for one in newest.values()] + [f"{one.who} (no at bat)" for one in people]
    more = f" and {len(some) - 8} more" if len(some) > 8 else ""
    raise Refusal(
        f"Several people are called {said}: name the at bat by its number, or the person in full; "
        f"one of {', '.join(some[:8])}{more}."
    )
