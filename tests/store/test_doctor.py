"""The doctor: silent on what operations made, and by name on each fault planted past them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw
import pytest

from store import Store, open_store
from store.doctor import Finding, check, notes
from store.doctor.facts import FACTS, links
from store.operations.promises import CallbackDraft, callback
from store.operations.undo import UndoDraft, undo
from store.operations.working import AmendDraft, NoteDraft, amend, note
from store.vocabulary import Channel, Disposition, Outcome, Stage
from tests.factories import DAY, MONDAY, PRIYA, Floor, open_floor


def populate(floor: Floor) -> None:
    """At bats at every stage, with all that hangs on them."""
    for stage in Stage:
        floor.lead(stage)
    floor.company_lead()
    promised = floor.lead(Stage.CONNECTED)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(promised, floor.now + DAY))
    note(floor.store, PRIYA, floor.later(), NoteDraft(promised, "likes to be called after ten"))
    contact = floor.state(8).contact_id
    assert contact is not None
    floor.lead(contact_id=contact)  # their second at bat
    met = floor.lead(Stage.CONNECTED)
    floor.meet(met)
    floor.touch(met, Disposition.HELD, Channel.MEETING)
    touched = floor.value("SELECT max(id) FROM touch")
    amend(floor.store, PRIYA, floor.later(), AmendDraft(touched, note="came ten minutes late"))
    other, twin = floor.lead(Stage.ATTEMPTING), floor.lead(Stage.CONNECTED)
    floor.close(twin, Outcome.DUPLICATE, duplicate_of=other)
    floor.touch(floor.lead(), Disposition.DO_NOT_CONTACT)
    slip = floor.lead()
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert floor.state(slip).void


def at(stage: str) -> str:
    """SQL for the first at bat that stands at this stage."""
    return f"(SELECT min(id) FROM lead WHERE stage = '{stage}' AND void = 0 AND merged_into_id IS NULL)"


SECOND = "(SELECT id FROM lead WHERE number = 2)"
PROMISED = "(SELECT lead_id FROM callback WHERE state = 'open')"
SUPPRESSED = "(SELECT id FROM contact WHERE suppressed_at IS NOT NULL)"
OPPORTUNITY = "(SELECT min(id) FROM opportunity)"
CONVERSION = "(SELECT min(id) FROM conversion WHERE opportunity_id IS NOT NULL)"
MERGED = "(SELECT id FROM lead WHERE merged_into_id IS NOT NULL)"
TOUCH = "(SELECT min(id) FROM touch)"


@dataclass(frozen=True)
class Plant:
    """A fault, and the row the doctor must name for it."""

    fact: str
    fault: tuple[str, ...]
    entity: str
    row: str

    def __str__(self) -> str:
        return self.fact


def plant(fact: str, *fault: str, entity: str = "lead", row: str) -> Plant:
    return Plant(fact, fault, entity, row)


def change(lead: str, what: str) -> str:
    return f"UPDATE lead SET {what} WHERE id = {lead}"


def add_touch(contact: str, lead: str, what: str = "") -> str:
    """A copy of the first touch, on another row and changed as ``what`` says (column = value, …)."""
    return (
        "INSERT INTO touch SELECT max(id) + 1, {lead}, opportunity_id, {contact}, account_id, user_id, {at}, day,"
        " logged_at, {channel}, 'out', with_whom, disposition, 0, 0, 0, 0, 0, NULL, NULL, '', NULL, 0, written_id"
        " FROM touch"
    ).format(contact=contact, lead=lead, at="at * 2", channel=what or "channel")


LEAD_PLANTS = [
    plant("stage and status go together", change(at("new"), "status = 'working'"), row=at("new")),
    plant(
        "open means not ended",
        "DROP INDEX lead_one_open_per_contact",
        change(at("closed"), "open = 1"),
        row=at("closed"),
    ),
    plant("open means not ended", change(at("new"), "open = 0"), row=at("new")),
    plant("the stages entered are those its spells say", change(at("connected"), "entered = 1"), row=at("connected")),
    plant(
        "the dials counted are those made",
        f"UPDATE dial_count SET connects = 7 WHERE lead_id = {at('connected')}",
        row=at("connected"),
    ),
    plant("an at bat is on somebody", change(at("new"), "contact_id = NULL, account_id = NULL"), row=at("new")),
    plant(
        "one open at bat per contact",
        "DROP INDEX lead_one_open_per_contact",
        change(at("qualified"), f"contact_id = (SELECT contact_id FROM lead WHERE id = {at('new')})"),
        row=at("new"),
    ),
    plant(
        "one open at bat per account without a contact",
        "DROP INDEX lead_one_open_per_account",
        "UPDATE lead SET contact_id = NULL, account_id = (SELECT account_id FROM lead WHERE contact_id IS NULL)"
        f" WHERE id = {at('new')}",
        row=at("new"),
    ),
    plant("at bats are numbered from 1 on", change(SECOND, "number = 4"), row="(SELECT id FROM lead WHERE number = 4)"),
    plant("at bats are numbered from 1 on", change(at("new"), "number = 0"), row=at("new")),
    plant(
        "at bats are numbered in time order",
        change(SECOND, "opened_at = 0, stage_at = 0"),
        row=SECOND,
    ),
    plant("closed has outcome, reason and time", change(at("closed"), "reason = ''"), row=at("closed")),
    plant("closed has outcome, reason and time", change(at("closed"), "outcome = NULL"), row=at("closed")),
    plant("closed has outcome, reason and time", change(at("closed"), "closed_at = NULL"), row=at("closed")),
    plant("open has no outcome", change(at("new"), "outcome = 'no_response'"), row=at("new")),
    plant("outcome and status go together", change(at("closed"), "outcome = 'suppress'"), row=at("closed")),
    plant(
        "an ending has what it needs",
        change(at("closed"), "outcome = 'connected_not_ready_now', eligible_at = NULL"),
        row=at("closed"),
    ),
    plant("an ending has what it needs", change(MERGED, "merged_into_id = NULL"), row="(SELECT loser_id FROM merge)"),
    plant("merged means closed as duplicate", change(at("new"), "merged_into_id = 1"), row=at("new")),
    plant("merged means closed as duplicate", "UPDATE merge SET void = 1", row=MERGED),
    plant("converted names what it produced", "UPDATE conversion SET void = 1", row=at("converted")),
    plant(
        "converted names what it produced", change(at("converted"), "outcome = 'meeting_booked'"), row=at("converted")
    ),
    plant("stages entered are timed", change(at("accepted"), "accepted_at = NULL"), row=at("accepted")),
    plant("stages entered are timed", change(at("qualified"), "connected_at = NULL"), row=at("qualified")),
    plant("every open at bat has a next action", change(at("attempting"), "due_at = NULL"), row=at("attempting")),
    plant("a decision says since when", change(at("attempting"), "decision = 'expired'"), row=at("attempting")),
    plant("what has ended waits for nothing", change(at("closed"), "due_at = 1"), row=at("closed")),
    plant("a callback is due when it was promised for", change(PROMISED, "callback_at = 1"), row=PROMISED),
    plant("a callback is due when it was promised for", "UPDATE callback SET due_at = 1", row=PROMISED),
    plant("a callback is due when it was promised for", change(at("new"), "callback_at = 1"), row=at("new")),
    plant("the status is the last one entered", change(at("connected"), "status = 'working'"), row=at("connected")),
    plant("the owner is the last one assigned", change(at("new"), "owner_id = 3"), row=at("new")),
    plant("the owner is the last one assigned", change(at("new"), "owner_id = NULL"), row=at("new")),
    plant("the contact is the group's primary", "UPDATE lead_contact SET is_primary = 0 WHERE lead_id = 1", row="1"),
    plant(
        "one approval at a time, in stage disqualified alone", "UPDATE approval SET void = 1", row=at("disqualified")
    ),
    plant(
        "one approval at a time, in stage disqualified alone",
        f"UPDATE approval SET lead_id = {at('new')}",
        row=at("new"),
    ),
    plant(
        "a clock runs once, and not on what has ended",
        f"UPDATE clock SET met = NULL, ended_at = NULL WHERE lead_id = {at('closed')}",
        row=at("closed"),
    ),
    plant(
        "an undone at bat has nothing left on it",
        f"UPDATE touch SET lead_id = {SECOND} WHERE id = {TOUCH}",
        change(SECOND, "void = 1, open = 0"),
        row=SECOND,
    ),
]
PEOPLE_PLANTS = [
    plant(
        "who is worked is in the sales pool",
        f"UPDATE contact SET pool = 'marketing' WHERE id = (SELECT contact_id FROM lead WHERE id = {at('new')})",
        entity="contact",
        row=f"(SELECT contact_id FROM lead WHERE id = {at('new')})",
    ),
    plant(
        "nobody is an MQL while an opportunity of theirs is open",
        change(at("new"), f"contact_id = (SELECT contact_id FROM lead WHERE id = {at('converted')})"),
        row=at("new"),
    ),
    plant(
        "a use of a reference is one that was made",
        "INSERT INTO task (contact_id, user_id, kind, words, due_at, state, void, written_id)"
        " SELECT 1, 2, 'reference', '', 9, 'open', 0, max(id) FROM operation",
        entity="task",
        row="(SELECT max(id) FROM task)",
    ),
    plant(
        "no rule comes too late",
        "INSERT INTO signal (contact_id, kind, source, at, points, high_intent, words, payload, decision, void,"
        " written_id, held_until) SELECT 1, 'webinar', '', 9, 0, 0, '', '', '', 0, max(id), 9 FROM operation",
        entity="signal",
        row="(SELECT max(id) FROM signal)",
    ),
    plant(
        "a suppressed contact has no open at bat",
        f"UPDATE contact SET suppressed_at = 9 WHERE id = (SELECT contact_id FROM lead WHERE id = {at('new')})",
        row=at("new"),
    ),
    plant(
        "a suppressed contact gets no outbound touch",
        add_touch(SUPPRESSED, at("new")),
        entity="touch",
        row="(SELECT max(id) FROM touch)",
    ),
    plant(
        "a suppressed contact gets no outbound touch",
        "UPDATE contact SET email_stopped_at = 9 WHERE id = 1",
        add_touch("1", at("new"), "'email'"),
        entity="touch",
        row="(SELECT max(id) FROM touch)",
    ),
    plant("nobody merged, undone or bogus is worked", "UPDATE contact SET merged_into_id = 2 WHERE id = 1", row="1"),
    plant("nobody merged, undone or bogus is worked", "UPDATE contact SET void = 1 WHERE id = 1", row="1"),
    plant("nobody merged, undone or bogus is worked", "UPDATE contact SET bogus_at = 1 WHERE id = 1", row="1"),
    plant(
        "no new at bat beside one's own open opportunity",
        change(at("new"), f"contact_id = (SELECT contact_id FROM lead WHERE id = {at('converted')})"),
        entity="contact",
        row=f"(SELECT contact_id FROM lead WHERE id = {at('converted')})",
    ),
    plant(
        "one employer at a time",
        "INSERT INTO employment VALUES (1, 1, 1, '', '2020-01-01', '', 0, 1), (2, 1, 2, '', '2021-01-01', '', 0, 1)",
        entity="contact",
        row="1",
    ),
]
DEAL_PLANTS = [
    plant(
        "a conversion stands on a converted at bat",
        f"UPDATE conversion SET lead_id = {at('new')} WHERE id = {CONVERSION}",
        entity="conversion",
        row=CONVERSION,
    ),
    plant(
        "an at bat is converted once",
        "DROP INDEX conversion_once",
        "INSERT INTO conversion SELECT 99, lead_id, opportunity_id, meeting_id, user_id, at, from_stage, from_status,"
        f" reversed_at, void, written_id FROM conversion WHERE id = {CONVERSION}",
        row=f"(SELECT lead_id FROM conversion WHERE id = {CONVERSION})",
    ),
    plant(
        "a conversion leads to something that stands",
        "UPDATE opportunity SET void = 1",
        entity="conversion",
        row=CONVERSION,
    ),
    plant(
        "a conversion leads to something that stands",
        "UPDATE meeting SET void = 1",
        entity="conversion",
        row="(SELECT id FROM conversion WHERE meeting_id IS NOT NULL)",
    ),
    plant(
        "an opportunity has exactly one primary contact",
        "UPDATE opportunity_contact SET is_primary = 0",
        entity="opportunity",
        row=OPPORTUNITY,
    ),
    plant(
        "an opportunity has exactly one primary contact",
        "UPDATE opportunity_contact SET void = 1",
        entity="opportunity",
        row=OPPORTUNITY,
    ),
    plant(
        "open means neither won, lost nor reversed",
        "UPDATE opportunity SET open = 0",
        entity="opportunity",
        row=OPPORTUNITY,
    ),
    plant(
        "open means neither won, lost nor reversed",
        "UPDATE opportunity SET stage = 'won', open = 0",
        entity="opportunity",
        row=OPPORTUNITY,
    ),
    plant(
        "an opportunity is where its last spell says",
        "UPDATE opportunity SET stage = 'proposal'",
        entity="opportunity",
        row=OPPORTUNITY,
    ),
    plant(
        "an opportunity is where its last spell says",
        "UPDATE opportunity_spell SET left_at = entered_at",
        entity="opportunity",
        row=OPPORTUNITY,
    ),
    plant(
        "an opportunity's spells follow each other",
        f"INSERT INTO opportunity_spell VALUES (99, {OPPORTUNITY}, 'proposal', 5, NULL, 0, 1)",
        entity="opportunity_spell",
        row="99",
    ),
    plant(
        "an opportunity is lost with a reason",
        "UPDATE opportunity SET stage = 'lost', open = 0",
        entity="opportunity",
        row=OPPORTUNITY,
    ),
    plant(
        "a won opportunity makes its company a customer",
        "UPDATE opportunity SET stage = 'won', open = 0",
        entity="opportunity",
        row=OPPORTUNITY,
    ),
    plant(
        "an answer to a hand-over is whole",
        f"INSERT INTO hand_over VALUES (99, {OPPORTUNITY}, {at('converted')}, 2, 5, 9, 9, 10, 0, '', 0, 1)",
        entity="hand_over",
        row="99",
    ),
    plant(
        "nothing waits for an answer on what was won or lost",
        f"INSERT INTO hand_over VALUES (99, {OPPORTUNITY}, {at('converted')}, 2, 5, 9, 9, NULL, NULL, '', 0, 1)",
        "UPDATE opportunity SET stage = 'won', open = 0",
        entity="hand_over",
        row="99",
    ),
    plant(
        "no callback is promised on what was won or lost",
        "INSERT INTO callback (id, opportunity_id, promised_at, due_at, words, state, void, written_id)"
        f" VALUES (99, {OPPORTUNITY}, 9, 9, '', 'open', 0, 1)",
        "UPDATE opportunity SET stage = 'won', open = 0",
        entity="callback",
        row="99",
    ),
    plant(
        "rejected by sales has a rejection behind it",
        "UPDATE opportunity SET rejected_at = 9",
        entity="opportunity",
        row=OPPORTUNITY,
    ),
]
HISTORY_PLANTS = [
    plant("every operation is sealed", "DELETE FROM seal WHERE operation_id = 5", entity="operation", row="5"),
    plant("no operation is missing", "DELETE FROM operation WHERE id = 5", entity="operation", row="5"),
    plant("an act is undone once", "UPDATE operation SET undoes_id = 3 WHERE id = 7", entity="operation", row="3"),
    plant(
        "the history is as it was written",
        "UPDATE operation SET actor_id = 3 WHERE id = 5",
        entity="operation",
        row="5",
    ),
    plant(
        "the history is as it was written",
        "UPDATE change SET after = '7' WHERE id = (SELECT min(id) FROM change"
        " WHERE operation_id = 6 AND after IS NOT NULL)",
        entity="operation",
        row="6",
    ),
    plant(
        "the history is as it was written",
        "DELETE FROM change WHERE id = (SELECT min(id) FROM change WHERE operation_id = 6)",
        entity="operation",
        row="6",
    ),
    plant(
        "the history is as it was written",
        "INSERT INTO change SELECT max(id) + 1, 6, 'lead', 1, 'score', '1', '2' FROM change",
        entity="operation",
        row="6",
    ),
    plant(
        "the history is as it was written",
        "UPDATE seal SET hash = 'x' WHERE operation_id = 6",
        entity="operation",
        row="6",
    ),
    plant(
        "the history is as it was written",
        "DELETE FROM seal WHERE operation_id = 6",
        "DELETE FROM operation WHERE id = 6",
        "DELETE FROM change WHERE operation_id = 6",
        entity="operation",
        row="7",
    ),
    plant(
        "the history is as it was written",
        "UPDATE change_secret SET after = '\"other\"' WHERE id ="
        " (SELECT min(id) FROM change_secret WHERE after IS NOT NULL)",
        entity="change",
        row="(SELECT min(change_id) FROM change_secret WHERE after = '\"other\"')",
    ),
    plant(
        "personal values can be erased",
        "UPDATE change SET after = '\"likes tea\"' WHERE id ="
        " (SELECT min(id) FROM change WHERE entity = 'note' AND \"column\" = 'text')",
        "INSERT INTO change SELECT max(id) + 1, 6, 'note', 1, 'text', NULL, '\"likes tea\"' FROM change",
        entity="change",
        row="(SELECT max(id) FROM change)",
    ),
]
KEPT_PLANTS = [
    plant("stages follow each other", f"UPDATE stage_spell SET void = 1 WHERE lead_id = {at('new')}", row=at("new")),
    plant(
        "stages follow each other",
        f"UPDATE stage_spell SET stage = 'accepted' WHERE lead_id = {at('new')}",
        row=at("new"),
    ),
    plant(
        "stages follow each other",
        "DROP INDEX stage_spell_now",
        f"UPDATE stage_spell SET left_at = NULL WHERE lead_id = {at('accepted')}",
        row=at("accepted"),
    ),
    plant("stages follow each other", change(at("accepted"), "stage_at = 1"), row=at("accepted")),
    plant(
        "stages follow each other",
        f"UPDATE stage_spell SET left_at = left_at + 1 WHERE lead_id = {at('accepted')}",
        entity="stage_spell",
        row=f"(SELECT max(id) FROM stage_spell WHERE lead_id = {at('accepted')})",
    ),
    plant(
        "stages follow each other",
        f"UPDATE stage_spell SET entered_at = 1 WHERE lead_id = {at('new')}",
        entity="stage_spell",
        row=f"(SELECT max(id) FROM stage_spell WHERE lead_id = {at('new')})",
    ),
    plant(
        "stages follow each other",
        f"UPDATE stage_spell SET stage = 'new' WHERE lead_id = {at('accepted')} AND left_at IS NULL",
        change(at("accepted"), "stage = 'new'"),
        entity="stage_spell",
        row="(SELECT max(id) FROM stage_spell WHERE lead_id = 2)",
    ),
    plant(
        "stages follow each other",
        f"UPDATE stage_spell SET skipped = 1 WHERE lead_id = {at('closed')}",
        entity="stage_spell",
        row=f"(SELECT max(id) FROM stage_spell WHERE lead_id = {at('closed')})",
    ),
    plant(
        "what is new was nowhere else",
        f"UPDATE stage_spell SET stage = 'new' WHERE lead_id = {at('accepted')} AND left_at IS NULL",
        change("2", "stage = 'new'"),
        row="2",
    ),
    plant(
        "what is new was nowhere else",
        "INSERT INTO status_change (lead_id, status, at, override, void, written_id)"
        f" SELECT id, 'recycled', opened_at + 1, 0, 0, written_id FROM lead WHERE id = {at('new')}",
        change(at("new"), "status = 'recycled'"),
        row=at("new"),
    ),
    plant("time in stages adds up to the age", change(at("closed"), "closed_at = closed_at + 1"), row=at("closed")),
    *(
        plant("counters equal the touches", change(at("connected"), f"{column} = 7"), row=at("connected"))
        for column in (
            "touches",
            "attempts",
            "direct_attempts",
            "partner_touches",
            "connects",
            "last_touch_at",
            "last_attempt_at",
            "first_touch_at",
        )
    ),
    plant("counters equal the touches", change(at("connected"), "last_disposition = 'busy'"), row=at("connected")),
    plant("counters equal the touches", change(at("new"), "last_disposition = 'busy'"), row=at("new")),
    plant("counters equal the touches", change(at("new"), "attempts = 1"), row=at("new")),
    plant("counters equal the touches", change(at("converted"), "touches = 5"), row=at("converted")),
    plant(
        "counters equal the touches",
        f"UPDATE touch SET void = 1 WHERE lead_id = {at('connected')}",
        row=at("connected"),
    ),
    plant(
        "the place in the queue is the one its state says", change(at("attempting"), "tier = 1"), row=at("attempting")
    ),
    plant("the place in the queue is the one its state says", change(PROMISED, "due_at = 5"), row=PROMISED),
    plant(
        "the place in the queue is the one its state says", change(at("qualified"), "due_at = 5"), row=at("qualified")
    ),
]
FILE_PLANTS = [
    plant("references lead somewhere", "UPDATE lead SET account_id = 999 WHERE id = 1", row="1"),
    plant("references lead somewhere", "UPDATE lead SET written_id = 999 WHERE id = 1", row="1"),
    plant("references lead somewhere", f"UPDATE touch SET lead_id = 999 WHERE id = {TOUCH}", entity="touch", row=TOUCH),
    plant(
        "references lead somewhere",
        "UPDATE callback SET lead_id = 999",
        entity="callback",
        row="(SELECT id FROM callback)",
    ),
    plant("references lead somewhere", "UPDATE operation SET actor_id = 999 WHERE id = 5", entity="operation", row="5"),
    plant(
        "references lead somewhere",
        "INSERT INTO external_id VALUES (1, 'crm', 'contact', '7', 'contact', 999)",
        entity="external_id",
        row="1",
    ),
    plant("nothing is deleted", f"DELETE FROM touch WHERE id = {TOUCH}", entity="touch", row="1"),
    plant("nothing is deleted", "DELETE FROM contact WHERE id = 3", entity="contact", row="3"),
    plant("nothing is deleted", "DELETE FROM note", entity="note", row="1"),
    plant(
        "the search knows every row",
        "UPDATE contact SET name = 'Somebody Else' WHERE id = 2",
        entity="contact",
        row="2",
    ),
    plant(
        "the search knows every row",
        'INSERT INTO account (id, name, "key", domain, website, industry, country,'
        " city, state, street, postal_code, zone, custom, created_at, version, void, written_id) VALUES"
        " (99, 'Quiet Ltd', 'quiet', '', '', '', '', '', '', '', '', '', '', 1, 0, 0, 1)",
        entity="account",
        row="99",
    ),
    plant("the search knows every row", "DELETE FROM email WHERE id = 1", entity="email", row="1"),
    plant("every word is known", "UPDATE lead SET stage = 'nowhere' WHERE id = 1", row="1"),
    plant(
        "the file is sound",
        "UPDATE lead SET stage = 'nowhere' WHERE id = 1",
        "PRAGMA ignore_check_constraints = 0",
        entity="database",
        row="NULL",
    ),
]
PLANTS = [*LEAD_PLANTS, *PEOPLE_PLANTS, *DEAL_PLANTS, *HISTORY_PLANTS, *KEPT_PLANTS, *FILE_PLANTS]


def found_by(store: Store) -> list[Finding]:
    return list(check(store))


@pytest.fixture(scope="module")
def populated(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with a bit of everything in it."""
    floor = open_floor(template, tmp_path_factory.mktemp("populated"))
    populate(floor)
    floor.store.close()
    return Path(floor.store.path)


@pytest.fixture
def floor(populated: Path, tmp_path: Path) -> Iterator[Floor]:
    floor = open_floor(populated, tmp_path)
    floor.now, floor.people = MONDAY + DAY, 100
    yield floor
    floor.store.close()


def test_nothing_is_wrong_with_what_operations_made(floor: Floor) -> None:
    assert found_by(floor.store) == []


@pytest.mark.parametrize("planted", PLANTS, ids=str)
def test_a_planted_fault_is_named(harmed: Floor, planted: Plant) -> None:
    rows = {harmed.value(f"SELECT {planted.row}")}
    for statement in planted.fault:
        harmed.raw(statement)
    rows.add(harmed.value(f"SELECT {planted.row}"))
    found = found_by(harmed.store)
    named = {(finding.entity, finding.entity_id) for finding in found if finding.fact == planted.fact}
    assert named & {(planted.entity, row) for row in rows}, found
    for finding in found:
        assert finding.entity_id is None or str(finding.entity_id) in finding.sentence


def test_every_fact_has_its_fault() -> None:
    facts = {fact.name for fact in (*FACTS, *links())} | {plant.fact for plant in KEPT_PLANTS}
    assert facts <= {plant.fact for plant in PLANTS}


def test_it_says_how_far_it_is(floor: Floor) -> None:
    told: list[tuple[str, float]] = []
    list(check(floor.store, lambda what, share: told.append((what, share))))
    assert told[0] == ("the file", 0.0)
    assert told[-1] == ("done", 1.0)
    assert [share for _, share in told] == sorted(share for _, share in told)


def test_it_needs_no_right_to_write_and_sees_one_moment(floor: Floor) -> None:
    reader = open_store(floor.store.path, read_only=True)
    looking = check(reader)
    version = floor.store.data_version()
    assert next(looking, None) is None
    assert floor.store.data_version() == version
    telling: list[str] = []

    def act(what: str, share: float) -> None:
        if not telling:
            floor.touch(floor.lead())
        telling.append(what)

    assert list(check(reader, act)) == []
    assert reader.connection.getautocommit()
    reader.close()


def test_an_unfinished_look_holds_nothing_open(harmed: Floor) -> None:
    harmed.raw("UPDATE lead SET score = 1, attempts = 7")
    looking = check(harmed.store)
    next(looking)
    assert not harmed.store.connection.getautocommit()
    looking.close()  # type: ignore[attr-defined]
    assert harmed.store.connection.getautocommit()


def test_what_was_erased_is_no_fault(harmed: Floor) -> None:
    harmed.raw("UPDATE change_secret SET before = NULL, after = NULL, salt = x''")
    assert found_by(harmed.store) == []
    harmed.raw("DELETE FROM change_secret")
    assert found_by(harmed.store) == []


def test_a_rule_changed_since_moves_nothing(floor: Floor, tmp_path: Path) -> None:
    other = tmp_path / "rules.toml"
    other.write_text('[sla]\nconvert = "9 business days"\nfirst_touch = "7 business hours"\n')
    store = open_store(floor.store.path, rules=other, read_only=True)
    assert found_by(store) == []
    store.close()


def test_a_damaged_page_is_named_and_ends_it(floor: Floor) -> None:
    path = Path(floor.store.path)
    page = floor.value("SELECT rootpage FROM sqlite_master WHERE name = 'touch'")
    floor.raw("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = path.with_name("copy.db")
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xaa" * 4096
    copy.write_bytes(content)
    store = open_store(copy, read_only=True)
    found = found_by(store)
    store.close()
    assert {finding.fact for finding in found} == {"the file is sound"}


def test_the_version_of_sqlite_is_news_and_no_fault(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [note for note in notes(floor.store) if "damage" in note]
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.40.1")
    assert [note for note in notes(floor.store) if "3.40.1 can damage a file" in note]
    assert found_by(floor.store) == []
