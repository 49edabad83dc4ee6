"""What reports count by, in indexes, so that a report reads no at bat, no stay in a stage and no call whole."""

from typing import Any

INDEXES = (
    'CREATE INDEX "lead_reports" ON lead (opened_day, imported, merged_into_id, void, motion, source, campaign_id,'
    " team_id, owner_id, account_id, contact_id, number, open, stage, status, outcome, reason, attempts, opened_at,"
    " connected_at, first_touch_at, closed_at, rejected_at, accepted_at, expires_at)",
    # Instead of those by lead and time alone, so that no write keeps more of them.
    "DROP INDEX stage_spell_lead_id_entered_at",
    'CREATE INDEX "stage_spell_of_lead" ON stage_spell (lead_id, entered_at, id, stage, left_at, skipped, override,'
    " void)",
    "DROP INDEX status_change_lead_id_at",
    'CREATE INDEX "status_change_of_lead" ON status_change (lead_id, at, id, status, void)',
    # What is rare, to know of it without looking.
    'CREATE INDEX "stage_spell_corrected" ON stage_spell (lead_id) WHERE override = 1 AND void = 0',
    'CREATE INDEX "status_change_corrected" ON status_change (lead_id) WHERE override = 1 AND void = 0',
    "CREATE INDEX \"stage_spell_qualified\" ON stage_spell (lead_id) WHERE stage = 'qualified' AND skipped = 0"
    " AND void = 0",
    'CREATE INDEX "touch_connected" ON touch (lead_id, at) WHERE connect = 1 AND void = 0',
    "CREATE INDEX \"touch_dialled\" ON touch (lead_id, user_id, connect, disposition, at) WHERE channel = 'call'"
    " AND direction = 'out' AND attempt = 1 AND void = 0",
)


def up(migrator: Any, db: Any) -> None:
    """Make them."""
    for sql in INDEXES:
        db.execute_sql(sql)
