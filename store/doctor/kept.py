"""What is kept on an at bat for speed equals what its history says: spells, counters, its place, the search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from store.database import Store
from store.doctor.facts import RANKED
from store.doctor.finding import Finding
from store.lead_state import COLUMNS, lead_state
from store.operations.alerts import team_lead
from store.operations.settle import facts_of
from store.rules import queue_order
from store.rules.standing import causes, next_rule, running
from store.vocabulary import Stage

_SAMPLE = 2_000  # rows of a search table looked up by their own words; of more, an even sample

_BACKWARD = ("set_back", "reverse", "undo", "send_back", "bulk_send_back")
_STANDS = """
SELECT l.id, l.stage, coalesce(group_concat(s.stage), 'missing') FROM lead l
LEFT JOIN stage_spell s ON s.lead_id = l.id AND s.left_at IS NULL AND s.void = 0
WHERE l.void = 0 GROUP BY l.id
HAVING count(s.id) <> 1 OR max(s.stage) <> l.stage OR max(s.entered_at) <> l.stage_at"""
_FOLLOWS = f"""
SELECT id, lead_id, stage, before_stage,
       left_at < entered_at OR before_left IS NOT entered_at,
       {RANKED.format("stage")} <= {RANKED.format("before_stage")} AND NOT (override = 1 AND EXISTS (
           SELECT 1 FROM change c JOIN operation o ON o.id = c.operation_id
           WHERE c.entity = 'stage_spell' AND c.entity_id = spell.id AND c."column" = '+'
             AND o.kind IN {_BACKWARD})) AS backward,
       skipped = 1 AND (left_at IS NOT entered_at OR stage NOT IN ('accepted', 'attempting', 'connected')) AS odd_skip
FROM (SELECT s.id, s.lead_id, s.stage, s.entered_at, s.left_at, s.skipped, s.override,
             lag(s.stage) OVER w AS before_stage,
             CASE WHEN lag(s.id) OVER w IS NULL THEN l.opened_at ELSE lag(s.left_at) OVER w END AS before_left
      FROM stage_spell s JOIN lead l ON l.id = s.lead_id
      WHERE s.void = 0 AND l.void = 0 WINDOW w AS (PARTITION BY s.lead_id ORDER BY s.id)) spell
WHERE left_at < entered_at OR before_left IS NOT entered_at OR backward OR odd_skip"""
_AGE = """
SELECT l.id, sum(s.left_at - s.entered_at), coalesce(l.closed_at, l.stage_at) - l.opened_at
FROM lead l JOIN stage_spell s ON s.lead_id = l.id AND s.void = 0 WHERE l.void = 0 GROUP BY l.id
HAVING coalesce(sum(s.left_at - s.entered_at), 0) <> coalesce(l.closed_at, l.stage_at) - l.opened_at"""


def wrong_spells(store: Store) -> Iterator[Finding]:
    """One open spell, the stage's; each begins where the one before ended; forward but for recorded corrections."""
    fact = "stages follow each other"
    for lead_id, stage, spells in store.each(_STANDS):
        yield Finding(fact, "lead", lead_id, f"at bat {lead_id} is {stage}, its open spell is {spells}")
    for spell_id, lead_id, stage, before, apart, backward, _ in store.each(_FOLLOWS):
        if apart:
            words = f"does not begin where {before or 'the at bat'} left off, or ends before it begins"
        elif backward:
            words = f"goes back from {before} without a recorded correction"
        else:
            words = "is marked skipped but took time, or is a stage that is never skipped"
        yield Finding(fact, "stage_spell", spell_id, f"spell {spell_id} ({stage}) of at bat {lead_id} {words}")
    for lead_id, spent, age in store.each(_AGE):
        sentence = f"at bat {lead_id}: its spells add up to {spent or 0} µs, its age is {age} µs"
        yield Finding("time in stages adds up to the age", "lead", lead_id, sentence)


_CORRECTED = "SELECT lead_id FROM {} WHERE override = 1 AND void = 0"
_ELSEWHERE = f"""
SELECT l.id, (SELECT count(*) FROM stage_spell s WHERE s.lead_id = l.id AND s.void = 0) AS spells,
       (SELECT count(*) FROM status_change s WHERE s.lead_id = l.id AND s.void = 0) AS statuses
FROM lead l WHERE l.stage = 'new' AND l.void = 0 AND l.id NOT IN ({_CORRECTED.format("stage_spell")})
  AND (spells > 1 OR (statuses > 1 AND l.id NOT IN ({_CORRECTED.format("status_change")})))"""


def elsewhere(store: Store) -> Iterator[Finding]:
    """At bats in New that have been elsewhere with no correction to say so: reports seek no more of the others."""
    for lead_id, spells, statuses in store.each(_ELSEWHERE):
        said = f"has {spells} spells and {statuses} statuses, and none of them is a recorded correction"
        yield Finding("what is new was nowhere else", "lead", lead_id, f"at bat {lead_id} is new, but {said}")


# Columns of an at bat, and what the touches that count for it say of each. What was logged after an at bat had ended
# (the result of its meeting) belongs to no counter of it; a merged one's touches stand on the one that lives on.
_COUNTERS = {
    "touches": "count(*)",
    "attempts": "sum(t.attempt)",
    "direct_attempts": "sum(t.attempt AND t.with_whom = 'contact')",
    "partner_touches": "sum(t.with_whom = 'partner' AND NOT t.automated)",
    "connects": "sum(t.connect)",
    "last_touch_at": "max(CASE WHEN NOT t.automated THEN t.at END)",
    "last_attempt_at": "max(CASE WHEN t.attempt THEN t.at END)",
    "first_touch_at": "min(CASE WHEN t.attempt OR t.connect THEN t.at END)",
}
_NOUGHT = ("touches", "attempts", "direct_attempts", "partner_touches", "connects")
_COUNTED = {name: f"coalesce(n.{name}, 0)" if name in _NOUGHT else f"n.{name}" for name in _COUNTERS}
_MISCOUNTED = f"""
SELECT l.id, {", ".join(f"l.{name}, {said}" for name, said in _COUNTED.items())}
FROM lead l LEFT JOIN (
    SELECT t.lead_id, {", ".join(f"{said} AS {name}" for name, said in _COUNTERS.items())}
    FROM touch t JOIN lead k ON k.id = t.lead_id
    LEFT JOIN stage_spell s ON s.lead_id = k.id AND s.left_at IS NULL AND s.void = 0
    WHERE t.void = 0 AND (k.open = 1 OR t.written_id <= s.written_id OR (
        SELECT c.operation_id FROM change c
        WHERE c.entity = 'touch' AND c.entity_id = t.id AND c."column" = '+') <= s.written_id)
    GROUP BY t.lead_id) n ON n.lead_id = l.id
WHERE l.void = 0 AND l.merged_into_id IS NULL
  AND ({" OR ".join(f"l.{name} IS NOT {said}" for name, said in _COUNTED.items())})"""
_LAST_WORD = """
SELECT l.id, l.last_disposition FROM lead l
WHERE l.void = 0 AND l.merged_into_id IS NULL AND (l.last_touch_at IS NULL) <> (l.last_disposition IS NULL)
   OR (l.void = 0 AND l.merged_into_id IS NULL AND l.last_touch_at IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM touch t WHERE t.lead_id = l.id AND t.void = 0 AND t.at = l.last_touch_at
         AND (t.disposition = l.last_disposition OR (l.open = 0 AND t.amended_at IS NOT NULL))))"""


def miscounted(store: Store) -> Iterator[Finding]:
    """Counters and touch times that differ from what the at bat's touches say."""
    fact = "counters equal the touches"
    for lead_id, *pairs in store.each(_MISCOUNTED):
        for name, kept, said in zip(_COUNTERS, pairs[::2], pairs[1::2], strict=True):
            if kept != said:
                sentence = f"at bat {lead_id}: {name} is {_shown(kept)}, its touches say {_shown(said)}"
                yield Finding(fact, "lead", lead_id, sentence)
    for lead_id, disposition in store.each(_LAST_WORD):
        sentence = f"at bat {lead_id}: no last touch came to {_shown(disposition)}"
        yield Finding(fact, "lead", lead_id, sentence)


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)


_OPEN_LEADS = f"SELECT {', '.join(COLUMNS)} FROM lead WHERE open = 1"


def misplaced(store: Store) -> Iterator[Finding]:
    """Open at bats whose tier or due time is not what the queue's order says, under the rules they were made by.

    One made under other rules keeps what those said, and one that waits for approval is due when that is.
    """
    rules, calendar = store.rules, store.calendar
    for row in store.each(_OPEN_LEADS):
        try:
            lead = lead_state(row)
        except KeyError as word:
            yield Finding("every word is known", "lead", row[0], f"at bat {row[0]} holds the unknown word {word}")
            continue
        if lead.rules != rules.digest or lead.stage is Stage.DISQUALIFIED:
            continue
        for name, value in queue_order.place(lead, {}, rules, calendar).items():
            if getattr(lead, name) != value:
                words = f"at bat {lead.id}: {name} is {_shown(getattr(lead, name))}, its state says {_shown(value)}"
                yield Finding("the place in the queue is the one its state says", "lead", lead.id, words)


def overlooked(store: Store) -> Iterator[Finding]:
    """Open at bats that a rule does something to before the time kept for it, and clocks that do not fit the state.

    A tick looks at an at bat at ``rule_at``, so that may come too early but never too late.
    """
    rules, calendar = store.rules, store.calendar
    for row in store.each(_OPEN_LEADS):
        try:
            lead = lead_state(row)
        except KeyError:
            continue  # told by ``misplaced``
        if lead.rules != rules.digest:
            continue
        facts = facts_of(store, lead, lead.updated_at, team_lead(store, lead.team_id))
        told = {(kind, owner_id) for kind, owner_id in store.rows(_TOLD, (lead.id,))}
        alerts = [cause for cause in causes(lead, facts, rules, calendar) if (cause.kind, cause.owner_id) not in told]
        comes = next_rule(lead, facts, alerts, rules, calendar, 0)
        if comes is not None and (lead.rule_at is None or lead.rule_at > comes):
            words = f"at bat {lead.id}: a rule comes to it at {comes}, it is looked at {_shown(lead.rule_at)}"
            yield Finding("no rule comes too late", "lead", lead.id, words)
        runs = {clock.kind for clock in facts.clocks if clock.ended_at is None}
        missing = set(running(lead, facts, rules, calendar)) - runs - {clock.kind for clock in facts.clocks}
        if missing and lead.rule_at is not None and lead.rule_at > lead.updated_at:
            words = f"at bat {lead.id} has no clock {', '.join(sorted(kind.label for kind in missing))}"
            yield Finding("every clock runs that should", "lead", lead.id, words)


_TOLD = """
SELECT kind, owner_id FROM alert WHERE entity = 'lead' AND entity_id = ? AND closed_at IS NULL AND void = 0"""


_CONTENT = re.compile(r"content\s*=\s*'(\w+)'")


def unsearchable(store: Store) -> Iterator[Finding]:
    """Rows the search has not got, has too many of, or knows by other words than they hold."""
    for search, sql in searches(store):
        content = _CONTENT.search(sql)
        if content is not None:
            yield from _out_of_step(store, search, content[1])
            yield from _other_words(store, search, content[1], 3 if "trigram" in sql else 1)


def searches(store: Store) -> list[tuple[str, str]]:
    """The search tables and how they were made."""
    found = store.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%USING fts5(%'")
    return [(name, sql) for name, sql in found]


def _out_of_step(store: Store, search: str, table: str) -> Iterator[Finding]:
    for one, other, words in (
        (table, f"{search}_docsize", f"is not in {search}"),
        (f"{search}_docsize", table, f"is in {search} but not in the table"),
    ):
        sql = f'SELECT id FROM "{one}" EXCEPT SELECT id FROM "{other}"'
        for (row_id,) in store.each(sql):
            yield Finding("the search knows every row", table, row_id, f"{table} {row_id} {words}")


def _other_words(store: Store, search: str, table: str, letters: int) -> Iterator[Finding]:
    columns = [row[1] for row in store.rows(f"PRAGMA table_info({search})")]
    step = 1 + int(store.value(f'SELECT count(*) FROM "{table}"')) // _SAMPLE
    names = ", ".join(columns)
    lookup = f"SELECT 1 FROM {search} WHERE {search} MATCH ? AND rowid = ?"
    for row_id, *values in store.each(f'SELECT id, {names} FROM "{table}" WHERE id % ? = 0', (step,)):
        for column, value in zip(columns, values, strict=True):
            if sum(letter.isascii() and letter.isalnum() for letter in value) < letters:
                continue  # nothing in it to look up by
            phrase = '{} : "{}"'.format(column, value.replace('"', '""'))
            if store.row(lookup, (phrase, row_id)) is None:
                sentence = f"{table} {row_id}: {search} does not find its {column}"
                yield Finding("the search knows every row", table, row_id, sentence)
