"""What is known to the day alone says so, and a task says when it was made: what imports bring, and timelines show."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Add the columns; what was there before has none of it to say."""
    for table in ("note", "meeting"):
        db.execute_sql(f'ALTER TABLE "{table}" ADD COLUMN "date_only" INTEGER')
    db.execute_sql('ALTER TABLE "task" ADD COLUMN "at" INTEGER')
    db.execute_sql('ALTER TABLE "task" ADD COLUMN "date_only" INTEGER')
