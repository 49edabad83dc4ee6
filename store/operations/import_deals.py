"""Deals of another system as opportunities of their company; their people are put on them once they are known.

A deal that was taken before and has changed since follows the file, unless a person has worked on it here since then
and the file does not say that it is newer. See docs/model.md, "Intake".
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.errors import Refusal
from store.instants import Instant
from store.intake.companies import company_key
from store.intake.objects import RECORD_KEY, DealRow
from store.intake.rows import Reject
from store.intake.staging import Staging
from store.models import Account, Callback, Edit, ExternalId, Opportunity, OpportunitySpell, Row
from store.operations.import_at_bats import Owners
from store.operations.import_known import DIGEST, RECORD, Company, KnownCompanies, by_record
from store.operations.import_source import BLANK, Source
from store.operations.promises import give_up
from store.operations.transaction import Done, Transaction, operation
from store.rules.amount import minor_digits, parse_amount
from store.vocabulary import OpportunityStage, PromiseState

_ENTITY = ("opportunity",)
_TOLD = ("amount", "probability", "close_date", "owner_id")  # what a later file may change, and a story tells
_ENDED = (OpportunityStage.WON, OpportunityStage.LOST)
_OTHER = "other"  # the reason code where the file gives none that the rules know


@dataclass(frozen=True, slots=True)
class DealBatch:
    """Deals to be taken in one transaction; ``staging`` is told what each became."""

    rows: Sequence[tuple[DealRow, Sequence[str]]]
    source: Source
    owners: Owners
    staging: Staging


@operation("import")
def import_deals(tx: Transaction, batch: DealBatch) -> Done:
    """Take one batch of deals; those taken before are left alone, and where all were nothing is written."""
    _Taking(tx, batch).take_all()
    return Done(tx.id, f"{len(batch.rows)} deals taken")


class _Taking:
    """The deals of one batch on their way into the database."""

    def __init__(self, tx: Transaction, batch: DealBatch) -> None:
        self._tx = tx
        self._batch = batch
        self._source = source = batch.source
        self._digests = {row.line: source.digest(row) for row, _ in batch.rows}
        self._seen = dict(tx.store.rows(_SEEN, (json.dumps([*self._digests.values()]), source.system)))
        rows = [row for row, _ in batch.rows]
        records = [row.external_id for row in rows if row.external_id]
        self._by_record = {
            name: deal_id for name, (_, deal_id) in by_record(tx.store, source.system, records, _ENTITY).items()
        }
        ids = [row.company_id for row in rows if row.company_id]
        self._company_ids = {
            name: account_id for name, (_, account_id) in by_record(tx.store, source.system, ids, ("account",)).items()
        }
        self._known = KnownCompanies(
            tx.store, (row.company_key for row in rows if row.company), (row.domain for row in rows)
        )
        self._known.more(self._company_ids.values())
        self._pending: defaultdict[type[Row], list[dict[str, Any]]] = defaultdict(list)
        self._changed: list[tuple[int, DealRow]] = []
        self._won: dict[int, Instant] = {}

    def take_all(self) -> None:
        """Decide on every row, then write."""
        for row, cells in self._batch.rows:
            self._take(row, cells)
        tx = self._tx
        tx.insert_many(Account, (each.row for each in self._known.companies.values() if each.stored is None))
        for model in (Opportunity, OpportunitySpell, ExternalId):
            tx.insert_many(model, self._pending[model])
        for deal_id, row in self._changed:
            self._follow(deal_id, row)
        for account_id, since in self._won.items():
            became_customer(tx, account_id, since)

    def _take(self, row: DealRow, cells: Sequence[str]) -> None:
        source, summary, digest = self._source, self._source.summary, self._digests[row.line]
        company = self._company(row)
        if company is None and not self._expected(row):
            source.reject(Reject(row.line, "names no company, and its contact is not here", tuple(cells)))
            return
        summary.rows += 1
        summary.accepted += 1
        stage = self._stage(row)
        summary.understand(source.header("stage"), row.stage or BLANK, stage.label)
        if row.lost_reason or stage is OpportunityStage.LOST:
            summary.understand(source.header("lost_reason"), row.lost_reason or BLANK, self._reason(row))
        deal_id = self._seen.get(digest)
        if deal_id is not None:
            summary.unchanged += 1
        elif row.external_id and (deal_id := self._by_record.get(row.external_id)):
            self._changed.append((deal_id, row))
            self._remember(row, deal_id, record=False)
        else:
            deal_id = self._add(row, company)
            summary.new += 1
            summary.made[stage.label if stage in _ENDED else "open"] += 1
            self._remember(row, deal_id)
            self._warn(row)
        self._seen[digest] = deal_id
        self._batch.staging.hold(source.number, row.line, cells, row.keys, deal_id)

    def _company(self, row: DealRow) -> Company | None:
        """The company a deal names: by the other system's id, its domain, its name; made where it is new."""
        if company := self._known.companies.get(self._company_ids.get(row.company_id, 0)):
            return company
        found = self._known.by_domain.get(row.domain) or self._known.by_key.get(row.company_key)
        if found is not None or not (row.domain or row.company):
            return found
        name = row.company or row.domain
        made = {"id": self._tx.next_id(Account), "name": name, "key": company_key(name), "domain": row.domain}
        company = Company({**made, "created_at": min(row.created_at or self._tx.now, self._tx.now)})
        self._known.add_company(company)
        self._source.summary.accounts += 1
        return company

    def _expected(self, row: DealRow) -> bool:
        """Whether one of its people is here, or comes with this import."""
        if self._batch.staging.expected(row.keys):
            return True
        found = self._tx.store.value(_ANYBODY, (json.dumps([key.removeprefix(RECORD_KEY) for key in row.keys]),))
        return found is not None

    def _add(self, row: DealRow, company: Company | None) -> int:
        tx, stage = self._tx, self._stage(row)
        opened = min(row.created_at or tx.now, tx.now)
        ended = stage in _ENDED
        closed = max(opened, min(row.closed_at or row.updated_at or opened, tx.now)) if ended else None
        deal_id = tx.next_id(Opportunity)
        reason = self._reason(row) if stage is OpportunityStage.LOST else ""
        custom = {**row.custom, **({self._source.header("lost_reason"): row.lost_reason} if row.lost_reason else {})}
        if row.stage and stage.label != row.stage.casefold():
            custom[self._source.header("stage")] = row.stage
        self._pending[Opportunity].append(
            {
                "id": deal_id,
                "account_id": company.id if company else None,
                "name": row.name,
                "owner_id": self._owner(row),
                **self._figures(row, stage),
                "stage": stage,
                "currency": row.currency or tx.store.currency,
                "close_date": row.close_date,
                "open": int(not ended),
                "opened_at": opened,
                "closed_at": closed,
                "lost_reason": reason,
                "source": self._source.told.defaults.source or self._source.told.mapping.source,
                "custom": json.dumps(custom, ensure_ascii=False, sort_keys=True) if custom else "",
                "moved_at": tx.now if closed is None else closed,
            }
        )
        first = OpportunityStage.DISCOVERY if ended else stage
        spell = {"opportunity_id": deal_id, "stage": first, "entered_at": opened, "left_at": closed}
        self._pending[OpportunitySpell].append(spell)
        if ended:
            self._pending[OpportunitySpell].append({"opportunity_id": deal_id, "stage": stage, "entered_at": closed})
        if stage is OpportunityStage.WON and company is not None and closed is not None:
            self._won[company.id] = min(closed, self._won.get(company.id, closed))
        return deal_id

    def _follow(self, deal_id: int, row: DealRow) -> None:
        """Let a deal that was taken before say what the file says now, where nobody here knows better."""
        tx, summary = self._tx, self._source.summary
        before = tx.get(Opportunity, deal_id)
        by, at = tx.store.row(_WRITER, (before["written_id"],)) or ("", 0)
        stage = self._stage(row)
        if not before["open"] or (by == "person" and (row.updated_at or 0) <= at):
            if before["stage"] != stage:
                summary.warn(row.line, f"is {OpportunityStage(before['stage']).label} here: left as it is")
            summary.unchanged += 1
            return
        changes: dict[str, Any] = self._figures(row, stage)
        changes = {name: value for name, value in changes.items() if value or name == "probability"}
        if row.close_date:
            changes["close_date"] = row.close_date
        if (owner := self._owner(row)) is not None:
            changes["owner_id"] = owner
        if before["stage"] != stage:
            changes.update(self._moved(before, stage, row))
        same = all(before[name] == value for name, value in changes.items())
        summary.unchanged += same
        summary.enriched += not same
        tx.update(Opportunity, before, **changes)
        if any(before[name] != changes.get(name, before[name]) for name in _TOLD):
            tx.insert(Edit, opportunity_id=deal_id, user_id=tx.actor.user_id, at=tx.now)

    def _moved(self, before: dict[str, Any], stage: OpportunityStage, row: DealRow) -> dict[str, Any]:
        """The next stage from now on: when it was entered is not in the file."""
        tx = self._tx
        tx.not_before(max(before["opened_at"], before["moved_at"]))
        for spell in tx.find(OpportunitySpell, opportunity_id=before["id"], left_at=None, void=0):
            tx.not_before(spell["entered_at"])
            tx.update(OpportunitySpell, spell, left_at=tx.now)
        tx.insert(OpportunitySpell, opportunity_id=before["id"], stage=stage, entered_at=tx.now)
        changes: dict[str, Any] = {"stage": stage, "moved_at": tx.now}
        if stage in _ENDED:
            changes.update(open=0, closed_at=tx.now)
            for promise in tx.find(Callback, opportunity_id=before["id"], state=PromiseState.OPEN, void=0):
                give_up(tx, promise)
        if stage is OpportunityStage.LOST:
            changes["lost_reason"] = self._reason(row)
        if stage is OpportunityStage.WON and before["account_id"] is not None:
            self._won[before["account_id"]] = tx.now
        return changes

    def _stage(self, row: DealRow) -> OpportunityStage:
        known = self._source.told.mapping.meaning("stages", row.stage)
        return OpportunityStage(known) if known else OpportunityStage.DISCOVERY

    def _reason(self, row: DealRow) -> str:
        known = self._source.told.mapping.meaning("lost_reasons", row.lost_reason) or ""
        return known if known in self._tx.rules.reasons else _OTHER

    def _figures(self, row: DealRow, stage: OpportunityStage) -> dict[str, Any]:
        """Amount and probability: what the columns say, else nought and what the stage is worth."""
        said = row.probability.removesuffix("%").strip()
        try:
            share = float(said) if said else None
        except ValueError:
            share = None
        if share is None:
            share = float(self._source.told.mapping.meaning("probabilities", row.stage) or 0)
        elif share <= 1 and not row.probability.endswith("%"):
            share *= 100
        certain = {OpportunityStage.WON: 100, OpportunityStage.LOST: 0}
        return {"amount": self._amount(row), "probability": certain.get(stage, min(100, max(0, round(share))))}

    def _amount(self, row: DealRow) -> int:
        try:
            return parse_amount(row.amount, minor_digits(row.currency or self._tx.store.currency))
        except Refusal:
            return 0

    def _owner(self, row: DealRow) -> int | None:
        named = self._batch.owners.named(row.owner)
        return named if named is not None else self._batch.owners.otherwise

    def _warn(self, row: DealRow) -> None:
        """Say what of a new deal could not be understood, and what was taken instead."""
        source, summary = self._source, self._source.summary
        for notice in row.notices:
            summary.warn(row.line, notice)
        summary.created(row.line, source.header("created_at"), row.created_at, self._tx.now)
        if source.told.mapping.meaning("stages", row.stage) is None:
            summary.warn(row.line, f"stage “{row.stage[:60]}” is not known: taken as discovery")
        if self._stage(row) is OpportunityStage.LOST:
            if not row.lost_reason:
                summary.warn(row.line, "lost without a reason: taken as “other”")
            elif self._reason(row) == _OTHER:
                summary.warn(row.line, f"lost reason “{row.lost_reason[:60]}” is not known: taken as “other”")
        if row.amount and not self._amount(row) and row.amount.strip("0.,") != "":
            summary.warn(row.line, f"amount “{row.amount[:30]}” is no amount: taken as nought")
        if row.currency and row.currency != self._tx.store.currency:
            summary.warn(row.line, f"is in {row.currency[:10]}, the team counts in {self._tx.store.currency}")
        if row.owner and self._batch.owners.named(row.owner) is None:
            summary.warn(row.line, f"owner “{row.owner}” is no user here")

    def _remember(self, row: DealRow, deal_id: int, *, record: bool = True) -> None:
        made = {"source": self._source.system, "entity": "opportunity", "entity_id": deal_id}
        self._pending[ExternalId].append({**made, "kind": DIGEST, "value": self._digests[row.line]})
        if record and row.external_id:
            self._pending[ExternalId].append({**made, "kind": RECORD, "value": row.external_id})
            self._by_record[row.external_id] = deal_id


def became_customer(tx: Transaction, account_id: int, since: Instant) -> None:
    """Note since when a company is a customer: since the first deal that was won."""
    account = tx.get(Account, account_id)
    if account["customer_since"] is None or account["customer_since"] > since:
        tx.update(Account, account, customer_since=since)


_SEEN = f"""
SELECT e.value, e.entity_id FROM json_each(?1) j CROSS JOIN external_id e
WHERE e.source = ?2 AND e.kind = '{DIGEST}' AND e.value = j.value AND e.entity = 'opportunity'"""
_WRITER = "SELECT by, at FROM operation WHERE id = ?"
_ANYBODY = f"""
SELECT 1 FROM json_each(?1) j WHERE EXISTS (SELECT 1 FROM email WHERE folded = j.value AND void = 0)
OR EXISTS (SELECT 1 FROM external_id WHERE entity = 'contact' AND kind = '{RECORD}' AND value = j.value) LIMIT 1"""
