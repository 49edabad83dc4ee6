"""Disqualifications sent back many at once go back a stage as those sent back one by one do."""

from typing import Any

_RANK = (
    "CASE {0}.stage WHEN 'new' THEN 0 WHEN 'accepted' THEN 1 WHEN 'attempting' THEN 2 WHEN 'connected' THEN 3"
    " WHEN 'qualified' THEN 4 WHEN 'disqualified' THEN 5 ELSE 6 END"
)


def up(migrator: Any, db: Any) -> None:
    """Let the act on many through the guard of stages, which is otherwise as it was."""
    db.execute_sql("DROP TRIGGER lead_only_forward")
    db.execute_sql(
        "CREATE TRIGGER lead_only_forward BEFORE UPDATE OF stage ON lead"
        f" WHEN {_RANK.format('NEW')} < {_RANK.format('OLD')}"
        " AND (SELECT kind FROM operation WHERE id = NEW.written_id)"
        " NOT IN ('undo', 'reverse', 'merge', 'set_back', 'send_back', 'bulk_send_back')"
        " BEGIN SELECT RAISE(ABORT, 'a stage only moves forward'); END"
    )
