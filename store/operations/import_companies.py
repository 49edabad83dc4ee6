"""Companies of another system: each the account it is known as, or a new one; enriched, never impoverished.

A company is known by the other system's id, else by its domain, else by its name without legal form where no two
domains stand against that. See docs/model.md, "Intake".
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.instants import Instant
from store.intake.objects import CompanyRow
from store.models import Account, ExternalId, Phone, Row
from store.operations.import_at_bats import Owners
from store.operations.import_known import DIGEST, RECORD, Company, KnownCompanies, by_record, seen_before
from store.operations.import_source import Source
from store.operations.import_summary import KEPT
from store.operations.transaction import Done, Transaction, operation

_ENTITY = ("account",)
# Facts that newer data replaces; the name and the domain it only fills in.
_CHANGING = ("website", "industry", "size", "street", "city", "state", "postal_code", "country")


@dataclass(frozen=True, slots=True)
class CompanyBatch:
    """Companies to be taken in one transaction."""

    rows: Sequence[CompanyRow]
    source: Source
    owners: Owners


@operation("import")
def import_companies(tx: Transaction, batch: CompanyBatch) -> Done:
    """Take one batch of companies; those taken before are left alone, and where all were nothing is written."""
    source, summary = batch.source, batch.source.summary
    digests = {row.line: source.digest(row) for row in batch.rows}
    seen = seen_before(tx.store, source.system, digests.values(), _ENTITY)
    fresh = []
    for row in batch.rows:
        if digests[row.line] not in seen:
            seen.add(digests[row.line])
            fresh.append(row)
    summary.rows += len(batch.rows)
    summary.accepted += len(batch.rows)
    summary.unchanged += len(batch.rows) - len(fresh)
    if fresh:
        _Taking(tx, batch, fresh, digests).take_all()
    return Done(tx.id, f"{len(fresh)} companies taken")


class _Taking:
    """The companies of one batch that are new or changed, on their way into the database."""

    def __init__(
        self, tx: Transaction, batch: CompanyBatch, rows: Sequence[CompanyRow], digests: dict[int, str]
    ) -> None:
        self._tx = tx
        self._source = batch.source
        self._owners = batch.owners
        self._rows = rows
        self._digests = digests
        names = [row.external_id for row in rows if row.external_id]
        found = by_record(tx.store, batch.source.system, names, _ENTITY)
        self._known = KnownCompanies(tx.store, (row.company_key for row in rows), (row.domain for row in rows))
        self._known.more(account_id for _, account_id in found.values())
        self._by_record = {name: account_id for name, (_, account_id) in found.items()}
        self._other: defaultdict[int, set[str]] = defaultdict(set)  # what the file's system calls an account
        ids = json.dumps([*self._known.companies])
        for account_id, value in tx.store.rows(_RECORDS_OF, (ids, batch.source.system)):
            self._other[account_id].add(value)
        self._written: dict[int, Instant] = dict(tx.store.rows(_WRITTEN, (ids,)))
        self._rows_of: defaultdict[type[Row], list[dict[str, Any]]] = defaultdict(list)

    def take_all(self) -> None:
        """Decide on every row, then write."""
        for row in self._rows:
            self._take(row)
        tx, companies = self._tx, self._known.companies.values()
        tx.insert_many(Account, (each.row for each in companies if each.stored is None))
        for model in (Phone, ExternalId):
            tx.insert_many(model, self._rows_of[model])
        for each in companies:
            if each.stored is not None:
                tx.update(Account, each.stored, **each.row)

    def _take(self, row: CompanyRow) -> None:
        summary = self._source.summary
        company = self._find(row)
        if company is None:
            company = self._add(row)
            summary.new += 1
            summary.accounts += 1
        elif self._enrich(row, company):
            summary.enriched += 1
        else:
            summary.unchanged += 1
        for notice in row.notices:
            summary.notice(row.line, notice)
        summary.created(row.line, self._source.header("created_at"), row.created_at, self._tx.now)
        if row.owner and self._owners.named(row.owner) is None:
            summary.warn(row.line, f"owner “{row.owner}” is no user here")
        made = {"source": self._source.system, "entity": "account", "entity_id": company.id}
        self._rows_of[ExternalId].append({**made, "kind": DIGEST, "value": self._digests[row.line]})
        if row.external_id and row.external_id not in self._by_record:
            self._rows_of[ExternalId].append({**made, "kind": RECORD, "value": row.external_id})
            self._by_record[row.external_id] = company.id
            self._other[company.id].add(row.external_id)

    def _find(self, row: CompanyRow) -> Company | None:
        if row.external_id and (company := self._known.companies.get(self._by_record.get(row.external_id, 0))):
            return company
        if row.domain and (company := self._known.by_domain.get(row.domain)):
            return company
        named = self._known.by_key.get(row.company_key)
        if named is None:
            return None
        other = row.domain and named.row["domain"] and row.domain != named.row["domain"]
        record = bool(row.external_id and self._other[named.id])
        if other or record:
            summary = self._source.summary
            summary.near_count += 1
            if len(summary.near) < KEPT:
                words = f"{row.company} bears the name of {named.row['name']}, account {named.id}"
                summary.near.append((row.line, words))
            return None
        return named

    def _add(self, row: CompanyRow) -> Company:
        tx = self._tx
        created = min(row.created_at or tx.now, tx.now)
        made = {"id": tx.next_id(Account), "name": row.company, "key": row.company_key, "domain": row.domain}
        values = {**made, **_facts(row), "created_at": created, "owner_id": self._owners.named(row.owner)}
        company = Company({**values, "custom": _as_text(row.custom)})
        self._known.add_company(company)
        self._reach(row, company)
        return company

    def _enrich(self, row: CompanyRow, company: Company) -> bool:
        """Add what the row knows and we do not, or knows later than we; returns whether there was anything."""
        before, phones = dict(company.row), len(self._rows_of[Phone])
        newer = company.stored is not None and (row.updated_at or 0) > self._written.get(company.id, self._tx.now)
        known = company.row
        for name, value in {"domain": row.domain, **_facts(row)}.items():
            if value and (not known.get(name) or (newer and name in _CHANGING)):
                known[name] = value
        if known["name"] == known["domain"] and row.company != row.domain:  # known by its domain alone until now
            known.update(name=row.company, key=row.company_key)
        if known.get("owner_id") is None and (owner := self._owners.named(row.owner)) is not None:
            known["owner_id"] = owner
        kept: dict[str, str] = json.loads(known.get("custom") or "{}")
        more = {name: value for name, value in row.custom.items() if newer or name not in kept}
        if more.items() - kept.items():
            known["custom"] = _as_text({**kept, **more})
        self._known.add_company(company)
        self._reach(row, company)
        return known != before or len(self._rows_of[Phone]) != phones

    def _reach(self, row: CompanyRow, company: Company) -> None:
        for phone in row.phones:
            if (phone.digits, phone.extension) in company.numbers:
                continue
            made = {"account_id": company.id, "written_as": phone.raw, "e164": phone.e164 or "", "kind": phone.kind}
            more = {"digits": phone.digits, "extension": phone.extension, "state": phone.state}
            self._rows_of[Phone].append({**made, **more, "position": len(company.numbers)})
            company.numbers.add((phone.digits, phone.extension))


def _facts(row: CompanyRow) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in _CHANGING if name != "size"}
    return {**facts, "size": row.company_size}


def _as_text(custom: Any) -> str:
    return json.dumps(dict(custom), ensure_ascii=False, sort_keys=True) if custom else ""


_RECORDS_OF = f"""
SELECT entity_id, value FROM external_id
WHERE entity = 'account' AND source = ?2 AND kind = '{RECORD}' AND entity_id IN (SELECT value FROM json_each(?1))"""
_WRITTEN = """
SELECT a.id, o.at FROM account a JOIN operation o ON o.id = a.written_id
WHERE a.id IN (SELECT value FROM json_each(?))"""
