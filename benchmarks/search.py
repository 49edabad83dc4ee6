"""Search as you type: every key of names, companies, numbers and parts of words, over everybody in the big file."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.figures import Figure, Ground, milliseconds, p99
from store.database import Store, open_store
from store.queries.search import find

BAR = 10.0
PEOPLE = 12


def measure(ground: Ground) -> Iterator[Figure]:
    """The median and the slowest of a hundred keys; of three tries the best counts."""
    store = open_store(ground.database, read_only=True)
    try:
        for kind, texts in _typed(store).items():
            keys = [text[:length] for text in texts for length in range(1, len(text) + 1)]
            for key in keys:
                find(store, key)
            times = [min(milliseconds(lambda key=key: find(store, key)) for _ in range(3)) for key in keys]  # type: ignore[misc]
            what = f"search {ground.sizes.contacts:,} people, a key of {kind}"
            yield Figure(what, median(times), "ms", BAR)
            yield Figure("  the slowest of a hundred keys", p99(times), "ms", BAR)
    finally:
        store.close()


def _typed(store: Store) -> dict[str, list[str]]:
    """What people type, letter by letter, by kind."""
    rows = store.rows(
        "SELECT c.name, a.name, p.digits, e.address FROM contact c JOIN account a ON a.id = c.account_id"
        " JOIN phone p ON p.contact_id = c.id JOIN email e ON e.contact_id = c.id"
        " WHERE c.id % (SELECT max(id) / ? FROM contact) = 7",
        (PEOPLE,),
    )
    names = [name.lower() for name, *_ in rows]
    return {
        "a name": names,
        "a company": [company.lower() for _, company, *_ in rows],
        "the last digits of a phone": [digits[-7:] for _, _, digits, _ in rows],
        "a whole phone number": [digits[1:] for _, _, digits, _ in rows],
        "the middle of a name": [name[2:] for name in names if " " not in name[2:5]],
        "an e-mail address": [address for *_, address in rows],
        "a name and its company": [f"{name.split()[0]} {company.lower()}" for name, company, *_ in rows],
    }
