"""When a rule does something next to an at bat, an opportunity or a person, and the alerts that are open."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Add the column and its indexes; what is open is looked at once, at its last change, and then knows its time."""
    for table in ("lead", "opportunity", "contact"):
        db.execute_sql(f'ALTER TABLE "{table}" ADD COLUMN "rule_at" INTEGER')
        db.execute_sql(f"CREATE INDEX {table}_of_rules ON {table} (rule_at, id) WHERE rule_at IS NOT NULL")
    db.execute_sql("UPDATE lead SET rule_at = updated_at WHERE open = 1")
    db.execute_sql("UPDATE opportunity SET rule_at = moved_at WHERE open = 1")
    db.execute_sql("UPDATE contact SET rule_at = created_at WHERE pool = 'sales'")
    db.execute_sql("CREATE INDEX alert_open ON alert (entity, entity_id, kind) WHERE closed_at IS NULL AND void = 0")
    db.execute_sql("CREATE INDEX alert_of_owner ON alert (owner_id, opened_at) WHERE closed_at IS NULL AND void = 0")
