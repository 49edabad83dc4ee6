"""The planned steps of an at bat: which comes next, when, and what to say.

When a step is due: on its business day counted from opening, but never sooner after the step before it than the plan
leaves between the two, so that a rep who is late keeps the gaps; at the team's opening time, or now where that has
passed, and a call not before the person may be called. See docs/model.md, "Cadences".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from store.instants import Instant
from store.rules.business import Calendar
from store.rules.calling import next_callable
from store.ruleset import Cadence, Calling, Step
from store.vocabulary import Channel

# What a script says where a name is not known.
_UNKNOWN = {
    "first_name": "there",
    "company": "your company",
    "industry": "your industry",
    "trigger": "your interest",
    "last_words": "(nothing was noted)",
}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Planned:
    """The next step: ``number`` of ``total``, counted from 1, and when it is due."""

    number: int
    total: int
    channel: Channel
    script: str
    due: Instant


def next_step(
    cadence: Cadence,
    done: int,
    opened_at: Instant,
    now: Instant,
    calendar: Calendar,
    calling: Calling,
    zones: Sequence[str] = (),
    last_at: Instant | None = None,
    usable: Callable[[Channel], Channel] = lambda planned: planned,
) -> Planned | None:
    """The step after the ``done`` first ones, never due before ``now``; None when the cadence has run out.

    ``last_at`` is when the last step was made (now unless given); ``zones`` are the person's candidate zones, empty
    where unknown; ``usable`` says which channel can be used in place of the planned one.
    """
    if done >= len(cadence.steps):
        return None
    step = cadence.steps[done]
    day = calendar.working_day(calendar.day(opened_at), step.day)
    if done > 0:
        last_day = calendar.day(now if last_at is None else last_at)
        gap = step.day - cadence.steps[done - 1].day
        day = max(day, calendar.working_day(last_day, gap))
    due = calendar.next_open(max(now, calendar.opening(day)))
    channel = usable(step.channel)
    if channel is Channel.CALL:
        due = next_callable(due, zones, calling, calendar)
    return Planned(done + 1, len(cadence.steps), channel, step.script, due)


def script(step: Step | Planned, names: Mapping[str, str | None]) -> str:
    """What to say at a step, with the placeholders filled; braces in the names themselves are left alone."""

    def word(found: re.Match[str]) -> str:
        return names.get(found[1]) or _UNKNOWN.get(found[1], found[0])

    return _PLACEHOLDER.sub(word, step.script)
