"""What a signal would do if it came in now: the same facts and the same table as when it does."""

from __future__ import annotations

from collections.abc import Iterable

from store.database import Store
from store.instants import Instant
from store.operations.signal_facts import Came, facts_of
from store.rules.intake import Decision, decide


def foretold(
    store: Store, contact_id: int | None, account_id: int | None, kinds: Iterable[str], now: Instant
) -> dict[str, Decision]:
    """By kind, what is decided on a signal of somebody, or of a company without a person."""
    rules = store.rules
    return {
        kind: decide(
            facts_of(
                store,
                Came(
                    contact_id,
                    account_id,
                    kind,
                    "",
                    now,
                    rules.score.points_of(kind),
                    rules.score.is_high_intent(kind),
                ),
                now,
            )[0],
            rules,
        )
        for kind in kinds
    }
