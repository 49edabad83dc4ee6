"""What the database itself refuses: see docs/model.md, "Facts that always hold"."""

from typing import Any

# Rows a privacy erasure may empty; every other row stays for good.
_ERASABLE = ("change_secret",)
_HISTORY = ("operation", "change", "seal")

_RANK = (
    "CASE {0}.stage WHEN 'new' THEN 0 WHEN 'accepted' THEN 1 WHEN 'attempting' THEN 2 WHEN 'connected' THEN 3"
    " WHEN 'qualified' THEN 4 WHEN 'disqualified' THEN 5 ELSE 6 END"
)
_KIND = "(SELECT kind FROM operation WHERE id = NEW.written_id)"
_CORRECTIONS = "('undo', 'reverse', 'merge', 'erase')"

GUARDS = {
    "lead_only_forward": f"""
        BEFORE UPDATE OF stage ON lead
        WHEN {_RANK.format("NEW")} < {_RANK.format("OLD")}
         AND {_KIND} NOT IN ('undo', 'reverse', 'merge', 'set_back', 'send_back')
        BEGIN SELECT RAISE(ABORT, 'a stage only moves forward'); END""",
    "lead_locked": f"""
        BEFORE UPDATE ON lead
        WHEN OLD.stage IN ('converted', 'closed')
         AND (NEW.written_id = OLD.written_id OR {_KIND} NOT IN {_CORRECTIONS})
        BEGIN SELECT RAISE(ABORT, 'a converted or closed at bat is locked'); END""",
    "lead_converted_produces": """
        BEFORE UPDATE OF stage ON lead
        WHEN NEW.stage = 'converted' AND NOT EXISTS
            (SELECT 1 FROM conversion WHERE lead_id = NEW.id AND void = 0 AND reversed_at IS NULL)
        BEGIN SELECT RAISE(ABORT, 'a converted at bat names what it produced'); END""",
    "lead_suppressed": """
        BEFORE INSERT ON lead
        WHEN NEW.open = 1 AND EXISTS
            (SELECT 1 FROM contact WHERE id = NEW.contact_id AND suppressed_at IS NOT NULL)
        BEGIN SELECT RAISE(ABORT, 'a suppressed contact gets no new at bat'); END""",
    "touch_suppressed": """
        BEFORE INSERT ON touch
        WHEN NEW.direction = 'out' AND NEW.automated = 0 AND EXISTS
            (SELECT 1 FROM contact WHERE id = NEW.contact_id AND suppressed_at < NEW.at)
        BEGIN SELECT RAISE(ABORT, 'a suppressed contact gets no outbound touch'); END""",
}


def up(migrator: Any, db: Any) -> None:
    """Make the triggers."""
    for name, body in GUARDS.items():
        db.execute_sql(f"CREATE TRIGGER {name} {body}")
    for (table,) in db.execute_sql(
        "SELECT name FROM sqlite_master"
        " WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migration'"
    ).fetchall():
        if table not in _ERASABLE:
            db.execute_sql(
                f'CREATE TRIGGER {table}_kept BEFORE DELETE ON "{table}"'
                " BEGIN SELECT RAISE(ABORT, 'nothing is ever deleted'); END"
            )
    for table in _HISTORY:
        db.execute_sql(
            f'CREATE TRIGGER {table}_append_only BEFORE UPDATE ON "{table}"'
            " BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
        )
