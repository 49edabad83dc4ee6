"""An index for the share of a person's promises that were kept."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Make it."""
    db.execute_sql('CREATE INDEX "callback_of_promiser" ON callback (promiser_id, due_at, state) WHERE void = 0')
