"""Everybody whom the rules say may come back, brought back at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from uuid import uuid4

from store.actor import Actor
from store.database import Store
from store.instants import Instant
from store.operations.bulk import Verb, batches, do_batch
from store.operations.recycle import RecycleDraft
from store.queries.recycling import Recyclable


def recycle_due(
    store: Store,
    actor: Actor,
    now: Instant,
    found: Sequence[Recyclable],
    tell: Callable[[int], None] = lambda done: None,
) -> Iterator[tuple[int, str]]:
    """Bring these people back, in batches that are taken back as one; whom is for the rules to say.

    Gives each at bat that was refused, with why; ``tell`` hears how many are through.
    """
    leads = [(row.id, row.version) for row in found]
    through = 0
    for batch in batches(uuid4(), Verb.RECYCLE, RecycleDraft(0), leads):
        done = do_batch(store, actor, now, batch)
        through += len(batch.leads)
        tell(through)
        yield from ((refused.lead_id, refused.why) for refused in done.refused)
