"""The score kept on an open at bat is one that its facts and signals give."""

from __future__ import annotations

from collections.abc import Iterator

from store.database import Store
from store.doctor.finding import Finding
from store.operations.scoring import facts_of, last_midnight
from store.rules.scoring import as_of, total_at

_OPEN = "SELECT id, contact_id, account_id, score, updated_at FROM lead WHERE open = 1 AND rules = ? ORDER BY id"
_WRITTEN = """
SELECT max(o.at) FROM change c JOIN operation o ON o.id = c.operation_id
WHERE c.entity = 'lead' AND c.entity_id = ? AND c."column" IN ('+', 'score')"""


def misscored(store: Store) -> Iterator[Finding]:
    """Open at bats whose score is none that they had since it was last written, under the rules they were opened by.

    Without a signal a score only falls, so it lies between what it was then and what it is at the newest act of all:
    nobody may have run the rules since.
    """
    rules, newest = store.rules.score, store.value("SELECT coalesce(max(at), 0) FROM operation")
    for lead_id, contact_id, account_id, kept, updated in store.each(_OPEN, (store.rules.digest,)):
        facts, signals = facts_of(store, contact_id, account_id, lead_id)
        written = store.value(_WRITTEN, (lead_id,)) or 0
        stood = as_of(signals, written, last_midnight(store, written))
        first = max(stood, *(signal.at for signal in signals), 0)
        highest, lowest = (total_at(facts, signals, at, rules) for at in (first, max(first, newest, updated)))
        if not lowest <= kept <= highest:
            said = f"{highest}" if highest == lowest else f"{lowest} to {highest}"
            sentence = f"at bat {lead_id}: score is {kept}, its facts and signals say {said}"
            yield Finding("the score is the one its facts and signals give", "lead", lead_id, sentence)
