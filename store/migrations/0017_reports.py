"""What reports count at bats by, in one index, so that a report reads no at bat whole."""

from typing import Any

INDEX = (
    'CREATE INDEX "lead_reports" ON lead (opened_day, imported, merged_into_id, void, motion, source, campaign_id,'
    " team_id, owner_id, account_id, contact_id, number, open, stage, status, outcome, reason, attempts, opened_at,"
    " connected_at, first_touch_at, closed_at, rejected_at, accepted_at, expires_at)"
)


def up(migrator: Any, db: Any) -> None:
    """Make it."""
    db.execute_sql(INDEX)
