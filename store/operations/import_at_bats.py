"""The at bats that rows of a file bring: open ones wherever the other system had them, ended ones with their ending.

An imported at bat is timed by the file; its window and its clocks begin with the import. See docs/model.md, "Intake".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store.instants import DAY, Instant
from store.intake.rows import ContactRow
from store.intake.statuses import Kind, Understanding
from store.lead_state import COLUMNS, LeadState
from store.models import Account, Assignment, Campaign, Lead, LeadContact, Row, StageSpell, StatusChange
from store.operations.at_bat import campaign_end
from store.operations.import_known import AtBat, Person
from store.operations.import_people import NO_CALLS
from store.operations.transaction import Transaction
from store.reach import zones_of
from store.rules import expiry, queue_order
from store.rules.cadence import next_step
from store.rules.path import skipped
from store.ruleset import ComesBack
from store.vocabulary import Channel, Decision, Motion, Outcome, Role, Stage, Status


@dataclass(frozen=True, slots=True)
class Owners:
    """Who gets what is imported: a user by the name or e-mail the file has, else ``otherwise`` (None: nobody yet)."""

    by_word: Mapping[str, int]
    otherwise: int | None = None

    def of(self, word: str) -> tuple[int | None, str]:
        """The owner for the file's word, and by which rule."""
        if (named := self.by_word.get(word.casefold())) is not None and word:
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

    def why_not(self, person: Person, meant: Understanding, row: ContactRow) -> str:
        """Why this row brings no at bat although its status means one; empty where it does."""
        if meant.kind is Kind.NONE:
            return ""
        last = person.at_bats[-1] if person.at_bats else None
        if last and last.open:
            return "already has an open at bat: the row only added to the person"
        if meant.kind is Kind.CLOSED:
            older = last and self._times(row, meant, None)[0] < (last.closed_at or last.opened_at)
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

    def make(self, row: ContactRow, person: Person, meant: Understanding) -> None:
        """One at bat, open or ended, as the row's status means it."""
        tx = self._tx
        owner_id, rule = self._owners.of(row.owner)
        opened, closed = self._times(row, meant, person.at_bats[-1] if person.at_bats else None)
        campaign_id = self._campaign(row.campaign, row.source) if row.campaign else None
        motion = self._motion
        if campaign_id is not None and motion is Motion.OUTBOUND_TARGET:
            motion = Motion.CAMPAIGN_RESPONSE
        values: dict[str, Any] = {
            "id": tx.next_id(Lead),
            "account_id": person.row["account_id"],
            "contact_id": person.id,
            "number": len(person.at_bats) + 1,
            "motion": motion,
            "source": row.source,
            "why": meant.note,
            "campaign_id": campaign_id,
            "owner_id": owner_id,
            "team_id": tx.store.team_id,
            "assigned_at": None if owner_id is None else tx.now,
            "opened_at": opened,
            "opened_day": tx.today(opened),
            "stage": meant.stage,
            "status": meant.status,
            "stage_at": opened if closed is None else closed,
            "imported": 1,
            "rules": tx.rules.digest,
            "updated_at": tx.now,
        }
        values.update(self._standing(values, person, meant) if closed is None else self._ending(meant, closed))
        self._rows[Lead].append(values)
        self._follow(values, meant, rule)
        eligible = values.get("eligible_at")
        person.at_bats.append(
            AtBat(values["id"], values["open"], values["stage"], meant.outcome, opened, closed, eligible)
        )
        if meant.outcome is Outcome.EXISTING and meant.reason == "already_customer" and values["account_id"]:
            self._customers.setdefault(values["account_id"], closed or tx.now)

    def write(self) -> None:
        """Write the at bats with their spells, status history, assignments and buying groups."""
        for model in (Campaign, Lead, LeadContact, StageSpell, StatusChange, Assignment):
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

    def _times(self, row: ContactRow, meant: Understanding, last: AtBat | None) -> tuple[Instant, Instant | None]:
        """When it was opened and, if ended, closed: as the file says, but not after now nor before what is known."""
        now = self._tx.now
        opened = min(row.created_at or now, now)
        if meant.kind is Kind.CLOSED:
            ended = row.converted_at or row.updated_at or opened
            return opened, min(max(ended, opened), now)
        if last is not None and opened < (last.closed_at or last.opened_at):
            opened = now  # what the file dates is the person; the new attempt begins today
        return opened, None

    def _standing(self, values: dict[str, Any], person: Person, meant: Understanding) -> dict[str, Any]:
        """Where an open at bat stands, when it is over, and what is next."""
        tx, opened = self._tx, values["opened_at"]
        assert meant.stage is not None
        assert meant.status is not None
        status = meant.status
        if status is Status.UNCONTACTED and person.at_bats:
            status = Status.RECYCLED
        standing = {"open": 1, "status": status, **self._beginning(values["motion"], values["campaign_id"], person)}
        if meant.stage is not Stage.NEW:
            standing["accepted_at"] = opened
        if meant.stage is Stage.CONNECTED:
            standing["connected_at"] = opened
        if status is Status.STALE:
            standing.update(decision=Decision.STALE, decision_at=tx.now)
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
            expires = expiry.window_end(motion, now, rules, calendar, campaign_end(self._tx, campaign_id))
            self._begun[motion, campaign_id, zone] = {
                "cadence": plan.key,
                "next_channel": first.channel if first else Channel.CALL,
                "due_at": first.due if first else now,
                "expires_at": expires,
                "warn_at": expiry.warns_at(expires, rules),
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
            "closed_at": closed,
            "eligible_at": eligible,
            "eligible_on": waits_for,
        }

    def _follow(self, values: dict[str, Any], meant: Understanding, rule: str) -> None:
        """The spells, the status, the assignment and the primary contact of an at bat."""
        lead_id, opened, now = values["id"], values["opened_at"], self._tx.now
        closed = values.get("closed_at")
        stage: Stage = values["stage"]
        path = [(Stage.NEW, 0), *((each, 1) for each in skipped(Stage.NEW, stage))]
        if meant.status is Status.DISQUALIFIED:
            path.append((Stage.DISQUALIFIED, 0))
        if stage is not Stage.NEW:
            path.append((stage, 0))
        entered = opened
        for number, (each, over) in enumerate(path, 1):
            left = None if number == len(path) else opened if closed is None else closed
            spell = {"lead_id": lead_id, "stage": each, "entered_at": entered, "left_at": left, "skipped": over}
            self._rows[StageSpell].append(spell)
            entered = opened if closed is None else closed
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
