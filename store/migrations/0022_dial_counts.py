"""How often each person dialled on an at bat is kept, so that a report need not read every call.

Triggers keep it, whichever act writes a touch. The clocks that run are found without their rows.
"""

from typing import Any

_DDL = """
CREATE TABLE "dial_count" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "dials" INTEGER NOT NULL,
    "connects" INTEGER NOT NULL,
    "meetings" INTEGER NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "user" ("id")
);
CREATE UNIQUE INDEX "dial_count_lead_id_user_id" ON "dial_count" ("lead_id", "user_id");
DROP INDEX clock_running;
CREATE INDEX clock_running ON clock (due_at, kind, lead_id) WHERE met IS NULL AND void = 0
"""

_DIALLED = (
    "{0}.lead_id IS NOT NULL AND {0}.channel = 'call' AND {0}.direction = 'out' AND {0}.attempt = 1 AND {0}.void = 0"
)
_MET = "{0}.connect AND {0}.disposition = 'meeting_booked'"
_ADD = (
    "INSERT INTO dial_count (lead_id, user_id, dials, connects, meetings)"
    f" SELECT NEW.lead_id, NEW.user_id, 1, NEW.connect, {_MET.format('NEW')} WHERE {_DIALLED.format('NEW')}"
    " ON CONFLICT (lead_id, user_id) DO UPDATE SET dials = dials + 1, connects = connects + excluded.connects,"
    " meetings = meetings + excluded.meetings;"
)
_TAKE = (
    f"UPDATE dial_count SET dials = dials - 1, connects = connects - OLD.connect,"
    f" meetings = meetings - ({_MET.format('OLD')})"
    f" WHERE lead_id = OLD.lead_id AND user_id = OLD.user_id AND {_DIALLED.format('OLD')};"
)
_COUNTED = "lead_id, user_id, channel, direction, attempt, connect, disposition, void"

TRIGGERS = (
    f"CREATE TRIGGER touch_dial_made AFTER INSERT ON touch WHEN {_DIALLED.format('NEW')} BEGIN {_ADD} END",
    f"CREATE TRIGGER touch_dial_changed AFTER UPDATE OF {_COUNTED} ON touch BEGIN {_TAKE} {_ADD} END",
    "CREATE TRIGGER dial_count_kept BEFORE DELETE ON dial_count"
    " BEGIN SELECT RAISE(ABORT, 'nothing is ever deleted'); END",
)


def up(migrator: Any, db: Any) -> None:
    """Make the table, count what is there, and keep it."""
    for statement in _DDL.split(";"):
        db.execute_sql(statement)
    db.execute_sql(
        "INSERT INTO dial_count (lead_id, user_id, dials, connects, meetings)"
        f" SELECT lead_id, user_id, count(*), sum(connect), sum({_MET.format('t')}) FROM touch t"
        f" WHERE {_DIALLED.format('t')} GROUP BY lead_id, user_id"
    )
    for trigger in TRIGGERS:
        db.execute_sql(trigger)
