"""What was done on an opportunity itself, with no at bat open: its story is read along these."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Make both indexes; nearly every row is on an at bat and stays out of them."""
    for table in ("signal", "touch"):
        db.execute_sql(
            f"CREATE INDEX {table}_of_opportunity ON {table} (opportunity_id, at DESC, id DESC)"
            " WHERE opportunity_id IS NOT NULL AND void = 0"
        )
