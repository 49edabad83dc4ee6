"""A person's own views of the queue, and sessions that can be left and taken up again."""

from typing import Any

_DDL = """
CREATE TABLE "saved_view" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "user_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "spec" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);
CREATE UNIQUE INDEX "saved_view_of_user" ON "saved_view" ("user_id", "name") WHERE void = 0;
CREATE TABLE "work_session" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "user_id" INTEGER NOT NULL,
    "view" TEXT NOT NULL,
    "leads" TEXT NOT NULL,
    "current" INTEGER,
    "started_at" INTEGER NOT NULL,
    "resumed_at" INTEGER,
    "worked" INTEGER NOT NULL,
    "ended_at" INTEGER,
    "version" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);
CREATE UNIQUE INDEX "work_session_one_open" ON "work_session" ("user_id") WHERE ended_at IS NULL AND void = 0
"""


def up(migrator: Any, db: Any) -> None:
    """Make both tables, and keep their rows for good as all others."""
    for statement in _DDL.split(";"):
        db.execute_sql(statement)
    for table in ("saved_view", "work_session"):
        db.execute_sql(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'nothing is ever deleted'); END"
        )
