"""The facts that one SQL question each can prove: its answer names the rows that break the fact.

The first column of an answer is the row's id; the sentence is filled with the answer's columns. Void rows were taken
back by an undo and count for nothing. See docs/model.md, "Facts that always hold".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from store.models import TABLES
from store.models.base import sql_words
from store.rules.closing import STATUS_AFTER
from store.rules.path import ALLOWED_STATUSES, ENTERED, RANK
from store.vocabulary import Outcome


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact, and the question whose answer is empty while it holds."""

    name: str
    entity: str
    sentence: str
    sql: str


_PAIRS = " OR ".join(
    f"(stage = '{stage.value}' AND status IN ({sql_words(statuses)}))" for stage, statuses in ALLOWED_STATUSES.items()
)
_ENDINGS = " OR ".join(f"(outcome = '{outcome}' AND status = '{status}')" for outcome, status in STATUS_AFTER.items())
_LIVE_CONVERSION = "c.void = 0 AND c.reversed_at IS NULL"
# When an at bat became the contact's: on opening, or when an at bat on a company got its first person.
_SINCE = """max({0}.opened_at, coalesce((
    SELECT max(o.at) FROM change n JOIN operation o ON o.id = n.operation_id
    WHERE n.entity = 'lead' AND n.entity_id = {0}.id AND n."column" = 'contact_id' AND n.before IS NULL), 0))"""
RANKED = "CASE {} " + " ".join(f"WHEN '{stage.value}' THEN {rank}" for stage, rank in RANK.items()) + " END"
# Corrections take back what was entered after the stage that they go to.
_TAKEN_BACK = f"""EXISTS (SELECT 1 FROM stage_spell b WHERE b.lead_id = s.lead_id AND b.id > s.id AND b.void = 0
    AND b.override = 1 AND {RANKED.format("b.stage")} < {RANKED.format("s.stage")})"""
_ENTERED = (
    "(SELECT "
    + " | ".join(
        f"coalesce(max(s.stage = '{stage.value}' AND NOT {_TAKEN_BACK}), 0) * {bit}" for stage, bit in ENTERED.items()
    )
    + " FROM stage_spell s WHERE s.lead_id = l.id AND s.void = 0)"
)

LEAD_FACTS = (
    Fact(
        "stage and status go together",
        "lead",
        "at bat {0} is {1}/{2}, which is no pair",
        f"SELECT id, stage, status FROM lead WHERE NOT ({_PAIRS})",
    ),
    Fact(
        "open means not ended",
        "lead",
        "at bat {0} is {1} but says open = {2}",
        "SELECT id, stage, open FROM lead"
        " WHERE open <> CASE WHEN void = 1 OR stage IN ('converted', 'closed') THEN 0 ELSE 1 END",
    ),
    Fact(
        "the stages entered are those its spells say",
        "lead",
        "at bat {0} has the stages {1} as entered, its spells say {2}",
        f"SELECT l.id, l.entered, {_ENTERED} AS said FROM lead l WHERE l.entered <> said",
    ),
    Fact(
        "the dials counted are those made",
        "lead",
        "at bat {0} has {2} dials, conversations and meetings of user {1} counted, its touches say {3}",
        "SELECT lead_id, user_id, format('%d, %d and %d', sum(dials), sum(connects), sum(meetings)),"
        " format('%d, %d and %d', sum(made), sum(spoken), sum(met)) FROM ("
        " SELECT lead_id, user_id, dials, connects, meetings, 0 AS made, 0 AS spoken, 0 AS met FROM dial_count"
        " UNION ALL SELECT lead_id, user_id, 0, 0, 0, 1, connect, connect AND disposition = 'meeting_booked' FROM touch"
        " WHERE lead_id IS NOT NULL AND channel = 'call' AND direction = 'out' AND attempt = 1 AND void = 0)"
        " GROUP BY lead_id, user_id"
        " HAVING sum(dials) <> sum(made) OR sum(connects) <> sum(spoken) OR sum(meetings) <> sum(met)",
    ),
    Fact(
        "an at bat is on somebody",
        "lead",
        "at bat {0} has neither a contact nor an account",
        "SELECT id FROM lead WHERE contact_id IS NULL AND account_id IS NULL",
    ),
    Fact(
        "one open at bat per contact",
        "lead",
        "at bat {0}: contact {1} has {2} open at bats",
        "SELECT min(id), contact_id, count(*) FROM lead WHERE open = 1 AND contact_id IS NOT NULL"
        " GROUP BY contact_id HAVING count(*) > 1",
    ),
    Fact(
        "one open at bat per account without a contact",
        "lead",
        "at bat {0}: account {1} has {2} open at bats without a contact",
        "SELECT min(id), account_id, count(*) FROM lead WHERE open = 1 AND contact_id IS NULL"
        " GROUP BY account_id HAVING count(*) > 1",
    ),
    Fact(
        "at bats are numbered from 1 on",
        "lead",
        "at bat {0} is number {1} of contact {2}, expected {3}",
        "SELECT id, number, contact_id, expected FROM ("
        " SELECT id, number, contact_id, row_number() OVER (PARTITION BY contact_id ORDER BY number, id) AS expected"
        " FROM lead WHERE void = 0 AND contact_id IS NOT NULL) WHERE number <> expected",
    ),
    Fact(
        "at bats are numbered in time order",
        "lead",
        "at bat {0} is number {1} of contact {2} but began before number {3}",
        "WITH pair AS (SELECT b.id, b.number, b.contact_id, a.number AS earlier, a.id AS earlier_id, b.opened_at"
        " FROM lead a JOIN lead b ON b.contact_id = a.contact_id AND b.number = a.number + 1 AND b.void = 0"
        " WHERE a.void = 0 AND b.opened_at < a.opened_at)"
        " SELECT pair.id, pair.number, pair.contact_id, pair.earlier FROM pair"
        " JOIN lead a ON a.id = pair.earlier_id JOIN lead b ON b.id = pair.id"
        f" WHERE {_SINCE.format('b')} < {_SINCE.format('a')}",
    ),
    Fact(
        "closed has outcome, reason and time",
        "lead",
        "at bat {0} is closed without outcome, reason or time",
        "SELECT id FROM lead WHERE stage = 'closed' AND (outcome IS NULL OR reason = '' OR closed_at IS NULL)",
    ),
    Fact(
        "open has no outcome",
        "lead",
        "at bat {0} is {1} but carries outcome {2}",
        "SELECT id, stage, coalesce(outcome, 'none, and a closing time') FROM lead"
        " WHERE void = 0 AND stage NOT IN ('converted', 'closed') AND (outcome IS NOT NULL OR closed_at IS NOT NULL)",
    ),
    Fact(
        "outcome and status go together",
        "lead",
        "at bat {0} ended as {1} but its status is {2}",
        f"SELECT id, outcome, status FROM lead WHERE void = 0 AND outcome IS NOT NULL AND NOT ({_ENDINGS})",
    ),
    Fact(
        "an ending has what it needs",
        "lead",
        "at bat {0} ended as {1} without the date, trigger or at bat that needs",
        "SELECT id, outcome FROM lead WHERE void = 0 AND imported = 0 AND ("
        f"(outcome = '{Outcome.NOT_READY}' AND eligible_at IS NULL)"
        f" OR (outcome = '{Outcome.RE_ENGAGE}' AND eligible_at IS NULL AND eligible_on = '')"
        f" OR (outcome = '{Outcome.DUPLICATE}' AND merged_into_id IS NULL))",
    ),
    Fact(
        "merged means closed as duplicate",
        "lead",
        "at bat {0} points to at bat {1} but no merge of the two is recorded",
        "SELECT id, merged_into_id FROM lead l WHERE void = 0 AND merged_into_id IS NOT NULL"
        f" AND (outcome IS NOT '{Outcome.DUPLICATE}' OR merged_into_id = id OR NOT EXISTS (SELECT 1 FROM merge m"
        " WHERE m.entity = 'lead' AND m.loser_id = l.id AND m.survivor_id = l.merged_into_id AND m.void = 0))",
    ),
    Fact(
        "converted names what it produced",
        "lead",
        "at bat {0} is converted ({1}) without the opportunity or meeting it produced",
        "SELECT id, coalesce(outcome, 'no outcome') FROM lead l WHERE stage = 'converted' AND void = 0 AND NOT EXISTS ("
        f"SELECT 1 FROM conversion c WHERE c.lead_id = l.id AND {_LIVE_CONVERSION}"
        f" AND CASE l.outcome WHEN '{Outcome.CONVERTED}' THEN c.opportunity_id WHEN '{Outcome.MEETING_BOOKED}'"
        " THEN c.meeting_id END IS NOT NULL)",
    ),
    Fact(
        "stages entered are timed",
        "lead",
        "at bat {0} is {1} but never says when it was accepted or connected",
        "SELECT id, stage FROM lead WHERE void = 0 AND imported = 0 AND ("
        "(stage IN ('accepted', 'attempting', 'connected', 'qualified', 'converted') AND accepted_at IS NULL)"
        " OR ((stage IN ('connected', 'qualified') OR connects > 0) AND connected_at IS NULL))",
    ),
    Fact(
        "every open at bat has a next action",
        "lead",
        "at bat {0} belongs to user {1} but nothing is due",
        "SELECT id, owner_id FROM lead WHERE open = 1 AND owner_id IS NOT NULL AND due_at IS NULL",
    ),
    Fact(
        "a decision says since when",
        "lead",
        "at bat {0} has a decision and its time apart",
        "SELECT id FROM lead WHERE void = 0 AND (decision IS NULL) <> (decision_at IS NULL)",
    ),
    Fact(
        "what has ended waits for nothing",
        "lead",
        "at bat {0} has ended but something is still due on it",
        "SELECT id FROM lead WHERE void = 0 AND open = 0"
        " AND (due_at IS NOT NULL OR decision IS NOT NULL OR callback_at IS NOT NULL OR snoozed_until IS NOT NULL)",
    ),
    Fact(
        "a callback is due when it was promised for",
        "lead",
        "at bat {0} shows a callback at {1}, the open promise says {2}",
        "SELECT l.id, coalesce(l.callback_at, 'no time'), coalesce(c.due_at, 'none') FROM lead l LEFT JOIN ("
        " SELECT lead_id, min(due_at) AS due_at FROM callback WHERE state = 'open' AND void = 0 GROUP BY lead_id) c"
        " ON c.lead_id = l.id WHERE l.void = 0 AND l.callback_at IS NOT c.due_at",
    ),
    Fact(
        "the status is the last one entered",
        "lead",
        "at bat {0} is {1}, its status history ends with {2}",
        "SELECT l.id, l.status, coalesce(s.status, 'nothing') FROM lead l LEFT JOIN ("
        " SELECT lead_id, status, max(id) FROM status_change WHERE void = 0 GROUP BY lead_id) s ON s.lead_id = l.id"
        " WHERE l.void = 0 AND l.status IS NOT s.status",
    ),
    Fact(
        "the owner is the last one assigned",
        "lead",
        "at bat {0} belongs to user {1}, it was last assigned to user {2}",
        "SELECT l.id, coalesce(l.owner_id, 'nobody'), coalesce(a.owner_id, 'nobody') FROM lead l LEFT JOIN ("
        " SELECT lead_id, owner_id, max(id) FROM assignment WHERE void = 0 GROUP BY lead_id) a ON a.lead_id = l.id"
        " WHERE l.void = 0 AND l.owner_id IS NOT a.owner_id",
    ),
    Fact(
        "the contact is the group's primary",
        "lead",
        "at bat {0} is on contact {1}, the primary of its group is {2}",
        "SELECT l.id, coalesce(l.contact_id, 'nobody'), coalesce(m.contact_id, 'nobody') FROM lead l LEFT JOIN"
        " lead_contact m ON m.lead_id = l.id AND m.is_primary = 1 AND m.void = 0"
        " WHERE l.void = 0 AND l.contact_id IS NOT m.contact_id",
    ),
    Fact(
        "one approval at a time, in stage disqualified alone",
        "lead",
        "at bat {0} is {1} with {2} approvals waiting",
        "SELECT l.id, l.stage, coalesce(a.waiting, 0) FROM lead l LEFT JOIN ("
        " SELECT lead_id, count(*) AS waiting FROM approval WHERE decided_at IS NULL AND void = 0 GROUP BY lead_id) a"
        " ON a.lead_id = l.id WHERE l.void = 0 AND coalesce(a.waiting, 0) <> (l.stage = 'disqualified')",
    ),
    Fact(
        "a clock runs once, and not on what has ended",
        "lead",
        "at bat {0} is {1} with {2} clocks “{3}” running",
        "SELECT l.id, l.stage, count(*), c.kind FROM clock c JOIN lead l ON l.id = c.lead_id"
        " WHERE c.met IS NULL AND c.ended_at IS NULL AND c.void = 0"
        " GROUP BY c.lead_id, c.kind HAVING count(*) > 1 OR l.open = 0",
    ),
    Fact(
        "an undone at bat has nothing left on it",
        "lead",
        "at bat {0} was undone but {1} touches still stand on it",
        "SELECT l.id, count(*) FROM lead l JOIN touch t ON t.lead_id = l.id AND t.void = 0 WHERE l.void = 1"
        " GROUP BY l.id",
    ),
)

PEOPLE_FACTS = (
    Fact(
        "who is worked is in the sales pool",
        "contact",
        "contact {0} is in the {1} pool and has the open at bat {2}",
        "SELECT c.id, c.pool, l.id FROM lead l JOIN contact c ON c.id = l.contact_id"
        " WHERE l.open = 1 AND c.pool <> 'sales'",
    ),
    Fact(  # an imported one may be both, as the other system said
        "nobody is an MQL while an opportunity of theirs is open",
        "lead",
        "at bat {0} is new, but at bat {1} of the same person stands behind the open opportunity {2}",
        "SELECT l.id, q.id, o.id FROM lead l JOIN lead q ON q.contact_id = l.contact_id AND q.id <> l.id"
        f" JOIN conversion c ON c.lead_id = q.id AND {_LIVE_CONVERSION}"
        " JOIN opportunity o ON o.id = c.opportunity_id AND o.open = 1 AND o.rejected_at IS NULL"
        " WHERE l.open = 1 AND l.stage = 'new' AND l.imported = 0 AND q.stage = 'converted' AND q.void = 0",
    ),
    Fact(
        "a use of a reference is one that was made",
        "task",
        "use {0} of contact {1} as a reference is no use that was made",
        "SELECT id, contact_id FROM task WHERE kind = 'reference' AND void = 0"
        " AND (contact_id IS NULL OR state <> 'done' OR at IS NULL)",
    ),
    Fact(
        "a suppressed contact has no open at bat",
        "lead",
        "at bat {0} is open though contact {1} asked not to be contacted",
        "SELECT l.id, l.contact_id FROM contact c JOIN lead l ON l.contact_id = c.id"
        " WHERE c.suppressed_at IS NOT NULL AND l.open = 1",
    ),
    Fact(
        "a suppressed contact gets no outbound touch",
        "touch",
        "touch {0} went out to contact {1} after they asked not to be contacted",
        "SELECT t.id, t.contact_id FROM contact c JOIN touch t ON t.contact_id = c.id AND t.void = 0"
        " WHERE t.direction = 'out' AND t.automated = 0"
        " AND (t.at > c.suppressed_at OR (t.channel = 'email' AND t.at > c.email_stopped_at))",
    ),
    Fact(
        "nobody merged, undone or bogus is worked",
        "lead",
        "at bat {0} is open on contact {1}, who is {2}",
        "SELECT l.id, c.id, CASE WHEN c.void = 1 THEN 'undone' WHEN c.merged_into_id IS NOT NULL"
        " THEN 'merged into another' ELSE 'rejected by sales' END FROM contact c JOIN lead l ON l.contact_id = c.id"
        " WHERE l.open = 1 AND (c.void = 1 OR c.merged_into_id IS NOT NULL OR c.bogus_at IS NOT NULL)",
    ),
    Fact(
        "no new at bat beside one's own open opportunity",
        "contact",
        "contact {0} has at bat {1} in {2} though their opportunity {3} is open",
        "SELECT l.contact_id, l.id, l.stage, o.id FROM opportunity o"
        f" JOIN conversion c ON c.opportunity_id = o.id AND {_LIVE_CONVERSION}"
        " JOIN lead won ON won.id = c.lead_id"
        " JOIN lead l ON l.contact_id = won.contact_id AND l.open = 1 AND l.id <> won.id"
        " WHERE o.open = 1 AND o.rejected_at IS NULL",
    ),
    Fact(
        "one employer at a time",
        "contact",
        "contact {0} has {1} employments without an end",
        "SELECT contact_id, count(*) FROM employment WHERE ends = '' AND void = 0 GROUP BY contact_id"
        " HAVING count(*) > 1",
    ),
)

DEAL_FACTS = (
    Fact(
        "a conversion stands on a converted at bat",
        "conversion",
        "conversion {0} stands on at bat {1}, which is {2}",
        "SELECT c.id, c.lead_id, l.stage FROM conversion c JOIN lead l ON l.id = c.lead_id"
        f" WHERE {_LIVE_CONVERSION} AND (l.stage <> 'converted' OR l.void = 1)",
    ),
    Fact(
        "an at bat is converted once",
        "lead",
        "at bat {0} has {1} conversions",
        f"SELECT c.lead_id, count(*) FROM conversion c WHERE {_LIVE_CONVERSION} GROUP BY c.lead_id HAVING count(*) > 1",
    ),
    Fact(
        "a conversion leads to something that stands",
        "conversion",
        "conversion {0} leads to an opportunity or meeting that was taken back",
        "SELECT c.id FROM conversion c LEFT JOIN opportunity o ON o.id = c.opportunity_id"
        " LEFT JOIN meeting m ON m.id = c.meeting_id"
        f" WHERE {_LIVE_CONVERSION} AND (o.void = 1 OR o.stage = 'reversed' OR m.void = 1"
        " OR coalesce(c.opportunity_id, c.meeting_id) IS NULL)",
    ),
    Fact(
        "an opportunity has exactly one primary contact",
        "opportunity",
        "opportunity {0} has {1} primary contacts",
        "SELECT o.id, coalesce(sum(m.is_primary), 0) FROM opportunity o"
        " LEFT JOIN opportunity_contact m ON m.opportunity_id = o.id AND m.void = 0 WHERE o.void = 0 GROUP BY o.id"
        " HAVING coalesce(sum(m.is_primary), 0) <> 1 AND (count(m.id) > 0"
        f" OR EXISTS (SELECT 1 FROM conversion c WHERE c.opportunity_id = o.id AND {_LIVE_CONVERSION}))",
    ),
    Fact(
        "open means neither won, lost nor reversed",
        "opportunity",
        "opportunity {0} is {1} but says open = {2}, or has no closing time",
        "SELECT id, stage, open FROM opportunity WHERE"
        " open <> CASE WHEN void = 1 OR stage IN ('won', 'lost', 'reversed') THEN 0 ELSE 1 END"
        " OR (void = 0 AND (stage IN ('won', 'lost', 'reversed')) <> (closed_at IS NOT NULL))",
    ),
    Fact(
        "an opportunity is where its last spell says",
        "opportunity",
        "opportunity {0} is {1} but its open spell is {2}",
        "SELECT o.id, o.stage, coalesce(group_concat(s.stage), 'missing') FROM opportunity o"
        " LEFT JOIN opportunity_spell s ON s.opportunity_id = o.id AND s.left_at IS NULL AND s.void = 0"
        " WHERE o.void = 0 GROUP BY o.id HAVING count(s.id) <> 1 OR max(s.stage) <> o.stage",
    ),
    Fact(
        "an opportunity is lost with a reason",
        "opportunity",
        "opportunity {0} was lost without a reason",
        "SELECT id FROM opportunity WHERE void = 0 AND stage = 'lost' AND lost_reason = ''"
        " AND id NOT IN (SELECT entity_id FROM external_id WHERE entity = 'opportunity')",
    ),
    Fact(
        "a won opportunity makes its company a customer",
        "opportunity",
        "opportunity {0} was won, but its company {1} is no customer",
        "SELECT o.id, o.account_id FROM opportunity o JOIN account a ON a.id = o.account_id"
        " WHERE o.void = 0 AND o.stage = 'won' AND a.customer_since IS NULL",
    ),
    Fact(
        "an answer to a hand-over is whole",
        "hand_over",
        "hand-over {0} was answered without a word, or rejected without a reason",
        "SELECT id FROM hand_over WHERE void = 0 AND ((answered_at IS NULL) <> (accepted IS NULL)"
        " OR (accepted = 0 AND reason = '') OR answered_at < at)",
    ),
    Fact(
        "nothing waits for an answer on what was won or lost",
        "hand_over",
        "hand-over {0} waits for an answer though opportunity {1} is {2}",
        "SELECT h.id, o.id, o.stage FROM hand_over h JOIN opportunity o ON o.id = h.opportunity_id"
        " WHERE h.void = 0 AND h.answered_at IS NULL AND o.void = 0 AND o.stage IN ('won', 'lost')",
    ),
    Fact(
        "no callback is promised on what was won or lost",
        "callback",
        "callback {0} is open though opportunity {1} is {2}",
        "SELECT c.id, o.id, o.stage FROM callback c JOIN opportunity o ON o.id = c.opportunity_id"
        " WHERE c.void = 0 AND c.state = 'open' AND o.open = 0",
    ),
    Fact(
        "rejected by sales has a rejection behind it",
        "opportunity",
        "opportunity {0} is marked as rejected by sales, but its last hand-over was not rejected",
        "SELECT o.id FROM opportunity o WHERE o.void = 0 AND o.rejected_at IS NOT NULL AND NOT EXISTS ("
        " SELECT 1 FROM hand_over h WHERE h.opportunity_id = o.id AND h.void = 0 AND h.accepted = 0)",
    ),
    Fact(
        "an opportunity's spells follow each other",
        "opportunity_spell",
        "spell {0} of opportunity {1} does not begin where the one before it ended",
        "SELECT id, opportunity_id FROM (SELECT id, opportunity_id, entered_at, left_at,"
        " lag(id) OVER w AS before_id, lag(left_at) OVER w AS before_left"
        " FROM opportunity_spell WHERE void = 0 WINDOW w AS (PARTITION BY opportunity_id ORDER BY id))"
        " WHERE left_at < entered_at OR (before_id IS NOT NULL AND before_left IS NOT entered_at)",
    ),
)

HISTORY_FACTS = (
    Fact(
        "every operation is sealed",
        "operation",
        "operation {0} has no seal",
        "SELECT o.id FROM operation o LEFT JOIN seal s ON s.operation_id = o.id WHERE s.id IS NULL",
    ),
    Fact(
        "no operation is missing",
        "operation",
        "operation {0} is missing",
        "SELECT id - 1 FROM (SELECT id, lag(id, 1, 0) OVER (ORDER BY id) AS before_id FROM operation)"
        " WHERE id <> before_id + 1",
    ),
    Fact(
        "an act is undone once",
        "operation",
        "operation {0} was undone {1} times, or by something that is no undo",
        "SELECT undoes_id, count(*) FROM operation WHERE undoes_id IS NOT NULL GROUP BY undoes_id"
        " HAVING count(*) > 1 OR max(kind) <> 'undo' OR min(id) <= undoes_id",
    ),
    Fact(
        "no rule comes too late",
        "signal",
        "signal {0} is held until {1}, its person is looked at later or never",
        "SELECT s.id, s.held_until FROM signal s LEFT JOIN contact c ON c.id = s.contact_id"
        " WHERE s.held_until IS NOT NULL AND s.void = 0 AND coalesce(c.void, 0) = 0"
        " AND (c.rule_at IS NULL OR c.rule_at > s.held_until)",
    ),
)

FACTS = (*LEAD_FACTS, *PEOPLE_FACTS, *DEAL_FACTS, *HISTORY_FACTS)

# References that no foreign key keeps, because the tables come in a circle: column -> the table it refers to.
_UNKEPT = {"lead_id": "lead", "opportunity_id": "opportunity", "actor_id": "user"}


def links() -> Iterator[Fact]:
    """References without a foreign key lead somewhere, and every row that was ever made is still there."""
    for model in TABLES:
        table = model._meta.table_name
        kept = {field.column_name for field in model._meta.refs}
        for column, parent in _UNKEPT.items():
            if column in model._meta.columns and column not in kept:
                yield Fact(
                    "references lead somewhere",
                    table,
                    f"{table} {{0}} refers to {parent} {{1}}, which is gone",
                    f'SELECT c.id, c.{column} FROM "{table}" c LEFT JOIN "{parent}" p ON p.id = c.{column}'
                    f" WHERE c.{column} IS NOT NULL AND p.id IS NULL",
                )
        yield Fact(
            "nothing is deleted",
            table,
            f"{table} {{0}} was made by operation {{1}} and is gone",
            f'SELECT c.entity_id, c.operation_id FROM change c LEFT JOIN "{table}" t ON t.id = c.entity_id'
            f" WHERE c.entity = '{table}' AND c.\"column\" = '+' AND t.id IS NULL",
        )
        yield Fact(
            "references lead somewhere",
            "external_id",
            f"external id {{0}} names {table} {{1}}, which is gone",
            f'SELECT e.id, e.entity_id FROM external_id e LEFT JOIN "{table}" t ON t.id = e.entity_id'
            f" WHERE e.entity = '{table}' AND t.id IS NULL",
        )
