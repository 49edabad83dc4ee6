"""Reading people in: whom a row means, what it adds, which at bat it brings, and that nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from store import Actor, Refusal, instant
from store.doctor import check
from store.instants import DAY, HOUR
from store.intake.reading import describe
from store.intake.rows import Defaults
from store.operations import import_rows as module
from store.operations.closing import close
from store.operations.import_files import ImportDraft, import_file, rehearsal
from store.operations.import_known import names_agree
from store.operations.import_summary import Summary
from store.operations.people import add_phone
from store.operations.transaction import Done, Transaction, operation
from store.operations.undo import UndoDraft, undo
from store.rules.closing import CloseDraft, NewPerson
from store.vocabulary import ActorKind, Outcome, PhoneKind, Stage
from tests.factories import PRIYA, ZONE, Floor

IMPORTER = Actor(4, ActorKind.IMPORT)
PLAIN = ImportDraft()
Read = Callable[..., Summary]


@pytest.fixture
def read(floor: Floor, tmp_path: Path) -> Read:
    """Reads rows of CSV text into the floor's store, under a source unless told otherwise."""

    def run(text: str, *, draft: ImportDraft = PLAIN, source: str = "fair", system: str = "") -> Summary:
        path = tmp_path / "people.csv"
        path.write_text(text, "utf-8")
        told = describe(path, None, Defaults("US", ZONE, source, system))
        return import_file(floor.store, IMPORTER, floor.later(), told, draft)

    return run


def figures(summary: Summary) -> tuple[int, int, int, int]:
    assert summary.rows == summary.accepted + summary.rejected
    assert summary.accepted == summary.new + summary.enriched + summary.unchanged
    assert summary.accepted == summary.opened + summary.closed + summary.without
    return summary.new, summary.enriched, summary.unchanged, summary.rejected


def one(floor: Floor, sql: str, *params: Any) -> Any:
    row = floor.store.row(sql, params)
    assert row is not None
    return row if len(row) > 1 else row[0]


def operations(floor: Floor) -> int:
    return int(floor.store.value("SELECT count(*) FROM operation"))


DANA = "name,email,company\nDana Ortiz,dana@acme.com,Acme Ltd\n"


# --- nothing twice ---


def test_the_same_file_twice_changes_nothing_and_leaves_no_trace(floor: Floor, read: Read) -> None:
    text = "id,name,email,phone,company\n7,Dana Ortiz,dana@acme.com,+1 503 555 0142,Acme\n"
    text += ",Bo Li,bo@acme.com,,Acme\n,X,,,\n"
    assert figures(read(text)) == (2, 0, 0, 1)
    before = operations(floor)
    again = read(text)
    assert figures(again) == (0, 0, 2, 1)
    assert (again.opened, again.accounts, operations(floor)) == (0, 0, before)


def test_a_row_that_stands_twice_in_a_file_is_one_person(floor: Floor, read: Read) -> None:
    assert figures(read(DANA + DANA.splitlines()[1])) == (1, 0, 1, 0)


def test_what_was_interrupted_is_finished_by_doing_it_again(
    floor: Floor, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "name,email\n" + "".join(f"Dana Ortiz{n},d{n}@acme.com\n" for n in range(25))
    monkeypatch.setattr(module, "BATCH", 10)
    done = module.import_rows.run

    def fail(tx: Transaction, batch: Any) -> Done:
        made = done(tx, batch)
        if batch.source.summary.rows > 10:
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(module.import_rows, "run", fail)
    with pytest.raises(KeyboardInterrupt):
        read(text)
    assert one(floor, "SELECT count(*) FROM contact") == 10
    monkeypatch.setattr(module.import_rows, "run", done)
    assert figures(read(text)) == (15, 0, 10, 0)


def test_an_import_is_no_persons_act_to_undo(floor: Floor, read: Read) -> None:
    read(DANA)
    with pytest.raises(Refusal):
        undo(floor.store, Actor(IMPORTER.user_id), floor.later(), UndoDraft())


def test_a_trial_says_the_same_figures_and_writes_nothing(floor: Floor, read: Read, tmp_path: Path) -> None:
    path = tmp_path / "trial.csv"
    path.write_text(DANA + "Bo Li,bo@acme.com,Acme\n,nobody@acme.com,Acme\n")
    told = describe(path, None, Defaults("US", ZONE, "fair"))
    before = operations(floor)
    with rehearsal(floor.store) as copy:
        tried = import_file(copy, IMPORTER, floor.now, told)
    assert operations(floor) == before
    assert tried == import_file(floor.store, IMPORTER, floor.now, told)


def test_progress_ends_with_every_row(floor: Floor, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(DANA)
    told = describe(path, None, Defaults("US", ZONE, "fair"))
    seen: list[tuple[str, int, int]] = []
    import_file(floor.store, IMPORTER, floor.now, told, tell=lambda *so_far: seen.append(so_far))
    assert seen[-1] == ("contacts", len(DANA), len(DANA))


# --- whom a row means ---


@pytest.mark.parametrize(
    ("second", "same"),
    [
        ("Dana Ortiz,DANA@ACME.com,,", True),  # an address, case folded
        ("Dana Ortiz,dana+news@acme.com,,", False),  # a plus-tag is part of it
        ("D. Ortiz,,503-555-0142,", True),  # a number, and a name that does not contradict
        ("Bo Li,,503-555-0142,", False),  # a number, and another name
        ("Dana Ortiz,,503-555-0142 x12,", False),  # another extension is another desk
        ("Dana Ortiz,dana@home.example,,acme gmbh", True),  # the name within the company, legal form aside
        ("Dana Ortiz,dana@home.example,,Other Ltd", False),
        ("Dána Ortiz,dana@home.example,,ACME", True),  # accents do not count
        ("Dana,dana@home.example,,ACME", False),  # a first name alone says too little
    ],
)
def test_matching(floor: Floor, read: Read, second: str, same: bool) -> None:
    header = "name,email,phone,company\n"
    read(header + "Dana Ortiz,dana@acme.com,+1 503 555 0142,Acme Ltd\n")
    assert read(header + second + "\n").new == (0 if same else 1)


def test_the_other_systems_id_comes_first_even_when_all_else_changed(floor: Floor, read: Read) -> None:
    read("id,name,email\nA-1,Dana Ortiz,dana@acme.com\n")
    summary = read("id,name,email\nA-1,Dana Miller,miller@new.example\n")
    assert figures(summary) == (0, 1, 0, 0)
    assert one(floor, "SELECT name, count(*) FROM contact") == ("Dana Ortiz", 1)
    assert one(floor, "SELECT count(*) FROM email") == 2


def test_ids_are_case_sensitive_and_belong_to_their_system(floor: Floor, read: Read) -> None:
    read("id,name,email\nA1,Dana Ortiz,dana@acme.com\n", system="one")
    assert read("id,name,email\na1,Bo Li,bo@acme.com\n", system="one").new == 1
    assert read("id,name,email\nA1,Cy Young,cy@acme.com\n", system="two").new == 1


def test_a_value_that_two_share_identifies_neither(floor: Floor, read: Read) -> None:
    text = "name,email,phone\nDana Ortiz,info@acme.com,503-555-0142\nBo Li,info@acme.com,503-555-0142\n"
    summary = read(text)
    assert figures(summary) == (2, 0, 0, 0)
    assert summary.near_count == 2
    later = read("name,email,phone\nCy Young,info@acme.com,503-555-0142\n")
    assert figures(later) == (1, 0, 0, 0)
    assert "info@acme.com" in later.near[0][1]


def test_a_companys_own_number_identifies_nobody(floor: Floor, read: Read) -> None:
    lead_id = floor.lead(company="Acme")
    account = one(floor, "SELECT account_id FROM lead WHERE id = ?", lead_id)

    @operation("note")
    def switchboard(tx: Transaction, _: None) -> Done:
        from store.intake.phones import parse_phone

        add_phone(tx, parse_phone("503 555 0100", "US", kind=PhoneKind.SWITCHBOARD), account_id=account)
        return Done(tx.id, "")

    switchboard(floor.store, PRIYA, floor.later(), None)
    read("name,email,phone\nDana Ortiz,dana@acme.com,503 555 0100\n")
    assert read("name,phone\nDana Ortiz,503 555 0100\n").new == 1


def test_a_merged_away_person_is_found_as_the_one_who_lives_on(floor: Floor, read: Read) -> None:
    read("name,email\nDana Ortiz,dana@acme.com\nDana Ortis,ortis@acme.com\n", source="fair")

    @operation("merge")
    def merge(tx: Transaction, _: None) -> Done:
        from store.models import Contact, Lead

        for row in tx.find(Lead, open=1):
            if row["contact_id"] == 2:
                close_it.append(row["id"])
        tx.update(Contact, tx.get(Contact, 2), merged_into_id=1)
        return Done(tx.id, "")

    close_it: list[int] = []
    lead = one(floor, "SELECT id FROM lead WHERE contact_id = 2")
    close(floor.store, PRIYA, floor.later(), CloseDraft(lead, Outcome.NO_RESPONSE))
    merge(floor.store, PRIYA, floor.later(), None)
    assert read("name,email,title\nDana Ortis,ortis@acme.com,CFO\n").new == 0
    assert one(floor, "SELECT title FROM contact WHERE id = 1") == "CFO"


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ("Dana Ortiz", "ortiz, dana", True),
        ("D. Ortiz", "Dana Ortiz", True),
        ("Dana", "Dana Ortiz", True),
        ("", "Dana Ortiz", True),
        ("Dana Ortiz", "Dan Ortiz", False),
        ("Dana Ortiz", "Bo Li", False),
    ],
)
def test_names(first: str, second: str, agree: bool) -> None:
    assert names_agree(first, second) is agree


# --- what a row adds ---


def test_empty_fields_are_filled_and_known_ones_stay(floor: Floor, read: Read) -> None:
    read("name,email,title,city\nDana Ortiz,dana@acme.com,CFO,\n")
    summary = read("name,email,title,city,shoe size\nDana Ortiz,dana@acme.com,Buyer,Oslo,39\n")
    assert figures(summary) == (0, 1, 0, 0)
    assert one(floor, "SELECT title, city, custom FROM contact") == ("CFO", "Oslo", '{"shoe size": "39"}')


@pytest.mark.parametrize(("days", "title"), [(-1, "CFO"), (2, "CEO")])
def test_only_newer_data_replaces_what_is_known(floor: Floor, read: Read, days: int, title: str) -> None:
    read("name,email,title\nDana Ortiz,dana@acme.com,CFO\n")
    day = datetime.fromtimestamp((floor.now + days * DAY) / 1e6, UTC).isoformat()
    floor.later(3 * DAY)
    read(f"name,email,title,last modified\nDana Ortiz,dana@acme.com,CEO,{day}\nDana Ortiz,dana@acme.com,,{day}\n")
    assert one(floor, "SELECT title FROM contact") == title


def test_changing_company_is_dated_and_the_at_bat_keeps_its_own(floor: Floor, read: Read) -> None:
    read(DANA)
    day = datetime.fromtimestamp((floor.now + DAY) / 1e6, UTC).isoformat()
    floor.later(2 * DAY)
    summary = read(f"name,email,company,last modified\nDana Ortiz,dana@acme.com,Globex,{day}\n")
    assert "changed company" in summary.near[0][1]
    jobs = floor.store.rows(
        "SELECT a.name, e.ends FROM employment e JOIN account a ON a.id = e.account_id ORDER BY e.id"
    )
    assert jobs == [("Acme Ltd", day[:10]), ("Globex", "")]
    assert one(floor, "SELECT a.name FROM lead l JOIN account a ON a.id = l.account_id") == "Acme Ltd"
    assert one(floor, "SELECT a.name FROM contact c JOIN account a ON a.id = c.account_id") == "Globex"


def test_companies_are_one_by_name_without_legal_form_or_by_domain(floor: Floor, read: Read) -> None:
    text = "name,email,company,website\nA B,a@x.example,Acme Ltd,\nC D,c@y.example,ACME GmbH,acme.com\n"
    assert read(text + "E F,e@z.example,Acme International,https://www.acme.com/en\n").accounts == 1


def test_an_address_alone_makes_no_company_of_its_domain(floor: Floor, read: Read) -> None:
    assert read("name,email,company\nA B,a@shared.example,One\nC D,c@shared.example,Two\n").accounts == 2
    assert read("name,email\nE F,e@nowhere.example\n").accounts == 0


def test_a_company_phone_belongs_to_the_company(floor: Floor, read: Read) -> None:
    read("name,email,company,company phone\nA B,a@x.com,Acme,503 555 0100\nC D,c@x.com,Acme,503 555 0100\n")
    assert floor.store.rows("SELECT contact_id, e164 FROM phone") == [(None, "+15035550100")]


def test_words_beside_words_become_a_note_once(floor: Floor, read: Read) -> None:
    read("name,email,notes\nDana Ortiz,dana@acme.com,likes tea\n")
    read("name,email,notes,title\nDana Ortiz,dana@acme.com,prefers mornings,\n")
    read("name,email,notes,title\nDana Ortiz,dana@acme.com,prefers mornings,CFO\n")
    assert one(floor, "SELECT notes FROM contact") == "likes tea"
    assert floor.store.rows("SELECT text FROM note") == [("prefers mornings",)]


# --- at bats ---


STATUS = "name,email,lead status,created\n{0} Ortiz,{0}@acme.com,{1},2026-10-05 09:00\n"
OPENED = instant(datetime(2026, 10, 5, 13, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("status", "stage", "word", "spells"),
    [
        ("New", "new", "uncontacted", ["new"]),
        ("Assigned", "accepted", "uncontacted", ["new", "accepted"]),
        ("In Progress", "attempting", "attempting", ["new", "accepted*", "attempting"]),
        ("Connected", "connected", "connected", ["new", "accepted*", "attempting*", "connected"]),
        ("Stale", "attempting", "stale", ["new", "accepted*", "attempting"]),
    ],
)
def test_an_open_at_bat_stands_where_it_stood(
    floor: Floor, read: Read, status: str, stage: str, word: str, spells: list[str]
) -> None:
    assert read(STATUS.format("Dana", status), draft=ImportDraft("Ben")).opened == 1
    lead = floor.state(1)
    assert (lead.stage, lead.status, lead.opened_at, lead.stage_at) == (stage, word, OPENED, OPENED)
    assert (lead.owner_id, lead.imported, lead.first_touch_due_at) == (3, 1, None)
    assert lead.expires_at == floor.now + 45 * DAY  # the window of an outbound target begins with the import
    passed = floor.store.rows("SELECT stage || iif(skipped, '*', '') FROM stage_spell ORDER BY id")
    assert [row[0] for row in passed] == spells
    assert floor.store.rows("SELECT 1 FROM clock") == []
    assert one(floor, "SELECT owner_id, rule FROM assignment") == (3, "import: owner given")


def test_an_ended_at_bat_keeps_how_and_when_it_ended(floor: Floor, read: Read) -> None:
    text = "name,email,lead status,created,last modified\n"
    summary = read(
        text + "Dana Ortiz,d@acme.com,No Response,2026-09-01,2026-10-01\nBo Li,b@acme.com,Unqualified,2026-09-01,\n"
    )
    assert (summary.opened, summary.closed) == (0, 2)
    lead, other = floor.state(1), floor.state(2)
    ended = instant(datetime(2026, 10, 1, 4, tzinfo=UTC))
    assert (lead.stage, lead.status, lead.outcome, lead.reason) == ("closed", "nurture", "no_response", "no_reply")
    assert (lead.closed_at, lead.eligible_at) == (ended, ended + 90 * DAY)
    assert (other.status, other.closed_at, other.eligible_on) == ("disqualified", other.opened_at, "high_intent")


def test_a_person_with_an_open_at_bat_is_only_enriched(floor: Floor, read: Read) -> None:
    floor.lead(person=NewPerson("Dana", "Ortiz", email="dana@acme.com"))
    summary = read("name,email,city,lead status\nDana Ortiz,dana@acme.com,Oslo,New\n")
    assert (figures(summary), summary.opened) == ((0, 1, 0, 0), 0)
    assert any("open at bat" in sentence for sentence in summary.warnings)


def test_somebody_worked_before_comes_back_only_when_they_may(floor: Floor, read: Read) -> None:
    lead_id = floor.lead(person=NewPerson("Dana", "Ortiz", email="dana@acme.com"))
    close(floor.store, PRIYA, floor.later(), CloseDraft(lead_id, Outcome.NO_RESPONSE))
    text = "name,email,lead status,created,title\nDana Ortiz,dana@acme.com,New,2020-01-01,"
    assert read(text + "CFO\n").opened == 0
    floor.later(91 * DAY)
    assert read(text + "CEO\n").opened == 1
    lead = floor.state(2)
    assert (lead.number, lead.status, lead.opened_at) == (2, "recycled", floor.now)


def test_history_older_than_what_is_here_is_left_out(floor: Floor, read: Read) -> None:
    floor.bring(lead_id := floor.lead(person=NewPerson("Dana", "Ortiz", email="dana@acme.com")), Stage.CLOSED)
    assert lead_id == 1
    summary = read("name,email,lead status,created\nDana Ortiz,dana@acme.com,Unqualified,2020-01-01\n")
    assert (summary.closed, summary.without) == (0, 1)


def test_the_owner_is_found_by_name_or_address_else_it_is_nobodys(floor: Floor, read: Read) -> None:
    text = "name,email,owner\nA B,a@x.com,BEN\nC D,c@x.com,Somebody Else\n"
    summary = read(text)
    assert floor.store.rows("SELECT owner_id, due_at IS NULL FROM lead ORDER BY id") == [(3, 0), (None, 0)]
    assert summary.warnings["owner “Somebody Else” is no user here"] == (1, (3,))
    with pytest.raises(Refusal, match="“Nobody” is no user here"):
        read(text, draft=ImportDraft("Nobody"))


def test_a_campaign_is_made_once_and_is_why(floor: Floor, read: Read) -> None:
    read("name,email,campaign\nA B,a@x.com,Spring fair\nC D,c@x.com,Spring fair\n")
    assert floor.store.rows("SELECT name FROM campaign") == [("Spring fair",)]
    assert floor.store.rows("SELECT DISTINCT motion, campaign_id FROM lead") == [("campaign_response", 1)]


# --- who does not want to be reached ---


def test_do_not_contact_keeps_everybody_off(floor: Floor, read: Read) -> None:
    summary = read("name,email,do not contact,lead status\nA B,a@x.com,yes,New\nC D,c@x.com,,Do Not Contact\n")
    assert (summary.opened, summary.closed) == (0, 1)
    assert one(floor, "SELECT count(*) FROM contact WHERE suppressed_at IS NOT NULL") == 2
    assert read("name,email,lead status,title\nA B,a@x.com,New,CFO\n").opened == 0


def test_do_not_contact_ends_what_is_open(floor: Floor, read: Read) -> None:
    lead_id = floor.lead(person=NewPerson("Dana", "Ortiz", email="dana@acme.com"))
    read("name,email,do not contact\nDana Ortiz,dana@acme.com,1\n")
    assert (floor.state(lead_id).stage, floor.state(lead_id).outcome) == ("closed", "suppress")


def test_a_row_that_opens_and_a_later_one_that_stops_it(floor: Floor, read: Read) -> None:
    read("name,email,do not contact\nDana Ortiz,dana@acme.com,\nDana Ortiz,dana@acme.com,yes\n")
    assert floor.state(1).outcome == "suppress"


def test_no_mail_and_no_calls(floor: Floor, read: Read) -> None:
    read("name,email,phone,email opt out,do not call\nA B,a@x.com,503 555 0142,true,true\n")
    assert one(floor, "SELECT email_stopped_at IS NOT NULL, consent FROM contact") == (1, "no calls")
    assert one(floor, "SELECT state FROM phone") == "bad"
    assert floor.state(1).next_channel == "email"


def test_a_mailbox_that_asked_to_stop_is_not_mailed_under_another_name(floor: Floor, read: Read) -> None:
    read("name,email,email opt out\nA B,info@x.com,yes\n")
    assert read("name,email\nC D,info@x.com\n").new == 1
    assert one(floor, "SELECT email_stopped_at IS NOT NULL FROM contact WHERE name = 'C D'") == 1


# --- the edges ---


def test_an_empty_table_takes_nothing(floor: Floor, read: Read) -> None:
    before = operations(floor)
    assert read("name,email\n").rows == 0
    assert operations(floor) == before


def test_text_that_would_be_obeyed_elsewhere_is_only_text(floor: Floor, read: Read) -> None:
    read('name,email,title,company\n[/] O\'Brien,ob@x.com,"\'; DROP TABLE lead; --",Acme [UK] "C++"\n')
    assert one(floor, "SELECT title FROM contact") == "'; DROP TABLE lead; --"


def test_many_rows_in_several_batches_are_clean(floor: Floor, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 7)
    statuses = ("New", "Connected", "Unqualified", "Nurture", "Customer", "", "In Progress", "Converted", "Junk")
    rows = "".join(
        f"{n},First{n % 11} Last{n % 13},p{n % 40}@c{n % 5}.com,503 555 {n % 30:04},Co {n % 5},"
        f"{statuses[n % 9]},2026-0{n % 9 + 1}-11\n"
        for n in range(120)
    )
    text = "id,name,email,phone,company,lead status,created\n" + rows
    first = read(text)
    figures(first)
    assert [finding.sentence for finding in check(floor.store)] == []
    floor.later(HOUR)
    again = read(text)
    assert (again.unchanged, again.opened + again.closed) == (120, 0)
