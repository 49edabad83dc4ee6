"""A person's own views of the queue."""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.errors import Refusal
from store.rules.queue_views import Spec, load_spec


@dataclass(frozen=True, slots=True)
class OwnView:
    """A view a person has kept, in the version it was seen in."""

    id: int
    name: str
    spec: Spec
    version: int


def own_views(store: Store, user_id: int) -> tuple[OwnView, ...]:
    """A person's own views in their order; one that this version does not understand is left out."""
    found = []
    for view_id, name, spec, version in store.rows(_OWN, (user_id,)):
        try:
            found.append(OwnView(view_id, name, load_spec(spec), version))
        except Refusal:
            continue
    return tuple(found)


_OWN = "SELECT id, name, spec, version FROM saved_view WHERE user_id = ? AND void = 0 ORDER BY position, id"
