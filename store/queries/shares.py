"""Counts behind the alerts on shares, and exactly the at bats that each counts.

Over what ended in the last ``alerts.days`` days. Imported and merged at bats are left out: nobody worked them here.
"""

from __future__ import annotations

from store.database import Store
from store.instants import DAY, Instant
from store.rules.shares import Counted
from store.vocabulary import AlertKind


def by_source(store: Store, now: Instant) -> list[Counted]:
    """Of each source with enough of them: how many were disqualified; the id is that of its first at bat ever."""
    values = {**_window(store, now), "least": store.rules.alerts.from_records}
    return [
        Counted(int(store.value(_FIRST_OF_SOURCE, (source,))), source, part, of)
        for source, part, of in store.rows(_BY_SOURCE, values)
    ]


def by_account(store: Store, now: Instant) -> list[Counted]:
    """Companies where several ended lately: how many of all people there ended their last at bat in nurture."""
    values = {**_window(store, now), "least": store.rules.alerts.nurtured_leads}
    return [Counted(*row) for row in store.rows(_BY_ACCOUNT, values)]


def recycled(store: Store, now: Instant) -> Counted:
    """Of the at bats that were not the first with somebody: how many converted; the id is the team's."""
    part, of = store.row(_RECYCLED, _window(store, now)) or (0, 0)
    return Counted(store.team_id, store.team, part, of)


def by_rep(store: Store, now: Instant) -> list[Counted]:
    """Of each person's changes of status: how many were set against the rules."""
    return [Counted(*row) for row in store.rows(_BY_REP, _window(store, now))]


def counted(store: Store, kind: AlertKind, entity_id: int, now: Instant) -> tuple[int, ...]:
    """The at bats that an alert on a share counts as out of the ordinary, the newest first."""
    sql = _COUNTED.get(kind)
    if sql is None:
        return ()
    return tuple(id for (id,) in store.rows(sql, {**_window(store, now), "id": entity_id}))


def _window(store: Store, now: Instant) -> dict[str, int]:
    return {"since": now - store.rules.alerts.days * DAY, "now": now}


_OVER = "open = 0 AND void = 0 AND imported = 0 AND merged_into_id IS NULL AND closed_at > :since AND closed_at <= :now"
_BY_SOURCE = f"""
SELECT source, sum(status = 'disqualified'), count(*) FROM lead WHERE source <> '' AND {_OVER}
GROUP BY source HAVING count(*) >= :least ORDER BY source"""
_FIRST_OF_SOURCE = "SELECT min(id) FROM lead WHERE source = ?"
# Accounts with something over lately, nobody open, and the last at bat of each person there. The index of reports has
# what is asked of every at bat; by that of accounts each would be looked up.
_BY_ACCOUNT = f"""
WITH lately(account_id) AS MATERIALIZED (
    SELECT account_id FROM lead INDEXED BY lead_reports
    WHERE opened_day >= '' AND account_id IS NOT NULL AND status = 'nurture' AND {_OVER}
    GROUP BY account_id HAVING count(DISTINCT contact_id) >= :least),
latest(account_id, status, at) AS (
    SELECT l.account_id, l.status, max(l.opened_at) FROM lately k JOIN lead l ON l.account_id = k.account_id
    WHERE l.void = 0 AND l.merged_into_id IS NULL AND l.contact_id IS NOT NULL GROUP BY l.account_id, l.contact_id)
SELECT a.id, a.name, sum(x.status = 'nurture'), count(*) FROM latest x JOIN account a ON a.id = x.account_id
GROUP BY a.id ORDER BY a.id"""
_RECYCLED = f"SELECT coalesce(sum(stage = 'converted'), 0), count(*) FROM lead WHERE number > 1 AND {_OVER}"
_CHANGED = """
FROM status_change s JOIN operation o ON o.id = s.written_id JOIN "user" u ON u.id = o.actor_id
WHERE s.void = 0 AND o.by = 'person' AND s.at > :since AND s.at <= :now"""
_BY_REP = f"SELECT u.id, u.name, sum(s.override), count(*) {_CHANGED} GROUP BY u.id ORDER BY u.id"
_COUNTED = {
    AlertKind.SOURCE_DISQUALIFIED: "SELECT id FROM lead WHERE status = 'disqualified' AND"
    f" source = (SELECT source FROM lead WHERE id = :id) AND {_OVER} ORDER BY closed_at DESC, id DESC",
    AlertKind.RECYCLED_FAILING: "SELECT id FROM lead WHERE number > 1 AND stage <> 'converted'"
    f" AND {_OVER} ORDER BY closed_at DESC, id DESC",
    AlertKind.OVERRIDES: f"SELECT s.lead_id {_CHANGED} AND s.override = 1 AND u.id = :id"
    " GROUP BY s.lead_id ORDER BY max(s.at) DESC",
}
