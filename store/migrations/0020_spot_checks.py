"""What a team lead judged of the status changes that were put before them."""

from typing import Any

_DDL = """
CREATE TABLE "spot_check" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "status_change_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "month" TEXT NOT NULL,
    "right" INTEGER NOT NULL CHECK ("right" IN (0, 1)),
    "note" TEXT NOT NULL,
    "judged_by_id" INTEGER NOT NULL,
    "judged_at" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("judged_by_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);
CREATE UNIQUE INDEX "spot_check_once" ON "spot_check" ("status_change_id") WHERE void = 0;
CREATE INDEX "spot_check_of_user" ON "spot_check" ("user_id", "month");
CREATE INDEX "status_change_of_day" ON "status_change" ("at") WHERE void = 0
"""


def up(migrator: Any, db: Any) -> None:
    """Make the table, and keep its rows for good."""
    for statement in _DDL.split(";"):
        db.execute_sql(statement)
    db.execute_sql(
        "CREATE TRIGGER spot_check_kept BEFORE DELETE ON spot_check"
        " BEGIN SELECT RAISE(ABORT, 'nothing is ever deleted'); END"
    )
