"""Open tasks of another system as the next steps of the at bats they are on. See docs/model.md, "Intake"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from store.instants import Instant
from store.lead_state import LeadState
from store.operations.at_bat import advance
from store.operations.transaction import Transaction
from store.reach import reach_of
from store.rules import queue_order
from store.rules.cadence import next_step
from store.rules.touch import usable
from store.vocabulary import Channel, PromiseState, Stage

TAKEN = "tasks taken as next steps"
ENDED = "open task of an at bat that has ended: it stands in the timeline alone"
BEHIND = "open task behind the next step of its at bat: it stands in the timeline alone"
_LONGEST = 80  # letters of its words that stand in a queue


class Step(NamedTuple):
    """What is to be done next on an at bat: when, and in which words."""

    due_at: Instant
    words: str


def step_of(task: Mapping[str, Any]) -> Step:
    """A task as the next step; its title says what it is."""
    line = task["words"].partition("\n")[0].strip() or "task"
    return Step(task["due_at"], line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…")


def taken(tx: Transaction, lead: LeadState, changes: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """The columns by which an open at bat, once ``changes`` are made to it, has this next step; none where it has not.

    A decision, a promise, an answer that is owed and a snooze stay what they are, and so does an earlier step that
    somebody here, or another task, has named. The cadence of an imported at bat that nobody has worked gives way.
    """
    if lead.stage is Stage.DISQUALIFIED or lead.decision is not None or lead.snoozed_until is not None:
        return {}
    planned = lead.imported and not lead.next_words and tx.store.value(_LAST_BY, (lead.id,)) == "import"
    if not planned and lead.due_at is not None and lead.due_at <= step.due_at:
        return {}
    columns = {"due_at": step.due_at, "next_words": step.words}
    placed = queue_order.place(lead, {**changes, **columns}, tx.rules, tx.store.calendar)
    return columns if placed["due_at"] == step.due_at else {}


def follow(tx: Transaction, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Let the at bat whose next step was this task follow it; once it is done, the next task or the cadence is next."""
    if before["lead_id"] is None:
        return
    lead, was = tx.lead(before["lead_id"]), step_of(before)
    if not lead.open or (lead.due_at, lead.next_words) != was:
        return
    if after["state"] is PromiseState.OPEN:
        changes: dict[str, Any] = {"due_at": after["due_at"]}
    elif (other := tx.store.row(_NEXT_TASK, (lead.id, before["id"]))) is not None:
        due_at, words = step_of({"due_at": other[0], "words": other[1]})
        changes = {"due_at": due_at, "next_words": words}
    else:
        changes = {**_planned(tx, lead), "next_words": ""}
    tx.not_before(max(lead.updated_at, lead.stage_at))
    advance(tx, lead, {**changes, **queue_order.place(lead, changes, tx.rules, tx.store.calendar)})


def _planned(tx: Transaction, lead: LeadState) -> dict[str, Any]:
    rules = tx.rules
    plan = rules.cadences.get(lead.cadence) or rules.cadence_of(lead.motion)
    reach, now = reach_of(tx.store, lead.contact_id), tx.now
    by = partial(usable, reach)
    step = next_step(plan, lead.cadence_step, now, now, tx.store.calendar, rules.calling, reach.zones, usable=by)
    if step is None:
        return {"next_channel": Channel.CALL, "due_at": tx.now}
    return {"next_channel": step.channel, "due_at": step.due}


_LAST_BY = "SELECT o.by FROM lead l JOIN operation o ON o.id = l.written_id WHERE l.id = ?"
_NEXT_TASK = """
SELECT due_at, words FROM task
WHERE lead_id = ? AND id <> ? AND kind = 'to_do' AND state = 'open' AND void = 0 ORDER BY due_at, id LIMIT 1"""
