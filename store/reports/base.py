"""The at bats that a report is about, and what is open now: SQL that figures and the records behind them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store.database import Store
from store.reports.asked import Asked
from store.reports.figures import Counted, Key, Records

# What is open now, imported ones too: along the index of reports, because most rows are looked at.
OPEN, IS_OPEN = "lead l INDEXED BY lead_reports", "l.opened_day >= '' AND l.open = 1"


@dataclass(frozen=True, slots=True)
class Base:
    """The at bats that a report is about: ``l`` is the at bat, ``a`` its company.

    They may be other ``records``, of which ``l`` then gives an ``id`` and ``opened_at``, when they came. ``by_day``
    says that they are rows of ``lead`` alone, which the index of reports has day by day; what is joined to them may be
    the shorter way in.
    """

    sql: str
    values: Mapping[str, Any]
    records: Records = Records.LEAD
    by_day: bool = False

    def counted(self, where: str, key: str = "", value: Key = None, records: Records | None = None) -> Counted:
        """Those of these where the condition holds, of one line where ``key`` is given."""
        of_line = f" AND {key} IS :key" if key else ""
        values = {**self.values, **({"key": value} if key else {})}
        sql = f"SELECT l.id FROM {self.sql} AND ({where}){of_line} ORDER BY l.opened_at DESC, l.id DESC"
        return Counted(records or self.records, sql, tuple(values.items()))


_CAME_OPEN = " AND (l.imported = 0 OR l.cadence <> '')"


def at_bats(store: Store, wanted: Asked, *, imported: bool = False, joins: str = "", **values: Any) -> Base:
    """The at bats that were opened in the period, by the filters.

    Merged ones are left out, because the other of the two counts; imported ones too, because what came of them did so
    elsewhere, in whole or in part. With ``imported`` those are in that came open, to be worked here: they have a
    cadence. ``joins`` must not double a row.
    """
    narrowing, filters = wanted.narrowing(store)
    account = "LEFT JOIN account a ON a.id = l.account_id" if "a." in narrowing + joins or wanted.segment else ""
    sql = (
        f"lead l {account} {joins} WHERE l.opened_day BETWEEN :first AND :last AND l.void = 0"
        f" AND l.merged_into_id IS NULL{_CAME_OPEN if imported else ' AND l.imported = 0'}{narrowing}"
    )
    span = {"first": wanted.period.first.isoformat(), "last": wanted.period.last.isoformat()}
    return Base(sql, {**span, **filters, **values}, by_day=not joins)
