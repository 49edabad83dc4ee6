"""The at bats that rows of a file bring: open ones wherever the other system had them, ended ones with their ending.

An imported at bat is timed by the file; its window and its clocks begin with the import. See docs/model.md, "Intake".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from store.instants import DAY, Instant
from store.intake.rows import ContactRow
from store.intake.statuses import Kind, Understanding
from store.lead_state import COLUMNS, LeadState
from store.models import Account, Assignment, Campaign, Conversion, Lead, LeadContact, Row, StageSpell, StatusChange
from store.operations.at_bat import campaign_end
from store.operations.import_known import AtBat, Person
from store.operations.import_people import NO_CALLS
from store.operations.import_steps import Step
from store.operations.scoring import total_of
from store.operations.transaction import Transaction
from store.reach import zones_of
from store.rules import expiry, queue_order
from store.rules.cadence import next_step
from store.rules.path import RANK
from store.ruleset import ComesBack
from store.vocabulary import Channel, Decision, Motion, Outcome, Role, Stage, Status

_NAME_PARTS = re.compile(r"[._-]+")


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of one at bat beside its status: times are None where unknown."""

    owner: str
    source: str
    campaign: str = ""
    created_at: Instant | None = None
    ended_at: Instant | None = None

    @classmethod
    def of(cls, row: ContactRow) -> About:
        """As a row of people says it."""
        return cls(row.owner, row.source, row.campaign, row.created_at, row.converted_at or row.updated_at)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What activities show of an at bat: ``counters`` are its columns, instants None where nothing of that was.

    ``step`` is the first thing that is still to be done, ``planned_at`` when the last is.
    """

    first_at: Instant | None = None
    last_at: Instant | None = None
    tried_at: Instant | None = None
    reached_at: Instant | None = None
    met: bool = False
    step: Step | None = None
    planned_at: Instant | None = None
    counters: Mapping[str, Any] = field(default_factory=dict)


NO_EVIDENCE = Evidence()


class Deal(NamedTuple):
    """An opportunity of a person, as an at bat is converted into it."""

    id: int
    open: int
    opened_at: Instant
    closed_at: Instant | None


@dataclass(frozen=True, slots=True)
class Owners:
    """Who gets what is imported: a user by the name or e-mail the file has, else ``otherwise`` (None: nobody yet)."""

    by_word: Mapping[str, int]
    otherwise: int | None = None

    def named(self, word: str) -> int | None:
        """The user a word of the file means: a name or an address, or an address made of a name (``ana.kos@…``)."""
        folded = word.casefold()
        if not folded:
            return None
        local = " ".join(_NAME_PARTS.split(folded.partition("@")[0])) if "@" in folded else folded
        return self.by_word.get(folded, self.by_word.get(local))

    def of(self, word: str) -> tuple[int | None, str]:
        """The owner for the file's word, and by which rule."""
        if (named := self.named(word)) is not None:
            return named, "import: owner in the file"
        if self.otherwise is not None:
            return self.otherwise, "import: owner given"
        return None, "import: no owner known"


class AtBats:
    """Makes the at bats of one batch and remembers what to write."""

    def __init__(self, tx: Transaction, owners: Owners, motion: Motion) -> None:
        self._tx = tx
        self._owners = owners
        self._motion = motion
        self._rows: defaultdict[type[Row], list[Mapping[str, Any]]] = defaultdict(list)
        self._campaigns: dict[str, int] = {}
        self._begun: dict[tuple[Motion, int | None, str], dict[str, Any]] = {}
        self._customers: dict[int, Instant] = {}

    def why_not(self, person: Person, meant: Understanding, about: About) -> str:
        """Why this row brings no at bat although its status means one; empty where it does."""
        if meant.kind is Kind.NONE:
            return ""
        last = person.at_bats[-1] if person.at_bats else None
        if last and last.open:
            return "already has an open at bat: the row only added to the person"
        if meant.kind is Kind.CLOSED:
            older = last and self._times(about, meant, None)[0] < (last.closed_at or last.opened_at)
            return "has later at bats here: the ended one of the file was left out" if older else ""
        if person.row["suppressed_at"] is not None:
            return "asked not to be contacted: no at bat was opened"
        if person.row["bogus_at"] is not None:
            return "was rejected by sales: no at bat was opened"
        if person.in_talks:
            return "has an open opportunity: no at bat was opened"
        if last and not self._may_return(last):
            return "was worked before and may not come back yet: no at bat was opened"
        return ""

    def make(
        self,
        about: About,
        person: Person,
        meant: Understanding,
        shown: Evidence = NO_EVIDENCE,
        deal: Deal | None = None,
        *,
        first: bool = False,
    ) -> AtBat:
        """One at bat, open or ended as ``meant``, or converted into ``deal``.

        ``first`` puts it before those the person has; their numbers are the caller's to move.
        """
        tx = self._tx
        owner_id, rule = self._owners.of(about.owner)
        last = person.at_bats[-1] if person.at_bats and not first else None
        opened, closed = self._times(about, meant, last, shown, deal)
        campaign_id = self._campaign(about.campaign, about.source) if about.campaign else None
        motion = self._motion
        if campaign_id is not None and motion is Motion.OUTBOUND_TARGET:
            motion = Motion.CAMPAIGN_RESPONSE
        path = _path(opened, closed, meant, shown, deal)
        values: dict[str, Any] = {
            "id": tx.next_id(Lead),
            "account_id": person.row["account_id"],
            "contact_id": person.id,
            "number": 1 if first else len(person.at_bats) + 1,
            "motion": motion,
            "source": about.source,
            "why": meant.note,
            "campaign_id": campaign_id,
            "owner_id": owner_id,
            "team_id": tx.store.team_id,
            "assigned_at": None if owner_id is None else tx.now,
            "opened_at": opened,
            "opened_day": tx.today(opened),
            "stage": path[-1][0],
            "status": meant.status,
            "stage_at": path[-1][2],
            "accepted_at": next((at for stage, skipped, at in path if stage is Stage.ACCEPTED and not skipped), None),
            "connected_at": shown.reached_at,
            "imported": 1,
            "rules": tx.rules.digest,
            "updated_at": tx.now,
            **shown.counters,
        }
        if deal is not None:
            values.update(self._conversion())
        elif closed is not None:
            values.update(self._ending(meant, closed))
        else:
            values.update(self._standing(values, person, meant, shown.step))
        values["closed_at"] = closed
        self._rows[Lead].append(values)
        self._follow(values, path, rule)
        if deal is not None:
            self._convert(values, deal, meant)
        outcome = Outcome(values["outcome"]) if closed is not None else None
        made = AtBat(
            *(values["id"], values["open"], values["stage"], outcome, opened, closed, values.get("eligible_at")),
            why=meant.note,
        )
        person.at_bats.insert(0 if first else len(person.at_bats), made)
        if meant.outcome is Outcome.EXISTING and meant.reason == "already_customer" and values["account_id"]:
            self._customers.setdefault(values["account_id"], closed or tx.now)
        return made

    def write(self) -> None:
        """Write the at bats with their spells, status history, assignments and buying groups.

        Their people and companies are written already: the open ones are scored by them.
        """
        store, now = self._tx.store, self._tx.now
        self._rows[Lead] = [
            {**row, "score": total_of(store, row["contact_id"], row["account_id"], now)} if row["open"] else row
            for row in self._rows[Lead]
        ]
        for model in _WRITTEN:
            self._tx.insert_many(model, self._rows[model])
        for account_id, since in self._customers.items():
            account = self._tx.get(Account, account_id)
            if account["customer_since"] is None:
                self._tx.update(Account, account, customer_since=since)

    def _may_return(self, last: AtBat) -> bool:
        if last.eligible_at is not None:
            return last.eligible_at <= self._tx.now
        comes_back = self._tx.rules.outcomes[Outcome(last.outcome)].comes_back if last.outcome else ComesBack.NEVER
        return comes_back in (ComesBack.NEW_SIGNAL, ComesBack.WHEN_FIXED)

    def _times(
        self,
        about: About,
        meant: Understanding,
        last: AtBat | None,
        shown: Evidence = NO_EVIDENCE,
        deal: Deal | None = None,
    ) -> tuple[Instant, Instant | None]:
        """When it was opened and, if ended, closed: as the file says, but not after now nor before what is known.

        What happened with the person opens it, where that was before the other system had them.
        """
        now = self._tx.now
        created = about.created_at or now
        opened = min(created, now) if shown.first_at is None else min(created, shown.first_at, now)
        if deal is not None:
            return opened, min(max(deal.opened_at, opened), now)
        if meant.kind is Kind.CLOSED:
            ended = max(about.ended_at or opened, shown.last_at or opened, opened)
            return opened, min(ended, now)
        if last is not None and opened < (last.closed_at or last.opened_at):
            # What the file dates is the person; the new attempt begins today, and never before the one that was.
            opened = max(now, last.closed_at or last.opened_at)
        return opened, None

    def _standing(
        self, values: dict[str, Any], person: Person, meant: Understanding, step: Step | None
    ) -> dict[str, Any]:
        """Where an open at bat stands, when it is over, and what is next."""
        tx, opened = self._tx, values["opened_at"]
        assert meant.status is not None
        stage, status = values["stage"], meant.status
        if status is Status.UNCONTACTED and person.at_bats:
            status = Status.RECYCLED
        # the next tick looks at it, and starts its clocks
        standing = {
            "open": 1,
            "rule_at": tx.now,
            "status": status,
            **self._beginning(values["motion"], values["campaign_id"], person),
        }
        if stage is not Stage.NEW and values["accepted_at"] is None:
            standing["accepted_at"] = opened
        if stage is Stage.CONNECTED and values["connected_at"] is None:
            standing["connected_at"] = opened
        if status is Status.STALE:
            standing.update(decision=Decision.STALE, decision_at=tx.now)
        elif step is not None:
            standing.update(due_at=step.due_at, next_words=step.words)
        if person.row["consent"] == NO_CALLS and standing["next_channel"] is Channel.CALL:
            standing["next_channel"] = Channel.EMAIL
        state = LeadState(**dict.fromkeys(COLUMNS) | values | standing)  # type: ignore[arg-type]
        return {**standing, **queue_order.place(state, {}, tx.rules, tx.store.calendar)}

    def _beginning(self, motion: Motion, campaign_id: int | None, person: Person) -> dict[str, Any]:
        """The window and the first step, which begin with the import: the same for all of a motion and a zone."""
        zone = str(person.row["zone"])
        if (motion, campaign_id, zone) not in self._begun:
            now, rules, calendar = self._tx.now, self._tx.rules, self._tx.store.calendar
            plan = rules.cadence_of(motion)
            first = next_step(plan, 0, now, now, calendar, rules.calling, zones_of(zone))
            expires = expiry.window_end(motion, now, rules, calendar, campaign_end(self._tx.store, campaign_id))
            self._begun[motion, campaign_id, zone] = {
                "cadence": plan.key,
                "next_channel": first.channel if first else Channel.CALL,
                "due_at": first.due if first else now,
                "expires_at": expires,
                "warn_at": expiry.warns_at(expires, motion, rules),
            }
        return self._begun[motion, campaign_id, zone]

    def _ending(self, meant: Understanding, closed: Instant) -> dict[str, Any]:
        """How an ended at bat ended, and when the person may come back."""
        assert meant.outcome is not None
        rules = self._tx.rules
        after = rules.outcomes[meant.outcome]
        eligible = None
        if meant.return_days is not None:
            eligible = self._tx.now + meant.return_days * DAY
        elif after.recycle_days is not None:
            eligible = closed + after.recycle_days * DAY
        elif after.comes_back is ComesBack.ON_DATE:
            eligible = self._tx.now  # the file names no date: whoever looks through the recycling list decides
        waits_for = "" if after.comes_back in (ComesBack.AFTER_DAYS, ComesBack.ON_DATE) else after.comes_back.value
        return {
            "open": 0,
            "outcome": meant.outcome,
            "reason": meant.reason,
            "eligible_at": eligible,
            "eligible_on": waits_for,
        }

    def _conversion(self) -> dict[str, Any]:
        """How an at bat that became an opportunity ended."""
        reason = self._tx.rules.outcomes[Outcome.CONVERTED].default_reason
        return {"open": 0, "status": Status.CONVERTED, "outcome": Outcome.CONVERTED, "reason": reason}

    def _convert(self, values: Mapping[str, Any], deal: Deal, meant: Understanding) -> None:
        """Say what it became."""
        made = {"lead_id": values["id"], "opportunity_id": deal.id, "at": values["closed_at"]}
        was = (Stage.CONNECTED, Status.WORKING)
        if meant.kind is Kind.OPEN and meant.stage is not None and meant.status is not None:
            was = (meant.stage, meant.status)
        self._rows[Conversion].append(
            {**made, "user_id": self._tx.actor.user_id, "from_stage": was[0], "from_status": was[1]}
        )

    def _follow(self, values: dict[str, Any], path: list[tuple[Stage, int, Instant]], rule: str) -> None:
        """The spells, the status, the assignment and the primary contact of an at bat."""
        lead_id, now = values["id"], self._tx.now
        for number, (stage, skipped, at) in enumerate(path, 1):
            left = path[number][2] if number < len(path) else None
            spell = {"lead_id": lead_id, "stage": stage, "entered_at": at, "left_at": left, "skipped": skipped}
            self._rows[StageSpell].append(spell)
        self._rows[StatusChange].append({"lead_id": lead_id, "status": values["status"], "at": values["stage_at"]})
        self._rows[Assignment].append({"lead_id": lead_id, "owner_id": values["owner_id"], "at": now, "rule": rule})
        member = {"lead_id": lead_id, "contact_id": values["contact_id"], "role": Role.OTHER}
        self._rows[LeadContact].append({**member, "is_primary": 1, "added_at": now})

    def _campaign(self, name: str, source: str) -> int:
        """The campaign of that name, made where it is new."""
        if name not in self._campaigns:
            known = self._tx.store.value("SELECT id FROM campaign WHERE name = ?", (name,))
            self._campaigns[name] = known if known is not None else self._tx.next_id(Campaign)
            if known is None:
                self._rows[Campaign].append({"id": self._campaigns[name], "name": name, "source": source})
        return self._campaigns[name]


_WRITTEN = (Campaign, Lead, LeadContact, StageSpell, StatusChange, Assignment, Conversion)
_PASSED = (Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED)


def _path(
    opened: Instant, closed: Instant | None, meant: Understanding, shown: Evidence, deal: Deal | None
) -> list[tuple[Stage, int, Instant]]:
    """Every stage on the way with 1 where it was skipped, and when it was entered; the last is where it stands.

    A stage that activities show was entered then; what only the status implies was skipped, at no length.
    """
    assert meant.stage is not None
    goal = Stage.CONVERTED if deal is not None else meant.stage
    seen = {Stage.ACCEPTED: shown.tried_at, Stage.ATTEMPTING: shown.tried_at, Stage.CONNECTED: shown.reached_at}
    furthest = max((RANK[stage] for stage, at in seen.items() if at is not None), default=0)
    implied = furthest if goal is Stage.CLOSED else RANK[goal] - 1
    steps: list[tuple[Stage, int, Instant]] = [(Stage.NEW, 0, opened)]
    ended, at = closed if closed is not None else opened, opened
    for stage in _PASSED:
        if RANK[stage] > implied and stage is not goal:
            continue
        known = seen[stage]
        if known is not None:
            at = max(at, known if closed is None else min(known, closed))
        steps.append((stage, int(known is None and stage is not goal), at))
    if deal is None and meant.status is Status.DISQUALIFIED and closed is not None:
        steps.append((Stage.DISQUALIFIED, 0, ended))
    if goal not in _PASSED and goal is not Stage.NEW:
        steps.append((goal, 0, ended))
    for number in range(len(steps) - 2, 0, -1):  # what was skipped has no length: it is entered with what follows
        stage, skipped, _ = steps[number]
        if skipped:
            steps[number] = (stage, skipped, steps[number + 1][2])
    return steps
