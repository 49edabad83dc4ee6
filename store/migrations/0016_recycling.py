"""Indexes for who may come back: by a date, by a signal that came lately, by a datum put right; uses of a reference."""

from typing import Any

INDEXES = (
    'CREATE INDEX "lead_returns" ON lead (eligible_at DESC, id DESC, contact_id, number)'
    " WHERE open = 0 AND void = 0 AND eligible_at IS NOT NULL",
    "CREATE INDEX \"lead_to_fix\" ON lead (contact_id) WHERE open = 0 AND void = 0 AND eligible_on = 'when_fixed'",
    'CREATE INDEX "signal_lately" ON signal (at DESC, contact_id) WHERE contact_id IS NOT NULL AND void = 0',
    "CREATE INDEX \"task_reference\" ON task (contact_id, at) WHERE kind = 'reference' AND void = 0",
)


def up(migrator: Any, db: Any) -> None:
    """Make them."""
    for sql in INDEXES:
        db.execute_sql(sql)
