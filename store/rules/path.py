"""The one-way path of an at bat: which stage follows which, and which status goes with which stage.

Source of both tables: docs/model.md, "The path" and "Status".
"""

from __future__ import annotations

from collections.abc import Mapping

from store.vocabulary import Stage, Status

RANK: Mapping[Stage, int] = {
    Stage.NEW: 0,
    Stage.ACCEPTED: 1,
    Stage.ATTEMPTING: 2,
    Stage.CONNECTED: 3,
    Stage.QUALIFIED: 4,
    Stage.DISQUALIFIED: 5,
    Stage.CONVERTED: 6,
    Stage.CLOSED: 6,
}

# The bits of ``lead.entered``: what an at bat's spells say it entered, kept by triggers for the reports.
ENTERED: Mapping[Stage, int] = {Stage.ATTEMPTING: 1, Stage.CONNECTED: 2, Stage.QUALIFIED: 4, Stage.CONVERTED: 8}

ALLOWED_STATUSES: Mapping[Stage, tuple[Status, ...]] = {
    Stage.NEW: (Status.UNCONTACTED, Status.RECYCLED),
    Stage.ACCEPTED: (Status.UNCONTACTED, Status.RECYCLED),
    Stage.ATTEMPTING: (Status.ATTEMPTING, Status.STALE),
    Stage.CONNECTED: (Status.ATTEMPTING, Status.CONNECTED, Status.WORKING, Status.STALE),
    Stage.QUALIFIED: (Status.WORKING, Status.STALE, Status.QUALIFIED),
    Stage.DISQUALIFIED: (Status.UNQUALIFIED,),
    Stage.CONVERTED: (Status.CONVERTED,),
    Stage.CLOSED: (Status.NURTURE, Status.DISQUALIFIED),
}

# What an at bat passes through when it goes forward by more than one stage. Qualified is never passed through:
# it counts as entered only when it was; Disqualified only on the way to an outcome that disqualifies.
_PASSED = (Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED)
_WORKED_IN = (Stage.NEW, *_PASSED)


def forward(here: Stage, there: Stage) -> bool:
    """Whether going from ``here`` to ``there`` is a step forward (staying is not)."""
    return RANK[there] > RANK[here]


def skipped(here: Stage, there: Stage) -> tuple[Stage, ...]:
    """The stages passed over on the way from ``here`` to ``there``; empty for a closing, which skips nothing."""
    if there in (Stage.CLOSED, Stage.DISQUALIFIED):
        return ()
    return tuple(stage for stage in _PASSED if RANK[here] < RANK[stage] < RANK[there])


def set_back_to(stage: Stage) -> tuple[Stage, ...]:
    """The earlier stages that a team lead may set an open at bat back to, the nearest first."""
    return tuple(earlier for earlier in reversed(_WORKED_IN) if RANK[earlier] < RANK[stage])


def standing(stage: Stage, status: Status) -> str:
    """Stage and status as people say them, once where they are the same word: ``connected/attempting``."""
    return stage.label if stage.label == status.label else f"{stage.label}/{status.label}"


def allowed(stage: Stage, status: Status) -> bool:
    """Whether ``status`` may be held in ``stage``."""
    return status in ALLOWED_STATUSES[stage]
