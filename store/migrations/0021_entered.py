"""Which stages an at bat has entered is kept on it, so that a report need not look for its spells.

A bit for each: Attempting 1, Connected 2, Qualified 4, Converted 8. What a correction (an override) takes back to
before a stage has not entered it, until it comes there again. Triggers keep it, whichever act changes a spell.
"""

from typing import Any

_BITS = {"attempting": 1, "connected": 2, "qualified": 4, "converted": 8}
_ORDER = ("new", "accepted", *_BITS)


def _stands(stage: str) -> str:
    """Whether the last spell of the stage is younger than the last correction to before it."""
    before = ", ".join(f"'{each}'" for each in _ORDER[: _ORDER.index(stage)])
    return (
        f"(max(CASE s.stage WHEN '{stage}' THEN s.id ELSE 0 END)"
        f" > max(CASE WHEN s.override = 1 AND s.stage IN ({before}) THEN s.id ELSE 0 END))"
    )


_ENTERED = (
    f"coalesce((SELECT {' | '.join(f'{_stands(stage)} * {bit}' for stage, bit in _BITS.items())}"
    " FROM stage_spell s WHERE s.lead_id = lead.id AND s.void = 0), 0)"
)
_BIT = f"CASE NEW.stage {' '.join(f'''WHEN '{stage}' THEN {bit}''' for stage, bit in _BITS.items())} ELSE 0 END"
_AGAIN = f"BEGIN UPDATE lead SET entered = {_ENTERED} WHERE id = NEW.lead_id; END"

TRIGGERS = (
    "CREATE TRIGGER stage_spell_made AFTER INSERT ON stage_spell WHEN NEW.override = 0 AND NEW.void = 0 BEGIN"
    f" UPDATE lead SET entered = entered | {_BIT} WHERE id = NEW.lead_id AND entered <> entered | {_BIT}; END",
    f"CREATE TRIGGER stage_spell_corrects AFTER INSERT ON stage_spell WHEN NEW.override = 1 AND NEW.void = 0 {_AGAIN}",
    f"CREATE TRIGGER stage_spell_changed AFTER UPDATE OF stage, override, void ON stage_spell {_AGAIN}",
)
INDEX = (
    'CREATE INDEX "lead_reports" ON lead (opened_day, imported, merged_into_id, void, motion, source, campaign_id,'
    " team_id, owner_id, account_id, contact_id, number, open, stage, status, outcome, reason, attempts, opened_at,"
    " connected_at, first_touch_at, closed_at, rejected_at, accepted_at, expires_at, entered)"
)


def up(migrator: Any, db: Any) -> None:
    """Add the column and fill it; what is kept of a locked at bat is no change of it."""
    columns = [name for _, name, *_ in db.execute_sql("PRAGMA table_info(lead)").fetchall()]
    ((guard,),) = db.execute_sql("SELECT sql FROM sqlite_master WHERE name = 'lead_locked'").fetchall()
    named = ", ".join(f'"{name}"' for name in columns)
    db.execute_sql("DROP TRIGGER lead_locked")
    db.execute_sql(guard.replace("BEFORE UPDATE ON lead", f"BEFORE UPDATE OF {named} ON lead"))
    db.execute_sql('ALTER TABLE lead ADD COLUMN "entered" INTEGER NOT NULL DEFAULT 0')
    db.execute_sql("DROP INDEX lead_reports")
    db.execute_sql(f"UPDATE lead SET entered = {_ENTERED} WHERE stage <> 'new' OR id IN"
                   " (SELECT lead_id FROM stage_spell WHERE override = 1)")  # fmt: skip
    db.execute_sql(INDEX)
    for trigger in TRIGGERS:
        db.execute_sql(trigger)
