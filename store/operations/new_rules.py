"""Rules that changed come to every open at bat with the next tick: its score is counted anew by them.

See docs/model.md, "Ticking".
"""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.operations.transaction import Done, Transaction, operation

AT_ONCE = 1_000
"""At bats in one transaction, which nobody's write waits for."""

_NAME, _SO_FAR = "rules applied", "rules being applied"  # the digest; and with it the last at bat that was come to
_SETTING = "SELECT value FROM setting WHERE name = ?"
_KEEP = """
INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
_SOME = "SELECT id FROM lead WHERE open = 1 AND id > ? ORDER BY id LIMIT ?"
# Where no rules were applied before, those opened under the present ones stand by them already.
_LOOK_AT = """
UPDATE lead SET rule_at = :now WHERE open = 1 AND id BETWEEN :first AND :last
AND (rule_at IS NULL OR rule_at > :now) AND (:before OR rules <> :rules)"""


@dataclass(frozen=True, slots=True)
class NewRulesDraft:
    """The rules in force; it needs nothing else."""


def are_new(store: Store) -> bool:
    """Whether the rules in force are others than those that the last tick went by."""
    return bool(store.value(_SETTING, (_NAME,)) != store.rules.digest)


@operation("new_rules")
def new_rules(tx: Transaction, draft: NewRulesDraft) -> Done:
    """Have the rules look at the next open at bats now; when they come next is worked out, so no history."""
    if not are_new(tx.store):
        return Done(0, "")
    so_far = tx.store.value(_SETTING, (_SO_FAR,)) or ""
    digest, _, last = so_far.partition(" ")
    after = int(last) if digest == tx.rules.digest else 0
    ids = [id for (id,) in tx.store.rows(_SOME, (after, AT_ONCE))]
    run = tx.store.connection.execute
    if ids:
        before = tx.store.value(_SETTING, (_NAME,)) is not None
        values = {"now": tx.now, "first": ids[0], "last": ids[-1], "before": before, "rules": tx.rules.digest}
        run(_LOOK_AT, values)
    if len(ids) == AT_ONCE:
        run(_KEEP, (_SO_FAR, f"{tx.rules.digest} {ids[-1]}"))
    else:
        run(_KEEP, (_NAME, tx.rules.digest))
        if so_far:
            run(_KEEP, (_SO_FAR, ""))
    return Done(0, "")
