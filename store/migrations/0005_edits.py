"""When the facts of a person or a company were edited by hand: what a timeline shows of it."""

from typing import Any

_DDL = """
CREATE TABLE "edit" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "contact_id" INTEGER,
    "account_id" INTEGER,
    "user_id" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("account_id") REFERENCES "account" ("id"),
    FOREIGN KEY ("user_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id"),
    CHECK ((contact_id IS NULL) <> (account_id IS NULL))
);
CREATE INDEX "edit_of_contact" ON "edit" ("contact_id", "at");
CREATE INDEX "edit_of_account" ON "edit" ("account_id", "at")
"""


def up(migrator: Any, db: Any) -> None:
    """Make the table, and keep its rows for good as all others."""
    for statement in _DDL.split(";"):
        db.execute_sql(statement)
    db.execute_sql(
        "CREATE TRIGGER edit_kept BEFORE DELETE ON edit BEGIN SELECT RAISE(ABORT, 'nothing is ever deleted'); END"
    )
