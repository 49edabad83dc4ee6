"""What is promised, noted, met and edited on an opportunity itself, where no at bat is open."""

from typing import Any

_COLUMNS = {
    "callback": (
        """
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER,
    "opportunity_id" INTEGER,
    "contact_id" INTEGER,
    "promiser_id" INTEGER,
    "promised_at" INTEGER NOT NULL,
    "due_at" INTEGER NOT NULL,
    "words" TEXT NOT NULL,
    "state" TEXT NOT NULL CHECK (state IN ('open', 'kept', 'missed', 'done', 'dropped')),
    "ended_at" INTEGER,
    "kept" INTEGER,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("promiser_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id"),
    CHECK ((lead_id IS NULL) <> (opportunity_id IS NULL))""",
        "id, lead_id, contact_id, promiser_id, promised_at, due_at, words, state, ended_at, kept, void, written_id",
    ),
    "edit": (
        """
    "id" INTEGER NOT NULL PRIMARY KEY,
    "contact_id" INTEGER,
    "account_id" INTEGER,
    "opportunity_id" INTEGER,
    "user_id" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("account_id") REFERENCES "account" ("id"),
    FOREIGN KEY ("user_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id"),
    CHECK ((contact_id IS NOT NULL) + (account_id IS NOT NULL) + (opportunity_id IS NOT NULL) = 1)""",
        "id, contact_id, account_id, user_id, at, void, written_id",
    ),
}
_INDEXES = (
    'CREATE INDEX "callback_lead_id" ON "callback" ("lead_id")',
    "CREATE INDEX callback_open ON callback (promiser_id, due_at) WHERE state = 'open' AND void = 0",
    "CREATE INDEX callback_of_promiser ON callback (promiser_id, due_at, state) WHERE void = 0",
    'CREATE INDEX "edit_of_contact" ON "edit" ("contact_id", "at")',
    'CREATE INDEX "edit_of_account" ON "edit" ("account_id", "at")',
    *(
        f"CREATE INDEX {table}_of_opportunity ON {table} (opportunity_id, {at} DESC, id DESC)"
        " WHERE opportunity_id IS NOT NULL AND void = 0"
        for table, at in (("callback", "promised_at"), ("edit", "at"), ("note", "at"), ("meeting", "booked_at"))
    ),
)


def up(migrator: Any, db: Any) -> None:
    """Make both tables anew, since SQLite takes back no NOT NULL and no CHECK; a note may name an opportunity."""
    for table, (columns, there) in _COLUMNS.items():
        db.execute_sql(f'DROP TRIGGER "{table}_kept"')
        db.execute_sql(f'ALTER TABLE "{table}" RENAME TO "{table}_before"')
        db.execute_sql(f'CREATE TABLE "{table}" ({columns})')
        db.execute_sql(f'INSERT INTO "{table}" ({there}) SELECT {there} FROM "{table}_before"')
        db.execute_sql(f'DROP TABLE "{table}_before"')
        db.execute_sql(
            f'CREATE TRIGGER {table}_kept BEFORE DELETE ON "{table}"'
            " BEGIN SELECT RAISE(ABORT, 'nothing is ever deleted'); END"
        )
    db.execute_sql('ALTER TABLE "note" ADD COLUMN "opportunity_id" INTEGER')
    for sql in _INDEXES:
        db.execute_sql(sql)
