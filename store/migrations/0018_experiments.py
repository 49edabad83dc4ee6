"""Which arm of an experiment an at bat was given, kept when it is opened; and whose at bats an experiment is about."""

from typing import Any

_DDL = """
CREATE TABLE "experiment_assignment" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "experiment_id" INTEGER NOT NULL,
    "arm_id" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("experiment_id") REFERENCES "experiment" ("id"),
    FOREIGN KEY ("arm_id") REFERENCES "experiment_arm" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);
CREATE UNIQUE INDEX "experiment_assignment_once" ON "experiment_assignment" ("lead_id", "experiment_id")
    WHERE void = 0;
CREATE INDEX "experiment_assignment_arm" ON "experiment_assignment" ("experiment_id", "arm_id", "lead_id")
    WHERE void = 0
"""
_MOTIONS = (
    "'demo_request', 'event_follow_up', 'outbound_target', 'partner_referral', 'reactivation', 'expansion',"
    " 'intent_signal', 'campaign_response', 'rep_created'"
)


def up(migrator: Any, db: Any) -> None:
    """Make the table, keep its rows for good, and add the column; None there is every motion."""
    for statement in _DDL.split(";"):
        db.execute_sql(statement)
    db.execute_sql(
        "CREATE TRIGGER experiment_assignment_kept BEFORE DELETE ON experiment_assignment"
        " BEGIN SELECT RAISE(ABORT, 'nothing is ever deleted'); END"
    )
    db.execute_sql(f'ALTER TABLE "experiment" ADD COLUMN "motion" TEXT CHECK (motion IN ({_MOTIONS}))')
