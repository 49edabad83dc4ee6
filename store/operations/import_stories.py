"""What happened with a person elsewhere, put where it belongs: onto the at bat it was part of, new or here already.

One at bat for each person with a lead status or an activity: it opens with the earlier of the two, stands no lower
than its activities show, and became the deal that the other system says it did. See docs/model.md, "Intake".
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from store.instants import Instant
from store.intake.mapping import folded, presets
from store.intake.objects import ActivityRow
from store.intake.rows import Reject
from store.intake.staging import Staging
from store.intake.statuses import Kind, Understanding
from store.lead_state import LeadState
from store.models import Conversion, Opportunity, OpportunityContact, StageSpell
from store.operations.at_bat import advance
from store.operations.import_activities import Entries, Entry, evidence
from store.operations.import_at_bats import NO_EVIDENCE, About, AtBats, Deal, Evidence
from store.operations.import_deals import became_customer
from store.operations.import_known import AtBat, Person
from store.operations.import_source import Source
from store.operations.import_steps import BEHIND, ENDED, TAKEN, step_of, taken
from store.operations.import_summary import Summary
from store.operations.promises import end_promises
from store.operations.transaction import Transaction
from store.rules import queue_order
from store.rules.path import RANK, skipped
from store.vocabulary import OpportunityStage, Outcome, Role, Stage, Status

_NO_STATUS = "no lead status there: what happened shows it"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The rows of other files that wait for their people."""

    staging: Staging
    sources: Mapping[int, Source] = field(default_factory=dict)


@dataclass(slots=True)
class Story:
    """What waits for one person: activities in the order of time, and deals as at bats are converted into them."""

    entries: list[Entry] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)


class Stories:
    """Tells the stories of the people of one batch."""

    def __init__(
        self, tx: Transaction, waiting: Waiting, at_bats: AtBats, entries: Entries, keys: Iterable[str]
    ) -> None:
        self._tx = tx
        self._waiting = waiting
        self._at_bats = at_bats
        self._entries = entries
        self._new: set[int] = set()
        self._attached: defaultdict[int, list[Entry]] = defaultdict(list)
        self._converted: dict[int, Deal] = {}
        self._renumbered: list[AtBat] = []
        self._members: dict[tuple[int, int], None] = {}
        self._by_key: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._held: dict[tuple[int, int], Entry] = {}
        self._targets: dict[tuple[int, int], int] = {}
        self._named: dict[tuple[int, int], list[str]] = {}
        self._deals: dict[int, Deal] = {}
        self._of_person: defaultdict[int, list[int]] = defaultdict(list)
        self._read(dict.fromkeys(keys))

    def of(self, person: Person, keys: Iterable[str]) -> Story:
        """What waits for a person under these keys; it no longer waits then."""
        wanted = set(keys)
        places = dict.fromkeys(place for key in wanted for place in self._by_key.get(key, ()))
        story = Story()
        for place in places:
            if (deal := self._deals.get(self._targets.get(place, 0))) is not None:
                story.deals.append(deal)
            elif (entry := self._held.pop(place, None)) is not None:
                story.entries.append(entry)
            self._waiting.staging.finish(*place, wanted.intersection(self._named[place]))
        story.entries.sort(key=lambda each: (each.at, each.row.line))
        return story

    def known_deals(self, people: Iterable[int]) -> None:
        """Read the opportunities that these people have a part in already."""
        for contact_id, *values in self._tx.store.rows(_DEALS_OF, (json.dumps(list(people)),)):
            self._deals[values[0]] = Deal(*values)
            self._of_person[contact_id].append(values[0])

    def tell(
        self, about: About, person: Person, meant: Understanding, story: Story, summary: Summary, label: str
    ) -> AtBat | None:
        """Put a story where it belongs, with a new at bat where ``meant`` or an activity calls for one; gives that."""
        for deal in story.deals:
            self._members[deal.id, person.id] = None
        story.entries = [each for each in story.entries if not self._rejected(each, person)]
        known = [self._deals[deal_id] for deal_id in self._of_person[person.id]]
        became = _choice([*story.deals, *known])
        if meant.kind is Kind.NONE:
            if person.at_bats or not story.entries:
                return self._attach(about, person, story, became, label, summary)
            meant, about = self._shown_by(evidence(story.entries), person, label), replace(about, ended_at=None)
        elif person.at_bats:
            since = person.at_bats[-1].closed_at or person.at_bats[-1].opened_at
            earlier = Story([each for each in story.entries if each.counts_at < since])
            self._attach(about, person, earlier, None, label, summary)
            story.entries = [each for each in story.entries if each.counts_at >= since]
        return self._make(about, person, meant, story.entries, became if meant.deal else None, summary)

    def write(self) -> None:
        """Write the entries, then what follows from them for at bats that were here before."""
        self._entries.write()
        self._join()
        for at_bat in self._renumbered:
            lead = self._tx.lead(at_bat.id)
            self._tx.save_lead(lead, {"number": lead.number + 1})
        for lead_id, entries in self._attached.items():
            self._count(self._tx.lead(lead_id), entries)
        for lead_id, deal in self._converted.items():
            self._convert(self._tx.lead(lead_id), deal)

    # -- reading what waits ----------------------------------------------------------------------------------------

    def _read(self, keys: Mapping[str, None]) -> None:
        staging, sources = self._waiting.staging, self._waiting.sources
        rows: defaultdict[int, list[tuple[ActivityRow, Sequence[str]]]] = defaultdict(list)
        for file, line, cells, target, named in staging.of(keys):
            self._named[file, line] = named
            for key in named:
                self._by_key[key].append((file, line))
            if target is not None:
                self._targets[file, line] = target
                continue
            row = sources[file].reader.read(line, cells)
            assert isinstance(row, ActivityRow)
            rows[file].append((row, cells))
        for file, given in rows.items():
            fresh = self._entries.read(sources[file], given)
            self._held.update({(file, each.row.line): each for each in fresh})
            taken = {row.line for row, _ in given} - {each.row.line for each in fresh}
            for line in taken:
                staging.finish(file, line, self._named[file, line])
        for values in self._tx.store.rows(_DEALS, (json.dumps(list(self._targets.values())),)):
            self._deals[values[0]] = Deal(*values)

    def _rejected(self, entry: Entry, person: Person) -> bool:
        if why := self._entries.why_not(entry, person):
            entry.source.reject(Reject(entry.row.line, why, tuple(entry.cells)))
        return bool(why)

    # -- new at bats -----------------------------------------------------------------------------------------------

    def _make(
        self,
        about: About,
        person: Person,
        meant: Understanding,
        entries: Sequence[Entry],
        deal: Deal | None,
        summary: Summary,
        *,
        first: bool = False,
    ) -> AtBat:
        shown = evidence(entries) if entries else NO_EVIDENCE
        if deal is None:
            meant = _raised(meant, shown)
        made = self._at_bats.make(about, person, meant, shown, deal, first=first)
        self._new.add(made.id)
        for entry in entries:
            after = deal is not None and entry.at >= (made.closed_at or 0)
            self._entries.add(entry, person, made.id, deal.id if deal and after else None)
        if deal is not None:
            self._members[deal.id, person.id] = None
        _tell_tasks(entries, shown if made.open and meant.status is not Status.STALE else NO_EVIDENCE, bool(made.open))
        summary.brought(opened=bool(made.open), converted=deal is not None)
        return made

    def _shown_by(self, shown: Evidence, person: Person, label: str) -> Understanding:
        """What an at bat of which only activities tell has come to: over, unless something happened of late."""
        tx, rules = self._tx, self._tx.rules
        note = f"{label}: {_NO_STATUS}"
        may_open = person.row["suppressed_at"] is None and person.row["bogus_at"] is None and not person.in_talks
        last = max(shown.last_at or 0, shown.planned_at or 0)
        if may_open and tx.store.calendar.add(last, rules.sla.stale) > tx.now:
            return Understanding(Kind.OPEN, Stage.NEW, Status.UNCONTACTED, note=note, deal=True)
        outcome, reason = Outcome.NO_RESPONSE, "stale" if shown.tried_at is None else "no_reply"
        if shown.reached_at is not None:
            outcome, reason = Outcome.NOT_READY, "cold"
        if reason not in rules.reasons or outcome not in rules.reasons[reason].outcomes:
            reason = rules.outcomes[outcome].default_reason
        return Understanding(Kind.CLOSED, Stage.CLOSED, Status.NURTURE, outcome, reason, note=note, deal=True)

    # -- at bats that are here -------------------------------------------------------------------------------------

    def _attach(
        self, about: About, person: Person, story: Story, deal: Deal | None, label: str, summary: Summary
    ) -> AtBat | None:
        """Put activities onto the at bats they were part of, and the deal behind the one that waited for it."""
        made = None
        older = [each for each in story.entries if person.at_bats and each.counts_at < person.at_bats[0].opened_at]
        if older and len(person.at_bats) == 1 and person.at_bats[0].open and not person.at_bats[0].imported:
            # The one that is worked now was made by hand: what happened before it was an attempt of its own.
            now = person.at_bats[0]
            ended = self._shown_by(evidence(older), replace(person, in_talks=True), label)
            about = replace(about, created_at=None, ended_at=None)
            made = self._make(about, person, ended, older, None, summary, first=True)
            self._renumbered.append(now)
            story.entries = [each for each in story.entries if each not in older]
        for entry in story.entries:
            at_bat = _at(person.at_bats, entry.counts_at)
            if at_bat.id in self._new and not at_bat.open:
                self._waiting.staging.again(entry.source.number, entry.row.line)  # once that has ended for good
                continue
            self._entries.add(entry, person, at_bat.id)
            if at_bat.open:
                self._attached[at_bat.id].append(entry)
            else:
                _tell_tasks([entry], NO_EVIDENCE, False)
        last = person.at_bats[-1] if person.at_bats else None
        if deal is not None and last is not None and last.open and last.imported and self._waits(last):
            self._converted[last.id] = deal
            summary.made["at bats converted"] += 1
        return made

    def _waits(self, at_bat: AtBat) -> bool:
        """Whether the status that an at bat was imported with says that there is a deal."""
        status = at_bat.why.partition(": ")[2]
        known = (preset.statuses.get(folded(status)) for preset in presets().values())
        return any(meant is not None and meant.deal for meant in known)

    def _count(self, lead: LeadState, entries: Sequence[Entry]) -> None:
        """Let the counters of an open at bat say what was added, and let it stand no lower than that shows."""
        tx, shown = self._tx, evidence(entries)
        changes = _added(lead, shown)
        path: tuple[tuple[Stage, bool], ...] = ()
        if lead.stage is not Stage.DISQUALIFIED:
            goal, status = _standing(lead.stage, lead.status, shown)
            if goal is not lead.stage:
                passed = tuple((each, True) for each in skipped(lead.stage, goal))
                path = (*passed, (goal, False))
                changes.update(status=status, accepted_at=lead.accepted_at or tx.now)
        if lead.imported and shown.first_at is not None and shown.first_at < lead.opened_at:
            changes.update(self._opened(lead, shown.first_at))
        after = {**changes, "stage": path[-1][0]} if path else changes
        step = taken(tx, lead, after, shown.step) if shown.step is not None else {}
        _tell_tasks(entries, shown if step else NO_EVIDENCE, True)
        changes.update(step)
        after = {**after, **step}
        changes.update(queue_order.place(lead, after, tx.rules, tx.store.calendar))
        tx.not_before(max(lead.updated_at, lead.stage_at))
        advance(tx, lead, changes, path)

    def _opened(self, lead: LeadState, at: Instant) -> dict[str, Any]:
        """Let an imported at bat begin earlier: its first stage does."""
        spells = self._tx.find(StageSpell, lead_id=lead.id, void=0)
        self._tx.update(StageSpell, spells[0], entered_at=at)
        changes: dict[str, Any] = {"opened_at": at, "opened_day": self._tx.today(at)}
        if len(spells) == 1:
            changes["stage_at"] = at
        return changes

    def _convert(self, lead: LeadState, deal: Deal) -> None:
        """An at bat whose status said that there is a deal has become it."""
        tx = self._tx
        tx.not_before(max(lead.updated_at, lead.stage_at))
        made = {"lead_id": lead.id, "opportunity_id": deal.id, "user_id": tx.actor.user_id, "at": tx.now}
        tx.insert(Conversion, **made, from_stage=lead.stage, from_status=lead.status)
        end_promises(tx, lead.id)
        ended = {
            **dict.fromkeys(("decision", "decision_at", "callback_at", "snoozed_until", "due_at", "next_channel")),
            "status": Status.CONVERTED,
            "outcome": Outcome.CONVERTED,
            "reason": tx.rules.outcomes[Outcome.CONVERTED].default_reason,
            "closed_at": tx.now,
            "open": 0,
        }
        path = tuple((each, True) for each in skipped(lead.stage, Stage.CONVERTED))
        advance(tx, lead, ended, (*path, (Stage.CONVERTED, False)))

    def _join(self) -> None:
        """Put people on their deals; the first one is primary. Whoever was there once is left as they are."""
        tx = self._tx
        wanted = json.dumps(sorted({deal_id for deal_id, _ in self._members}))
        there: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for deal_id, contact_id, primary in tx.store.rows(_MEMBERS, (wanted,)):
            there[deal_id][contact_id] = primary
        rows = []
        for deal_id, contact_id in self._members:
            if contact_id in there[deal_id]:
                continue
            primary = int(not any(there[deal_id].values()))
            there[deal_id][contact_id] = primary
            rows.append(
                {"opportunity_id": deal_id, "contact_id": contact_id, "role": Role.OTHER, "is_primary": primary}
            )
        tx.insert_many(OpportunityContact, rows)
        for deal_id, contact_id in self._members:
            opportunity = tx.get(Opportunity, deal_id)
            account_id = tx.store.value("SELECT account_id FROM contact WHERE id = ?", (contact_id,))
            if opportunity["account_id"] is None and account_id is not None:
                tx.update(Opportunity, opportunity, account_id=account_id)
                if opportunity["stage"] == OpportunityStage.WON:
                    became_customer(tx, account_id, opportunity["closed_at"])


def _tell_tasks(entries: Sequence[Entry], shown: Evidence, is_open: bool) -> None:
    """Count the task that became the next step, the one of ``shown``, and say of the others why they did not."""
    step = shown.step
    for entry in entries:
        if not entry.to_do:
            continue
        if step is not None and step_of(entry.values) == step:
            entry.source.summary.made[TAKEN] += 1
            step = None
        else:
            entry.source.summary.warn(entry.row.line, BEHIND if is_open else ENDED)


def _choice(deals: Sequence[Deal]) -> Deal | None:
    """What an at bat became, of several: the first that is open, else the one that ended last."""
    still = [deal for deal in deals if deal.open]
    if still:
        return min(still, key=lambda deal: (deal.opened_at, deal.id))
    return max(deals, key=lambda deal: (deal.closed_at or 0, deal.id), default=None)


def _at(at_bats: Sequence[AtBat], at: Instant) -> AtBat:
    """The at bat that something was part of: open at that time, else the last one opened before, else the first."""
    begun = [each for each in at_bats if each.opened_at <= at]
    running = [each for each in begun if each.closed_at is None or each.closed_at >= at]
    return (running or begun or list(at_bats[:1]))[-1]


def _raised(meant: Understanding, shown: Evidence) -> Understanding:
    """An open at bat stands no lower than its activities show."""
    if meant.kind is not Kind.OPEN or meant.stage is None or meant.status is None:
        return meant
    stage, status = _standing(meant.stage, meant.status, shown)
    return replace(meant, stage=stage, status=status)


def _standing(stage: Stage, status: Status, shown: Evidence) -> tuple[Stage, Status]:
    reached = Status.WORKING if shown.met else Status.CONNECTED
    for seen, goal, after in (
        (shown.reached_at, Stage.CONNECTED, reached),
        (shown.tried_at, Stage.ATTEMPTING, Status.ATTEMPTING),
    ):
        if seen is not None and RANK[stage] < RANK[goal]:
            return goal, status if status is Status.STALE else after
    return stage, status


def _added(lead: LeadState, shown: Evidence) -> dict[str, Any]:
    """The counters of an at bat with those of more activities."""
    more = dict(shown.counters)
    changes: dict[str, Any] = {
        name: getattr(lead, name) + more[name] for name in ("touches", "attempts", "direct_attempts", "connects")
    }
    if more.get("last_touch_at") is not None and more["last_touch_at"] >= (lead.last_touch_at or 0):
        changes.update(last_touch_at=more["last_touch_at"], last_disposition=more["last_disposition"])
    if more["last_attempt_at"] is not None:
        changes["last_attempt_at"] = max(more["last_attempt_at"], lead.last_attempt_at or 0)
    if more["first_touch_at"] is not None:
        changes["first_touch_at"] = min(filter(None, (more["first_touch_at"], lead.first_touch_at)))
    if lead.connected_at is None and shown.reached_at is not None:
        changes["connected_at"] = shown.reached_at
    return changes


_DEALS = """
SELECT id, open, opened_at, closed_at FROM opportunity
WHERE void = 0 AND stage <> 'reversed' AND rejected_at IS NULL AND merged_into_id IS NULL
  AND id IN (SELECT value FROM json_each(?))"""
_DEALS_OF = """
SELECT m.contact_id, o.id, o.open, o.opened_at, o.closed_at FROM opportunity_contact m
JOIN opportunity o ON o.id = m.opportunity_id AND o.void = 0 AND o.stage <> 'reversed' AND o.rejected_at IS NULL
  AND o.merged_into_id IS NULL
WHERE m.void = 0 AND m.contact_id IN (SELECT value FROM json_each(?))"""
_MEMBERS = """
SELECT opportunity_id, contact_id, is_primary AND NOT void FROM opportunity_contact
WHERE opportunity_id IN (SELECT value FROM json_each(?))"""
