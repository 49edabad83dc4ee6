"""Experiments are begun and ended by a team lead; an at bat gets its arms when it is opened and keeps them.

What is running is what has not been ended, whatever a clock says. See docs/model.md, "Experiments".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.database import Store
from store.errors import Refusal
from store.intake.clean import clean_line, clean_note
from store.models import Experiment as ExperimentRow
from store.models import ExperimentArm, ExperimentAssignment
from store.operations.transaction import Done, Transaction, operation
from store.rules.experiments import IN_TURN, Arm, Experiment, Given, clash, given_to, names_of, understood
from store.vocabulary import Motion, Subject

_MOST_ARMS = 10
_MOST_SHARE = 1000


@dataclass(frozen=True, slots=True)
class ArmDraft:
    """An arm: what it is called, its share, and what it is given (empty: what the rules have).

    By subject ``value`` is the key of a cadence; a line for each step of a script, its number and what to say; names of
    people or teams with commas between, or "in turn"; a score.
    """

    name: str
    share: int = 1
    value: str = ""


@dataclass(frozen=True, slots=True)
class ExperimentDraft:
    """An experiment to be begun now, on new at bats of a motion or of any; the first arm is what is compared with."""

    name: str
    subject: Subject
    arms: Sequence[ArmDraft]
    motion: Motion | None = None


@dataclass(frozen=True, slots=True)
class EndDraft:
    """The experiment to be ended."""

    experiment_id: int


@operation("begin_experiment")
def begin_experiment(tx: Transaction, draft: ExperimentDraft) -> Done:
    """Begin an experiment: from now on each new at bat in its scope gets an arm. Team leads and admins only.

    Raises Refusal for fewer than two arms, for two alike, for a value that means nothing, and where one that runs
    changes the same of the same at bats.
    """
    if not tx.actor.leads_team:
        raise Refusal("Only a team lead or an admin begins an experiment.")
    name = _name(tx, draft.name)
    arms = _arms(tx, draft)
    other = clash(draft.subject, draft.motion, running(tx.store))
    if other is not None:
        raise Refusal(
            f"The experiment {other.name} runs on the {other.subject.label} of the same at bats: end that one first,"
            " or name another motion.",
            "subject",
        )
    motion = draft.motion.value if draft.motion is not None else None
    experiment_id = tx.insert(ExperimentRow, name=name, subject=draft.subject.value, starts_at=tx.now, motion=motion)
    for arm in arms:
        tx.insert(ExperimentArm, experiment_id=experiment_id, name=arm.name, share=arm.share, value=arm.value)
    whose = f"new {draft.motion.label} at bats" if draft.motion is not None else "new at bats"
    sentence = f"experiment {name} runs: {whose} get one of {len(arms)} arms from now on"
    return Done(tx.id, sentence, made={"experiment_id": experiment_id})


@operation("end_experiment")
def end_experiment(tx: Transaction, draft: EndDraft) -> Done:
    """End an experiment: no new at bat gets an arm of it, those that have one keep it. Team leads and admins only."""
    if not tx.actor.leads_team:
        raise Refusal("Only a team lead or an admin ends an experiment.")
    row = tx.get(ExperimentRow, draft.experiment_id)
    if row["ends_at"] is not None:
        raise Refusal(f"The experiment {row['name']} has ended already.")
    tx.not_before(row["starts_at"])
    tx.update(ExperimentRow, row, ends_at=tx.now)
    return Done(tx.id, f"experiment {row['name']} has ended: at bats that have an arm keep it")


def _name(tx: Transaction, said: str) -> str:
    name = clean_line(said, field="name", limit=tx.rules.limits.name)
    if not name:
        raise Refusal("An experiment needs a name.", "name")
    # An ended one too: its name decides who gets which arm, and the same people should not meet in the same arm again.
    for (known,) in tx.store.rows("SELECT name FROM experiment"):
        if known.casefold() == name.casefold():
            raise Refusal(f"There is an experiment {known} already: choose another name.", "name")
    return name


def _arms(tx: Transaction, draft: ExperimentDraft) -> list[ArmDraft]:
    if not 2 <= len(draft.arms) <= _MOST_ARMS:
        raise Refusal(f"An experiment compares 2 to {_MOST_ARMS} arms.", "arms")
    arms: list[ArmDraft] = []
    for given in draft.arms:
        name = clean_line(given.name, field="arms", limit=tx.rules.limits.name)
        if not name:
            raise Refusal("Every arm needs a name.", "arms")
        if any(name.casefold() == arm.name.casefold() for arm in arms):
            raise Refusal(f"Two arms are called {name}: choose another name.", "arms")
        if not 1 <= given.share <= _MOST_SHARE:
            raise Refusal(f"The share of {name} must be a whole number from 1 to {_MOST_SHARE}.", "arms")
        value = _value(tx, draft, given)
        if any(value == arm.value for arm in arms):
            raise Refusal(f"Two arms are given the same, {name} is one: there is nothing to compare.", "arms")
        arms.append(ArmDraft(name, given.share, value))
    return arms


def _value(tx: Transaction, draft: ExperimentDraft, arm: ArmDraft) -> str:
    said = clean_note(arm.value, field="arms", limit=tx.rules.limits.note)
    try:
        value = understood(draft.subject, said, draft.motion, tx.rules)
    except ValueError as problem:
        raise Refusal(str(problem), "arms") from None
    if draft.subject is Subject.ROUTING and value and value.casefold() != IN_TURN:
        known = {name.casefold() for (name,) in tx.store.rows(_WHO)}
        for name in names_of(value):
            if name.casefold() not in known:
                raise Refusal(f"Nobody here and no team is called {name}.", "arms")
    return value


_WHO = 'SELECT name FROM "user" WHERE id > 1 AND active = 1 UNION SELECT name FROM team'


# --- the arms of an at bat ----------------------------------------------------------------------------------------


def running(store: Store) -> tuple[Experiment, ...]:
    """Every experiment that has not been ended, the oldest first."""
    return _experiments(store.rows(f"{_SELECT} WHERE e.ends_at IS NULL ORDER BY e.id, r.id"))


def arms_of_new(tx: Transaction, motion: Motion, contact_id: int | None, account_id: int | None) -> tuple[Given, ...]:
    """The arms that an at bat gets which is opened now."""
    return given_to(running(tx.store), motion, contact_id, account_id)


def keep_arms(tx: Transaction, lead_id: int, given: Sequence[Given]) -> None:
    """Record the arms of an at bat that was opened."""
    for one in given:
        tx.insert(ExperimentAssignment, lead_id=lead_id, experiment_id=one.experiment.id, arm_id=one.arm.id, at=tx.now)


def arms_kept(store: Store, lead_id: int) -> tuple[Given, ...]:
    """The arms that an at bat was given when it was opened."""
    rows = store.rows(_KEPT, (lead_id,))
    known = {one.id: one for one in _experiments([row[1:] for row in rows])}
    return tuple(
        Given(one, next(arm for arm in one.arms if arm.id == arm_id))
        for experiment_id, arm_id in dict.fromkeys((row[1], row[0]) for row in rows)
        for one in (known[experiment_id],)
    )


def _experiments(rows: Sequence[tuple[Any, ...]]) -> tuple[Experiment, ...]:
    heads: dict[int, tuple[str, Subject, Motion | None]] = {}
    arms: dict[int, list[Arm]] = defaultdict(list)
    for id, name, subject, motion, *arm in rows:
        heads[id] = (name, Subject(subject), Motion(motion) if motion else None)
        arms[id].append(Arm(*arm))
    return tuple(Experiment(id, *head, tuple(arms[id])) for id, head in heads.items())


_COLUMNS = "e.id, e.name, e.subject, e.motion, r.id, r.name, r.share, r.value"
_FROM = "experiment e JOIN experiment_arm r ON r.experiment_id = e.id"
_SELECT = f"SELECT {_COLUMNS} FROM {_FROM}"
_KEPT = f"""
SELECT x.arm_id, {_COLUMNS} FROM experiment_assignment x JOIN {_FROM}
WHERE e.id = x.experiment_id AND x.lead_id = ? AND x.void = 0 ORDER BY e.id, r.id"""
