"""The history is what was written: each seal is worked out again, and each personal value against its digest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from store.database import Store
from store.doctor.finding import Finding
from store.operations.transaction import PERSONAL, chain_hash, salted

_OPERATIONS = """
SELECT o.id, o.key, o.at, o.kind, o.actor_id, o.by, o.role, o.override, o.undoes_id, o.lead_id, s.hash
FROM operation o JOIN seal s ON s.operation_id = o.id ORDER BY o.id"""
_CHANGES = """
SELECT operation_id, entity, entity_id, "column", before, after FROM change ORDER BY operation_id, id"""
_SECRETS = """
SELECT c.id, c.entity, c.entity_id, c."column", s.salt, s.before, s.after, c.before, c.after
FROM change_secret s JOIN change c ON c.id = s.change_id"""
_NAKED = """
SELECT id, entity, entity_id, "column" FROM change
WHERE entity = ? AND "column" IN (SELECT value FROM json_each(?))
  AND (before NOT LIKE 'sha256:%' OR after NOT LIKE 'sha256:%')
  AND NOT ("column" = 'next_words' AND before IN ({0}) AND after IN ({0}))""".format(
    """'""', '"follow up: the cadence is done"', '"the cadence is done: try once more or close"'"""
)  # the words of the rules, which versions before this one kept like this, are nobody's


def altered_history(store: Store) -> Iterator[Finding]:
    """Operations whose seal does not fit them, personal values that do not fit their digest or lie open."""
    yield from _broken_chain(store)
    yield from _altered_secrets(store)
    yield from _naked_values(store)


def _broken_chain(store: Store) -> Iterator[Finding]:
    """After a break the chain is taken up from the seal as it stands, so that each altered operation is named once."""
    changes = groupby(store.each(_CHANGES), key=itemgetter(0))
    ahead, rows = next(changes, (None, iter(())))
    last = ""
    for *facts, seal in store.each(_OPERATIONS):
        while ahead is not None and ahead < facts[0]:
            ahead, rows = next(changes, (None, iter(())))
        own = [row[1:] for row in rows] if ahead == facts[0] else []
        if chain_hash(last, tuple(facts), own) != seal:
            sentence = f"operation {facts[0]} or its changes were altered: its seal does not fit"
            yield Finding("the history is as it was written", "operation", facts[0], sentence)
        last = seal


def _altered_secrets(store: Store) -> Iterator[Finding]:
    """An erased value is empty; one that is there must be the one whose digest was sealed."""
    for number, entity, entity_id, column, salt, *values in store.each(_SECRETS):
        before, after, digest_before, digest_after = values
        for value, digest in ((before, digest_before), (after, digest_after)):
            if value is not None and salted(salt, value) != digest:
                sentence = f"change {number}: the kept value of {entity} {entity_id} {column} is not the one sealed"
                yield Finding("the history is as it was written", "change", number, sentence)
                break


def _naked_values(store: Store) -> Iterator[Finding]:
    import json

    for entity, columns in PERSONAL.items():
        for number, _, entity_id, column in store.each(_NAKED, (entity, json.dumps(sorted(columns)))):
            sentence = f"change {number} holds {entity} {entity_id} {column} itself, where it cannot be erased"
            yield Finding("personal values can be erased", "change", number, sentence)
