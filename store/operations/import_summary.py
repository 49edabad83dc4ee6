"""What an import did, told file by file: what was read, what it was taken for, what came of it, and what to look at."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from store.instants import Instant
from store.intake.mapping import FileKind
from store.intake.rows import Reject

_MOST = 500  # different sentences, reasons, or words of a column that a summary keeps apart
OTHERS = "(others)"
KEPT = 200  # near matches and rejects that a summary names; all are counted
_QUOTED = re.compile(r" “[^”]*”")
_LINES = 5  # lines that a grouped warning names


@dataclass(slots=True)
class Summary:
    """What an import did with one file. rows = accepted + rejected, accepted = new + enriched + unchanged.

    ``opened``, ``closed`` and ``converted`` count the at bats that its rows brought, ``without`` the accepted rows of
    people that brought none. ``made`` counts what rows became by the word for it, and which at bats that were here
    before did; ``understood`` says, column by
    column, what each word was taken for and how often. ``warnings`` maps a sentence to how often and the first lines
    it was said of, ``near`` has lines with who may be the same person; ``rejects`` the first ones.
    """

    kind: FileKind = FileKind.CONTACTS
    rows: int = 0
    blank: int = 0
    accepted: int = 0
    rejected: int = 0
    new: int = 0
    enriched: int = 0
    unchanged: int = 0
    accounts: int = 0
    opened: int = 0
    closed: int = 0
    converted: int = 0
    without: int = 0
    near_count: int = 0
    made: Counter[str] = field(default_factory=Counter)
    understood: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    warnings: dict[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    near: list[tuple[int, str]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def reject(self, reject: Reject) -> None:
        """Count a row that was not taken."""
        self.rows += 1
        self.rejected += 1
        self.reasons[reject.reason if reject.reason in self.reasons or len(self.reasons) < _MOST else OTHERS] += 1
        if len(self.rejects) < KEPT:
            self.rejects.append(reject)

    def warn(self, line: int, sentence: str) -> None:
        """Say something of a line; the same sentence about others is counted with it."""
        if sentence not in self.warnings and len(self.warnings) >= _MOST:
            sentence = "more was to be said of other kinds"
        count, lines = self.warnings.get(sentence, (0, ()))
        first = lines if len(lines) == _LINES and line > lines[-1] else tuple(sorted((*lines, line))[:_LINES])
        self.warnings[sentence] = (count + 1, first)

    def notice(self, line: int, sentence: str) -> None:
        """Warn of a value that reading did not understand; the same of other values is counted with it."""
        self.warn(line, _QUOTED.sub("", sentence))

    def created(self, line: int, column: str, at: Instant | None, now: Instant) -> None:
        """Warn of a row that says it was made in the future: it is taken as made now."""
        if at is not None and at > now:
            self.warn(line, f"{column}: lies in the future, so the moment of import was taken")

    def understand(self, column: str, word: str, meaning: str) -> None:
        """Count what a word of a column was taken for."""
        known = self.understood.setdefault(column, Counter())
        known[(word, meaning) if (word, meaning) in known or len(known) < _MOST else (OTHERS, "each as above")] += 1

    def brought(self, *, opened: bool, converted: bool) -> None:
        """Count an at bat."""
        self.opened += opened
        self.converted += converted
        self.closed += not opened and not converted
