"""When a name goes back from the sales pool to marketing's. Pure; source: docs/model.md, "Pools and lifecycle"."""

from __future__ import annotations

from collections.abc import Sequence

from store.instants import Instant
from store.ruleset import PoolRules
from store.vocabulary import Outcome


def demotes(outcomes: Sequence[Outcome], rules: PoolRules) -> str:
    """Why the endings of somebody's at bats, the newest first, send them back, in words; empty where they do not."""
    if not outcomes:
        return ""
    if outcomes[0] in rules.disqualified:
        return "a disqualification"
    wanted = rules.no_response
    latest = outcomes[:wanted] if wanted is not None else ()
    if wanted is not None and len(latest) == wanted and all(each is Outcome.NO_RESPONSE for each in latest):
        return f"{wanted} at bats without a response"
    return ""


def ignored_at(last: Instant, rules: PoolRules) -> Instant | None:
    """When somebody with whom nothing happened since ``last`` counts as ignored; None where the rules never say so."""
    return None if rules.ignored is None else last + rules.ignored
