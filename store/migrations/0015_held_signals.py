"""Until when a signal is held that came before its person may come back."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Add the column, and the index by which a person's held signals are found."""
    db.execute_sql('ALTER TABLE "signal" ADD COLUMN "held_until" INTEGER')
    db.execute_sql("CREATE INDEX signal_held ON signal (contact_id, held_until) WHERE held_until IS NOT NULL")
