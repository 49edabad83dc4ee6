"""What another system's lead status means here: no at bat, an open one, or a closed one, and how it stands.

A status claims no more than its word: only one that says the person was reached counts as connected. An imported at
bat is never Converted or Qualified, since neither the opportunity nor the four answers are in the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from store.errors import Refusal
from store.rules.path import ALLOWED_STATUSES, allowed, standing
from store.vocabulary import LOCKED_STAGES, Outcome, Stage, Status

_NURTURE = (Outcome.NOT_READY, Outcome.NO_RESPONSE, Outcome.NO_SHOW, Outcome.RE_ENGAGE)
_CONVERTING = (Outcome.CONVERTED, Outcome.MEETING_BOOKED)
W = TypeVar("W", bound=StrEnum)
_KEYS = {"stage", "status", "outcome", "reason", "return_days", "deal", "warning"}


class Kind(StrEnum):
    """Whether a row brings an at bat."""

    NONE = "no at bat"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Understanding:
    """How the at bat of one row is to be made; stage and status are a legal pair (docs/model.md, "Status").

    An open one has stage and status, a closed one an outcome and a reason code as well. ``note`` says in words what
    the file said. ``return_days`` counts from the import, for outcomes that need a date to come back on.
    ``deal`` says that the person has a deal there: where it is imported too, the at bat is converted into it.
    ``warning`` is for the person importing.
    """

    kind: Kind
    stage: Stage | None = None
    status: Status | None = None
    outcome: Outcome | None = None
    reason: str = ""
    note: str = ""
    return_days: int | None = None
    deal: bool = False
    warning: str = ""

    @property
    def words(self) -> str:
        """What the status was taken for."""
        if self.kind is Kind.NONE or self.stage is None or self.status is None:
            return "no at bat of its own"
        ended = f"ended: {self.outcome.label}" if self.outcome else standing(self.stage, self.status)
        return f"{ended}; converted where its deal is known" if self.deal else ended


NO_AT_BAT = Understanding(Kind.NONE)
NEW_AT_BAT = Understanding(Kind.OPEN, Stage.NEW, Status.UNCONTACTED)


def understanding(entry: Mapping[str, Any], where: str) -> Understanding:
    """Read one line of a status table; raises Refusal, naming ``where`` the line stands.

    An empty entry is no at bat, ``stage`` and ``status`` an open one, ``outcome`` and ``reason`` a closed one.
    """
    if unknown := sorted(set(entry) - _KEYS):
        raise Refusal(f"{where}: “{unknown[0]}” is not known there: use {', '.join(sorted(_KEYS))}.")
    warning, deal = str(entry.get("warning", "")), entry.get("deal", False)
    if not isinstance(deal, bool):
        raise Refusal(f"{where}: deal is true or false.")
    if "outcome" in entry:
        return _closed(entry, where, deal, warning)
    if "stage" not in entry and "status" not in entry:
        return Understanding(Kind.NONE, warning=warning)
    stage = _word(Stage, entry.get("stage"), "stage", where)
    if stage in LOCKED_STAGES or stage in (Stage.QUALIFIED, Stage.DISQUALIFIED):
        raise Refusal(f"{where}: an imported at bat cannot stand in {stage.label}: use connected or an outcome.")
    status = _word(Status, entry.get("status"), "status", where)
    if not allowed(stage, status):
        fitting = " or ".join(each.label for each in ALLOWED_STATUSES[stage])
        raise Refusal(f"{where}: status {status.label} does not go with stage {stage.label}: use {fitting}.")
    return Understanding(Kind.OPEN, stage, status, deal=deal, warning=warning)


def _closed(entry: Mapping[str, Any], where: str, deal: bool, warning: str) -> Understanding:
    outcome = _word(Outcome, entry["outcome"], "outcome", where)
    reason, days = entry.get("reason"), entry.get("return_days")
    if outcome in _CONVERTING:
        raise Refusal(
            f"{where}: {outcome.label} needs the opportunity or meeting, which a status has not: use another."
        )
    if not isinstance(reason, str) or not reason:
        raise Refusal(f'{where}: a closed at bat needs a reason: add reason = "…" with a code of the rules file.')
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or days < 1):
        raise Refusal(f"{where}: return_days is a number of days: write it like 90.")
    status = Status.NURTURE if outcome in _NURTURE else Status.DISQUALIFIED
    return Understanding(
        Kind.CLOSED, Stage.CLOSED, status, outcome, reason, return_days=days, deal=deal, warning=warning
    )


def _word(words: type[W], value: object, key: str, where: str) -> W:
    try:
        return words(str(value).replace(" ", "_").lower())
    except ValueError:
        known = ", ".join(word.value for word in words)
        raise Refusal(f"{where}: “{value}” is no {key}: use one of {known}.") from None
