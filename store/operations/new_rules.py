"""Rules that changed come to every open at bat with the next tick: its score is counted anew by them.

See docs/model.md, "Ticking".
"""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.operations.transaction import Done, Transaction, operation

_NAME = "rules applied"
_APPLIED = "SELECT value FROM setting WHERE name = ?"
_UNDER_OTHERS = "SELECT EXISTS (SELECT 1 FROM lead WHERE open = 1 AND rules <> ?)"
_APPLY = """
INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
_LOOK_AT_ALL = "UPDATE lead SET rule_at = ?1 WHERE open = 1 AND (rule_at IS NULL OR rule_at > ?1)"


@dataclass(frozen=True, slots=True)
class NewRulesDraft:
    """The rules in force; it needs nothing else."""


def are_new(store: Store) -> bool:
    """Whether the rules in force are others than those that the last tick went by."""
    return bool(store.value(_APPLIED, (_NAME,)) != store.rules.digest)


@operation("new_rules")
def new_rules(tx: Transaction, draft: NewRulesDraft) -> Done:
    """Have the rules look at every open at bat now; when they come next is worked out, so no history."""
    if not are_new(tx.store):
        return Done(0, "")
    before = tx.store.value(_APPLIED, (_NAME,))
    if before is not None or tx.store.value(_UNDER_OTHERS, (tx.rules.digest,)):
        tx.store.connection.execute(_LOOK_AT_ALL, (tx.now,))
    tx.store.connection.execute(_APPLY, (_NAME, tx.rules.digest))
    return Done(0, "")
