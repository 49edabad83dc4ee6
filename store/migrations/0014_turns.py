"""An index for whose turn it is: what each rep was given in turn, or by a rule on what the at bat is like, lately."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Make it."""
    db.execute_sql(
        'CREATE INDEX "assignment_turn" ON assignment (at, owner_id, rule, void)'
        " WHERE void = 0 AND (rule = 'in turn' OR rule >= 'rule ' AND rule < 'rule!')"
    )
