"""A file on its way into the database, and how its rows are known again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from store.intake.cells import ContactReader
from store.intake.objects import ObjectReader, reader_of
from store.intake.reading import Description
from store.intake.rows import Reject
from store.operations.import_summary import Summary

BLANK = "(blank)"
"""The word of an empty cell, in what was understood."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of an import: ``stamp`` is how it is understood, which decides whether a row was taken before."""

    number: int
    told: Description
    reader: ContactReader | ObjectReader
    stamp: bytes
    summary: Summary
    on_reject: Callable[[Reject], None]

    @classmethod
    def of(cls, told: Description, number: int = 0, on_reject: Callable[[Reject], None] = lambda _: None) -> Source:
        """The file as it was described."""
        reader = reader_of(told.columns, told.mapping, told.defaults)
        return cls(number, told, reader, _stamp(told), Summary(told.mapping.kind), on_reject)

    @property
    def system(self) -> str:
        """Where it comes from, as external ids name it."""
        return self.told.defaults.system or self.told.mapping.system

    def reject(self, reject: Reject) -> None:
        """Count a row that is not taken, and hand it on."""
        self.summary.reject(reject)
        self.on_reject(reject)

    def header(self, field: str) -> str:
        """What the file calls the column of a field."""
        return next((each.header for each in self.told.columns if each.field == field), field.replace("_", " "))

    def digest(self, row: Digested) -> str:
        """What a row that was taken is remembered by: its cells, and how they were understood."""
        return blake2b(row.digest.encode(), digest_size=12, key=self.stamp).hexdigest()


class Digested(Protocol):
    """A row that knows the digest of its cells."""

    @property
    def digest(self) -> str:
        """The same for the same cells."""


def _stamp(told: Description) -> bytes:
    """What of the understanding of a file decides what its rows mean: taken again under another, they are new."""
    fields: Sequence[str | None] = [column.field for column in told.columns]
    mapping = told.mapping
    statuses = sorted((word, repr(meant)) for word, meant in mapping.statuses.items())
    words = sorted((table, sorted(meant.items())) for table, meant in mapping.words.items())
    facts = [fields, statuses, repr(mapping.blank_status), repr(told.defaults), words]
    return blake2b(json.dumps(facts).encode(), digest_size=12).digest()
