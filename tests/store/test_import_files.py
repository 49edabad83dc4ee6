"""Several files of one system together: what becomes of contacts, companies, deals and activities, in any order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from store import Actor, instant
from store.doctor import check
from store.instants import DAY, HOUR, moment
from store.intake.reading import describe
from store.intake.rows import Defaults, Reject
from store.operations import import_rows
from store.operations.closing import close
from store.operations.import_at_bats import Owners
from store.operations.import_files import ImportDraft, import_files, rehearsal
from store.operations.import_steps import TAKEN
from store.operations.import_summary import Summary
from store.queries.timeline import EntryKind, account_timeline, at_bats, timeline
from store.rules.closing import CloseDraft, NewPerson
from store.vocabulary import ActorKind, Channel, Outcome, Stage
from tests.factories import PRIYA, ZONE, Floor
from tests.store.hubspot import HEADERS, Cells, activity, company, contact, deal, write

IMPORTER = Actor(4, ActorKind.IMPORT)
KINDS = ("contacts", "companies", "deals", "activities")
Bring = Callable[..., dict[str, Summary]]


@pytest.fixture
def bring(floor: Floor, tmp_path: Path) -> Bring:
    """Imports files given by their kinds together, in the order they are named; checks that every row is told of."""
    numbers = itertools.count()

    def run(*, owner: str = "", on_reject: Any = lambda *_: None, **files: list[Cells]) -> dict[str, Summary]:
        paths = [write(tmp_path / f"{next(numbers)}.csv", kind, rows) for kind, rows in files.items()]
        told = [describe(path, "hubspot", Defaults("US", ZONE)) for path in paths]
        assert [each.mapping.kind.value for each in told] == [*files]
        found = import_files(floor.store, IMPORTER, floor.later(), told, ImportDraft(owner), on_reject=on_reject)
        for summary, rows in zip(found, files.values(), strict=True):
            assert summary.rows == summary.accepted + summary.rejected == len(rows)
            assert summary.accepted == summary.new + summary.enriched + summary.unchanged
        assert [finding.sentence for finding in check(floor.store)] == []
        return dict(zip(files, found, strict=True))

    return run


def one(floor: Floor, sql: str, *params: Any) -> Any:
    row = floor.store.row(sql, params)
    assert row is not None
    return row if len(row) > 1 else row[0]


def day(text: str) -> int:
    """Midnight of a day where the team is."""
    local = datetime.fromisoformat(text)
    return instant(local.replace(tzinfo=moment(0, ZONE).tzinfo))


# --- which file is which ---


@pytest.mark.parametrize("preset", ["hubspot", None])
def test_each_file_is_told_by_its_headers(tmp_path: Path, preset: str | None) -> None:
    rows = {"contacts": [contact()], "companies": [company()], "deals": [deal()], "activities": [activity()]}
    for kind, some in rows.items():
        told = describe(write(tmp_path / f"{kind}.csv", kind, some), preset, Defaults("US", ZONE))
        assert told.mapping.kind.value == kind
        assert not told.notices


EVERYTHING: dict[str, list[Cells]] = {
    "contacts": [
        contact("Dana Ortiz", "Open Deal"),
        contact("Bo Li", "New", Associated_Company_Domain="acme.com"),
        contact("Cy Young"),
    ],
    "companies": [company(Number_of_Employees="120")],
    "deals": [deal(), deal("Closed Won", "cy", "acme.com", 2)],
    "activities": [
        activity(outcome="Connected"),
        activity("Note", who="bo", number=2),
        activity("Email", who="cy", number=3),
    ],
}


@pytest.mark.parametrize("order", list(itertools.permutations(KINDS)))
def test_the_order_of_the_files_does_not_matter(floor: Floor, bring: Bring, order: tuple[str, ...]) -> None:
    bring(**{kind: EVERYTHING[kind] for kind in order})
    stands = floor.store.rows("SELECT c.name, l.stage FROM lead l JOIN contact c ON c.id = l.contact_id ORDER BY 1")
    assert stands == [("Bo Li", "new"), ("Cy Young", "converted"), ("Dana Ortiz", "converted")]
    assert one(floor, "SELECT count(*), min(name), min(size) FROM account") == (1, "Acme Ltd", 120)
    assert one(floor, "SELECT count(DISTINCT account_id), count(account_id) FROM contact") == (1, 3)


@pytest.mark.parametrize("apart", [False, True])
def test_again_is_no_change_and_no_operation(floor: Floor, bring: Bring, apart: bool) -> None:
    bring(**EVERYTHING)
    before = one(floor, "SELECT count(*) FROM operation")
    again = [bring(**{kind: EVERYTHING[kind]}) for kind in KINDS] if apart else [bring(**EVERYTHING)]
    for told in again:
        assert all(summary.unchanged == summary.rows for summary in told.values())
    assert one(floor, "SELECT count(*) FROM operation") == before


@pytest.mark.parametrize(
    "order", [p for p in itertools.permutations(KINDS) if p.index("contacts") < p.index("activities")]
)
def test_one_file_after_the_other_finds_everything(floor: Floor, bring: Bring, order: tuple[str, ...]) -> None:
    for kind in order:
        bring(**{kind: EVERYTHING[kind]})
    bring(**EVERYTHING)
    assert one(floor, "SELECT count(*) FROM contact") == 3
    assert one(floor, "SELECT count(*), count(DISTINCT lead_id) FROM touch") == (2, 2)
    assert one(floor, "SELECT count(*), sum(is_primary) FROM opportunity_contact") == (2, 2)
    assert one(floor, "SELECT stage FROM lead WHERE contact_id = 1") == "converted"
    assert one(floor, "SELECT size FROM account WHERE name = 'Acme Ltd'") == 120


def test_a_trial_says_the_same_and_writes_nothing(floor: Floor, bring: Bring, tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{kind}.csv", kind, rows) for kind, rows in EVERYTHING.items()]
    told = [describe(path, "hubspot", Defaults("US", ZONE)) for path in paths]
    before = one(floor, "SELECT count(*) FROM operation")
    with rehearsal(floor.store) as copy:
        tried = import_files(copy, IMPORTER, floor.later(), told)
    assert one(floor, "SELECT count(*) FROM operation") == before
    assert tried == [*bring(**EVERYTHING).values()]


def test_what_was_interrupted_is_finished_by_doing_it_again(
    floor: Floor, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = import_rows.import_rows.run

    def fail(tx: Any, batch: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_rows.import_rows, "run", fail)
    with pytest.raises(KeyboardInterrupt):
        bring(**EVERYTHING)
    assert one(floor, "SELECT (SELECT count(*) FROM opportunity), (SELECT count(*) FROM contact)") == (2, 0)
    monkeypatch.setattr(import_rows.import_rows, "run", done)
    bring(**EVERYTHING)
    assert one(floor, "SELECT count(*), sum(is_primary) FROM opportunity_contact") == (2, 2)
    assert one(floor, "SELECT count(*) FROM conversion") == 2


# --- one at bat for each person with a status or an activity ---


@pytest.mark.parametrize(
    ("created", "first", "opened"),
    [("2026-09-01", "2026-09-20", "2026-09-01"), ("2026-09-01", "2026-08-15", "2026-08-15")],
)
@pytest.mark.parametrize("apart", [False, True])
def test_it_opens_with_the_earlier_of_created_and_first_activity(
    floor: Floor, bring: Bring, created: str, first: str, opened: str, apart: bool
) -> None:
    people, happened = [contact(status="In Progress", created=created)], [activity(day=first)]
    if apart:
        bring(contacts=people)
        bring(activities=happened)
    else:
        bring(contacts=people, activities=happened)
    lead = floor.state(1)
    assert (lead.opened_at, lead.opened_day, lead.imported) == (day(opened), opened, 1)
    assert lead.first_touch_due_at is None
    assert lead.expires_at is not None
    assert lead.expires_at > floor.now
    assert floor.store.rows("SELECT 1 FROM clock WHERE kind = 'first_touch'") == []


def test_somebody_without_status_or_activity_is_a_name(floor: Floor, bring: Bring) -> None:
    told = bring(contacts=[contact()], deals=[deal()])
    assert told["contacts"].without == 1
    assert one(floor, "SELECT (SELECT count(*) FROM lead), (SELECT count(*) FROM opportunity_contact)") == (0, 1)


@pytest.mark.parametrize(
    ("status", "deals", "stands"),
    [
        ("Open Deal", [], ("connected", "working", None)),
        ("Open Deal", ["Contract Sent"], ("converted", "converted", "converted_to_opportunity")),
        ("Open Deal", ["Closed Lost"], ("converted", "converted", "converted_to_opportunity")),
        ("In Progress", ["Contract Sent"], ("attempting", "attempting", None)),
        ("Connected", ["Closed Won"], ("connected", "connected", None)),
        ("Unqualified", ["Contract Sent"], ("closed", "disqualified", "connected_bad_fit")),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_what_status_and_deal_say_together(
    floor: Floor, bring: Bring, status: str, deals: list[str], stands: tuple[str, str, str | None], apart: bool
) -> None:
    people = [contact(status=status)]
    some = [deal(stage, number=number) for number, stage in enumerate(deals)]
    if apart:
        told = bring(contacts=people)["contacts"]
        bring(deals=some)
    else:
        told = bring(contacts=people, deals=some)["contacts"]
    lead = floor.state(1)
    assert (lead.stage, lead.status, lead.outcome) == stands
    assert one(floor, "SELECT count(*) FROM conversion") == (stands[0] == "converted")
    assert one(floor, "SELECT count(*) FROM opportunity_contact WHERE contact_id = 1") == len(deals)
    waits = any("left open and Working" in sentence for sentence in told.warnings)
    assert waits == (status == "Open Deal" and (apart or not deals))


def test_the_first_open_deal_is_what_it_became(floor: Floor, bring: Bring) -> None:
    deals = [deal("Closed Won", number=1), deal(number=2, Create_Date="2026-09-16"), deal(number=3)]
    bring(contacts=[contact(status="Open Deal")], deals=deals)
    became = "SELECT o.name, c.at, l.closed_at FROM conversion c JOIN opportunity o ON o.id = c.opportunity_id"
    assert one(floor, f"{became} JOIN lead l ON l.id = c.lead_id") == ("Deal 3", day("2026-09-15"), day("2026-09-15"))


RECENT, LONG_AGO = "2026-11-10", "2026-09-20"


@pytest.mark.parametrize(
    ("happened", "stands"),
    [
        ([("Call", RECENT, "No Answer")], ("attempting", "attempting", None, "")),
        ([("Call", RECENT, "Connected")], ("connected", "connected", None, "")),
        ([("Meeting", RECENT, "Completed")], ("connected", "working", None, "")),
        ([("Note", RECENT, "")], ("new", "uncontacted", None, "")),
        ([("Call", LONG_AGO, "No Answer")], ("closed", "nurture", "no_response", "no_reply")),
        ([("Note", LONG_AGO, "")], ("closed", "nurture", "no_response", "stale")),
        ([("Call", LONG_AGO, "Connected")], ("closed", "nurture", "connected_not_ready_now", "cold")),
        ([("Meeting", LONG_AGO, "Completed")], ("closed", "nurture", "connected_not_ready_now", "cold")),
        (
            [("Call", LONG_AGO, "Connected"), ("Meeting", "2026-12-01", "Scheduled")],
            ("connected", "connected", None, ""),
        ),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_without_a_status_what_happened_says_whether_it_is_over(
    floor: Floor, bring: Bring, happened: list[tuple[str, str, str]], stands: tuple[Any, ...], apart: bool
) -> None:
    some = [activity(kind, at, outcome, number=number) for number, (kind, at, outcome) in enumerate(happened)]
    if apart:
        bring(contacts=[contact()])
        told = bring(activities=some)["activities"]
    else:
        told = bring(contacts=[contact()], activities=some)["contacts"]
    lead = floor.state(1)
    assert (lead.stage, lead.status, lead.outcome, lead.reason) == stands
    assert (told.opened, told.closed) == ((1, 0) if lead.open else (0, 1))
    if not lead.open:
        assert lead.closed_at == day(LONG_AGO)


def test_an_open_at_bat_stands_no_lower_than_what_happened(floor: Floor, bring: Bring) -> None:
    bring(
        contacts=[contact(status="New")],
        activities=[
            activity(day="2026-09-10", outcome="No Answer"),
            activity(day="2026-09-12", outcome="Connected", number=2),
        ],
    )
    lead = floor.state(1)
    assert (lead.stage, lead.status, lead.stage_at) == ("connected", "connected", day("2026-09-12"))
    assert (lead.attempts, lead.connects, lead.touches) == (2, 1, 2)
    assert (lead.first_touch_at, lead.last_disposition) == (day("2026-09-10"), "conversation")
    spells = floor.store.rows("SELECT stage, skipped, entered_at FROM stage_spell ORDER BY id")
    assert spells == [
        ("new", 0, day("2026-09-01")),
        ("accepted", 0, day("2026-09-10")),
        ("attempting", 0, day("2026-09-10")),
        ("connected", 0, day("2026-09-12")),
    ]


def test_a_person_who_asked_to_be_left_alone_gets_no_open_at_bat(floor: Floor, bring: Bring) -> None:
    bring(contacts=[contact(status="Do Not Contact")])
    told = bring(activities=[activity(day=RECENT), activity(day="2026-11-23", number=2)])
    assert one(floor, "SELECT count(*), max(open) FROM lead") == (1, 0)
    assert one(floor, "SELECT count(*) FROM touch") == 2
    assert told["activities"].opened == 0
    floor.later(3 * DAY)
    late = bring(activities=[activity(day="2026-11-25", number=3)])["activities"]
    assert late.reasons == {"went out after the person asked not to be contacted": 1}


# --- what happened becomes entries ---


@pytest.mark.parametrize(
    ("outcome", "disposition", "connect"),
    [
        ("No Answer", "no_answer", 0),
        ("Busy", "busy", 0),
        ("Left Voicemail", "voicemail_left", 0),
        ("Left live message", "gatekeeper", 0),
        ("Wrong Number", "wrong_number", 0),
        ("Connected", "conversation", 1),
        ("", "unknown", 0),
        ("Rang twice", "unknown", 0),
    ],
)
def test_a_call_becomes_a_touch(floor: Floor, bring: Bring, outcome: str, disposition: str, connect: int) -> None:
    told = bring(contacts=[contact(status="Connected")], activities=[activity(outcome=outcome)])["activities"]
    row = one(floor, "SELECT channel, disposition, attempt, connect, date_only, imported, at, day, note FROM touch")
    assert row == ("call", disposition, 1, connect, 1, 1, day("2026-09-20"), "2026-09-20", "words 1")
    assert ("Call Outcome “Rang twice” is not known: taken as unknown (imported)" in told.warnings) == (
        outcome == "Rang twice"
    )
    label = {"unknown": "unknown (imported)", "wrong_number": "wrong or dead number"}
    meant = label.get(disposition, disposition.replace("_", " "))
    assert told.understood["Call Outcome"] == {(outcome or "(blank)", meant): 1}


@pytest.mark.parametrize(
    ("kind", "direction", "channel", "disposition", "attempt"),
    [
        ("Email", "out", "email", "sent", 1),
        ("Incoming Email", "in", "email", "replied", 0),
        ("SMS", "out", "sms", "sent", 1),
    ],
)
def test_a_message_becomes_a_touch(
    floor: Floor, bring: Bring, kind: str, direction: str, channel: str, disposition: str, attempt: int
) -> None:
    bring(contacts=[contact(status="Connected")], activities=[activity(kind)])
    row = one(floor, "SELECT direction, channel, disposition, attempt FROM touch")
    assert row == (direction, channel, disposition, attempt)


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        ("Scheduled", "booked"),
        ("Completed", "held"),
        ("Rescheduled", "moved"),
        ("No Show", "no_show"),
        ("Cancelled", "cancelled"),
        ("", "booked"),
    ],
)
def test_a_meeting_becomes_a_meeting_a_cancelled_one_too(floor: Floor, bring: Bring, outcome: str, result: str) -> None:
    bring(contacts=[contact(status="Connected")], activities=[activity("Meeting", outcome=outcome)])
    assert one(floor, "SELECT lead_id, at, result, result_at IS NULL FROM meeting") == (
        *(1, day("2026-09-20"), result),
        result == "booked",
    )
    kinds = {entry.kind for entry in timeline(floor.store, 1).entries if entry.kind.name.startswith("MEETING")}
    assert kinds == ({EntryKind.MEETING} if result == "booked" else {EntryKind.MEETING, EntryKind.MEETING_RESULT})


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Not Started", "open"),
        ("In Progress", "open"),
        ("Waiting", "open"),
        ("Deferred", "open"),
        ("Completed", "done"),
    ],
)
def test_a_task_becomes_a_task(floor: Floor, bring: Bring, status: str, state: str) -> None:
    made = activity("Task", outcome=status, Task_Due_Date="2026-12-01")
    bring(contacts=[contact(status="Connected")], activities=[made])
    due = day("2026-12-01") + 9 * HOUR  # a day alone is when that day's work begins
    assert one(floor, "SELECT lead_id, state, due_at, words FROM task") == (1, state, due, "words 1")
    (told,) = timeline(floor.store, 1, kinds=frozenset({EntryKind.TASK})).entries
    assert (told.at, told.state, told.words, told.date_only) == (day("2026-09-20"), state, "words 1", True)


def test_a_note_becomes_a_note(floor: Floor, bring: Bring) -> None:
    bring(contacts=[contact(status="Connected")], activities=[activity("Note")])
    row = one(floor, "SELECT lead_id, contact_id, at, text, date_only FROM note")
    assert row == (1, 1, day("2026-09-20"), "words 1", 1)


def test_who_did_it_is_the_user_meant_else_the_words_say_who(floor: Floor, bring: Bring) -> None:
    some = [
        activity(number=1, Activity_Owner="Ben"),
        activity(number=2, Activity_Owner="ben@example.com"),
        activity(number=3, Activity_Owner="zoe@example.com"),
        activity(number=4),
    ]
    told = bring(contacts=[contact(status="Connected")], activities=some)["activities"]
    assert floor.store.rows("SELECT user_id, note FROM touch ORDER BY id") == [
        (3, "words 1"),
        (3, "words 2"),
        (1, "words 3\n(by zoe@example.com)"),
        (1, "words 4"),
    ]
    assert told.warnings["owner “zoe@example.com” is no user here: kept in the words, done by the system"] == (1, (4,))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (activity(who="nobody"), "its contact is not here: import the contacts first"),
        (activity() | {"Associated Contact Email": ""}, "no contact: neither an e-mail address nor an id"),
        (activity(day=""), "no date"),
        (activity(day="someday"), "“someday” is no date"),
        (activity(day="2027-01-01"), "lies in the future"),
        (activity("Carrier pigeon"), "activity type “Carrier pigeon” is not known: explain it in a mapping file"),
    ],
)
def test_what_cannot_stand_in_anybodys_story_is_rejected(floor: Floor, bring: Bring, row: Cells, reason: str) -> None:
    rejects: list[tuple[int, Reject]] = []
    told = bring(
        contacts=[contact(status="New")],
        activities=[row, activity(number=9)],
        on_reject=lambda number, reject: rejects.append((number, reject)),
    )
    assert told["activities"].reasons == {reason: 1}
    assert [(number, reject.line, reject.reason) for number, reject in rejects] == [(1, 2, reason)]
    assert len(rejects[0][1].cells) == 11
    assert one(floor, "SELECT count(*) FROM touch") == 1


def test_an_address_that_two_share_says_nothing_about_whom_it_was_with(floor: Floor, bring: Bring) -> None:
    floor.lead(person=NewPerson("Ann", "Li", email="info@acme.com"))
    bring(contacts=[contact("Bo Li", Email="info@acme.com")])
    told = bring(activities=[activity(who="info")])["activities"]
    assert told.reasons == {"several people here share its e-mail address: it says nothing about whom this was with": 1}


@pytest.mark.parametrize("text", ["\0", "\ud800", "x" * 30_000, "\u202e[/b] =cmd|' /C calc'!A0", "\x1b]52;c;aGk=\x07"])
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_cells_are_text_or_a_reject(floor: Floor, tmp_path: Path, kind: str, text: str) -> None:
    for number, header in enumerate(HEADERS[kind].split(",")):
        path = write(
            tmp_path / f"{kind}{number}.csv", kind, [EVERYTHING[kind][0] | {header: text}, EVERYTHING[kind][0]]
        )
        others = [write(tmp_path / f"{other}.csv", other, EVERYTHING[other]) for other in KINDS if other != kind]
        told = [describe(each, "hubspot", Defaults("US", ZONE)) for each in (path, *others)]
        (summary, *_) = import_files(floor.store, IMPORTER, floor.later(), told)
        assert summary.rows == summary.accepted + summary.rejected == 2


def test_calls_stand_on_their_at_bat_in_the_order_of_time(floor: Floor, bring: Bring) -> None:
    some = [activity(day=f"2026-09-{n:02}", outcome="No Answer", number=n) for n in (20, 11, 15)]
    bring(contacts=[contact(status="In Progress")], activities=some)
    (band,) = at_bats(floor.store, 1)
    told = [entry for entry in timeline(floor.store, 1).entries if entry.kind is EntryKind.TOUCH]
    assert [entry.words for entry in told] == ["words 20", "words 15", "words 11"]
    assert {entry.lead_id for entry in told} == {band.id}
    assert all(entry.at >= band.begins_at and entry.date_only and entry.imported for entry in told)
    assert all(entry.channel is Channel.CALL for entry in told)


# --- at bats that are here already ---


def test_what_happened_before_an_at_bat_made_by_hand_is_one_of_its_own(floor: Floor, bring: Bring) -> None:
    mine = floor.lead(person=NewPerson("Dana", "Ortiz", email="dana@acme.com"))
    bring(activities=[activity(outcome="Connected"), activity(day="2026-11-23", number=2)])
    floor.later(DAY)
    bring(activities=[activity(day="2026-11-24", number=3)])
    stands = floor.store.rows("SELECT id, number, stage, touches FROM lead ORDER BY number")
    assert stands == [(2, 1, "closed", 2), (mine, 2, "attempting", 1)]
    assert floor.state(mine).imported == 0


def test_what_happened_goes_to_the_at_bat_of_its_time(floor: Floor, bring: Bring) -> None:
    first = floor.lead(person=NewPerson("Dana", "Ortiz", email="dana@acme.com"))
    floor.later(DAY)
    close(floor.store, PRIYA, floor.later(), CloseDraft(first, Outcome.NO_RESPONSE))
    floor.later(95 * DAY)
    assert one(floor, "SELECT id FROM contact WHERE name = 'Dana Ortiz'") == 1
    second = floor.lead(contact_id=1)
    floor.later(2 * DAY)
    some = [("2026-11-24", 1), ("2026-12-20", 2), ("2027-03-01", 3), ("2026-09-01", 4)]
    bring(activities=[activity(day=at, number=number) for at, number in some])
    assert floor.store.rows("SELECT note, lead_id FROM touch ORDER BY note") == [
        ("words 1", first),
        ("words 2", first),
        ("words 3", second),
        ("words 4", first),
    ]
    assert (floor.state(first).touches, floor.state(second).attempts) == (0, 1)
    assert floor.state(first).stage is Stage.CLOSED


def test_a_meetings_result_and_a_tasks_state_follow_the_file(floor: Floor, bring: Bring) -> None:
    people = [contact(status="Connected")]
    bring(contacts=people, activities=[activity("Meeting", outcome="Scheduled"), activity("Task", number=2)])
    some = [activity("Meeting", outcome="Completed"), activity("Task", outcome="Completed", number=2)]
    told = bring(activities=some)["activities"]
    assert (told.new, told.enriched) == (0, 2)
    assert one(floor, "SELECT m.result, t.state, (SELECT count(*) FROM meeting) FROM meeting m, task t") == (
        *("held", "done"),
        1,
    )
    assert bring(activities=some)["activities"].unchanged == 2


# --- deals ---


@pytest.mark.parametrize(
    ("said", "stage", "probability"),
    [
        ("Appointment Scheduled", "discovery", 20),
        ("Qualified to Buy", "discovery", 40),
        ("Presentation Scheduled", "evaluation", 60),
        ("Decision Maker Bought-In", "proposal", 80),
        ("Contract Sent", "negotiation", 90),
        ("Closed Won", "won", 100),
        ("Closed Lost", "lost", 0),
        ("Shaking hands", "discovery", 0),
    ],
)
def test_a_deal_becomes_an_opportunity(floor: Floor, bring: Bring, said: str, stage: str, probability: int) -> None:
    told = bring(companies=[company()], deals=[deal(said, "", "acme.com", Deal_Owner="Ed")])["deals"]
    row = one(floor, "SELECT stage, probability, amount, currency, close_date, owner_id, account_id FROM opportunity")
    assert row == (stage, probability, 125050, "USD", "2026-10-01", 5, 1)
    opened, closed = one(floor, "SELECT opened_at, closed_at FROM opportunity")
    assert (opened, closed) == (day("2026-09-15"), day("2026-10-01") if stage in ("won", "lost") else None)
    assert (one(floor, "SELECT customer_since FROM account") is not None) == (stage == "won")
    assert told.understood["Deal Stage"] == {(said, stage): 1}
    assert any("Shaking hands" in sentence for sentence in told.warnings) == (said == "Shaking hands")


@pytest.mark.parametrize(
    ("said", "reason"),
    [("Product Fit", "wrong_product"), ("Price", "no_budget"), ("Timing", "timing"), ("Moon", "other"), ("", "other")],
)
def test_a_lost_deal_says_why(floor: Floor, bring: Bring, said: str, reason: str) -> None:
    told = bring(companies=[company()], deals=[deal("Closed Lost", "", "acme.com", Closed_Lost_Reason=said)])["deals"]
    assert one(floor, "SELECT lost_reason FROM opportunity") == reason
    assert told.understood["Closed Lost Reason"] == {(said or "(blank)", reason): 1}
    assert any("“other”" in sentence for sentence in told.warnings) == (reason == "other")


@pytest.mark.parametrize(
    ("amount", "minor"), [("12.5", 1250), ("210833.37", 21083337), ("", 0), ("0", 0), ("a lot", 0), ("-5", 0)]
)
def test_an_amount_is_in_minor_units_or_nought_with_a_warning(
    floor: Floor, bring: Bring, amount: str, minor: int
) -> None:
    told = bring(companies=[company()], deals=[deal(domain="acme.com", who="", Amount=amount)])["deals"]
    assert one(floor, "SELECT amount FROM opportunity") == minor
    assert any("no amount" in sentence for sentence in told.warnings) == (amount in ("a lot", "-5"))


def test_a_deal_without_contact_gets_its_companys_only_person(floor: Floor, bring: Bring) -> None:
    told = bring(
        contacts=[
            contact("Dana Ortiz", Associated_Company_Domain="acme.com"),
            contact("Bo Li", Associated_Company_Domain="globex.com"),
            contact("Cy Young", Associated_Company_Domain="globex.com"),
        ],
        deals=[deal(who="", domain="acme.com"), deal(who="", domain="globex.com", number=2)],
    )["deals"]
    members = "SELECT o.name, c.name, m.is_primary FROM opportunity_contact m JOIN contact c ON c.id = m.contact_id"
    assert floor.store.rows(f"{members} JOIN opportunity o ON o.id = m.opportunity_id") == [("Deal 1", "Dana Ortiz", 1)]
    (sentence,) = told.warnings
    assert sentence.startswith("names no contact")


def test_the_only_persons_at_bat_became_the_deal_of_the_company(floor: Floor, bring: Bring) -> None:
    people = [contact(status="Open Deal", Associated_Company_Domain="acme.com")]
    told = bring(contacts=people, deals=[deal(who="", domain="acme.com")])
    assert one(floor, "SELECT stage, outcome FROM lead") == ("converted", "converted_to_opportunity")
    assert told["deals"].made == {"open": 1, "at bats converted": 1}
    before = one(floor, "SELECT count(*) FROM operation")
    bring(contacts=people, deals=[deal(who="", domain="acme.com")])
    assert one(floor, "SELECT count(*) FROM operation") == before


def test_several_people_of_a_deal_have_one_primary(floor: Floor, bring: Bring) -> None:
    several = deal(Associated_Contact_Email="dana@acme.com; bo@acme.com")
    bring(contacts=[contact("Bo Li", "Open Deal"), contact("Dana Ortiz")], deals=[several])
    assert one(floor, "SELECT count(*), sum(is_primary) FROM opportunity_contact") == (2, 1)
    assert one(floor, "SELECT count(*) FROM conversion") == 1


def test_a_deal_of_nobody_and_no_company_is_rejected(floor: Floor, bring: Bring) -> None:
    told = bring(deals=[deal(who="zoe"), deal(who="", number=2), deal(number=3) | {"Deal Name": ""}])["deals"]
    assert told.reasons == {
        "names no company, and its contact is not here": 1,
        "no contact and no company": 1,
        "no deal name": 1,
    }


def test_a_deal_waits_for_its_contact_with_a_warning(floor: Floor, bring: Bring) -> None:
    told = bring(companies=[company()], deals=[deal(domain="acme.com")])["deals"]
    assert "its contact is not here: import the contacts, then this file again" in told.warnings
    bring(contacts=[contact()])
    bring(deals=[deal(domain="acme.com")])
    assert one(floor, "SELECT contact_id, is_primary FROM opportunity_contact") == (1, 1)


def test_a_won_deal_that_names_a_person_alone_makes_their_company_a_customer(floor: Floor, bring: Bring) -> None:
    bring(contacts=[contact(Associated_Company_Domain="acme.com")], deals=[deal("Closed Won")])
    row = one(floor, "SELECT o.account_id, a.customer_since FROM opportunity o JOIN account a ON a.id = o.account_id")
    assert row == (1, day("2026-10-01"))


def test_a_deal_follows_the_file_until_a_person_works_on_it(floor: Floor, bring: Bring) -> None:
    bring(companies=[company()], deals=[deal("Qualified to Buy", "", "acme.com")])
    told = bring(deals=[deal("Contract Sent", "", "acme.com", Amount="2000")])["deals"]
    assert (told.new, told.enriched) == (0, 1)
    assert one(floor, "SELECT stage, amount, open FROM opportunity") == ("negotiation", 200000, 1)
    assert floor.store.rows("SELECT stage FROM opportunity_spell ORDER BY id") == [("discovery",), ("negotiation",)]
    bring(deals=[deal("Closed Won", "", "acme.com", Amount="2000")])
    told = bring(deals=[deal("Closed Lost", "", "acme.com", Amount="2000")])["deals"]
    assert "is won here: left as it is" in told.warnings
    assert one(floor, "SELECT stage, open FROM opportunity") == ("won", 0)


# --- companies ---


def test_a_company_is_known_by_id_then_domain_then_name(floor: Floor, bring: Bring) -> None:
    bring(contacts=[contact(Associated_Company_Domain="acme.com")])
    told = bring(companies=[company("Acme Ltd", "acme.com"), company("ACME GmbH", "acme.de"), company("Globex", "")])
    assert (told["companies"].enriched, told["companies"].new, told["companies"].near_count) == (1, 2, 1)
    renamed = company("Globex International", "globex.com") | {"Company ID": "CO-"}
    assert bring(companies=[renamed])["companies"].new == 0
    named = "SELECT name, domain FROM account ORDER BY id"
    assert floor.store.rows(named) == [("Acme Ltd", "acme.com"), ("ACME GmbH", "acme.de"), ("Globex", "globex.com")]


def test_a_company_made_by_hand_is_known_by_its_name(floor: Floor, bring: Bring) -> None:
    floor.lead(company="Acme")
    assert bring(companies=[company("ACME Ltd.", "acme.com")])["companies"].new == 0
    assert one(floor, "SELECT name, domain FROM account") == ("Acme", "acme.com")


@pytest.mark.parametrize(
    ("modified", "industry"), [("2020-01-01", "Freight"), ("2026-12-01", "Shipping"), ("", "Freight")]
)
def test_only_newer_facts_replace_known_ones_and_empty_ones_never(
    floor: Floor, bring: Bring, modified: str, industry: str
) -> None:
    bring(companies=[company(Industry="Freight", City="Oslo")])
    floor.later(20 * DAY)
    bring(companies=[company(Industry="Shipping", Last_Modified_Date=modified, Country="Norway")])
    assert one(floor, "SELECT industry, city, country FROM account") == (industry, "Oslo", "NO")


@pytest.mark.parametrize(
    ("number", "e164"), [("+1 503 555 0142", "+15035550142"), ("(756)322-8453x9", ""), ("12 34 5", "")]
)
def test_a_number_that_is_none_keeps_its_text(floor: Floor, bring: Bring, number: str, e164: str) -> None:
    bring(companies=[company(Phone_Number=number)], contacts=[contact(Phone_Number=number)])
    assert floor.store.rows("SELECT written_as, e164 FROM phone") == [(number, e164)] * 2


def test_owners_and_other_columns_are_kept(floor: Floor, bring: Bring) -> None:
    bring(companies=[company(Company_Owner="ben@example.com", Annual_Revenue="5000000", Number_of_Employees="50")])
    row = one(floor, "SELECT owner_id, custom, size FROM account")
    assert row == (3, '{"Annual Revenue": "5000000"}', 50)


# --- many ---


def test_many_rows_in_several_batches_are_clean(floor: Floor, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_rows, "BATCH", 7)
    statuses = ("New", "Connected", "Unqualified", "Open Deal", "", "In Progress", "Bad Timing", "")
    stages = ("Contract Sent", "Closed Won", "Closed Lost", "Qualified to Buy")
    outcomes = ("Connected", "No Answer", "", "Wrong Number")
    files = {
        "activities": [
            activity(
                ("Call", "Email", "Meeting", "Note", "Task")[n % 5],
                f"2026-{n % 10 + 1:02}-{n % 28 + 1:02}",
                outcomes[n % 4] if n % 5 == 0 else "",
                f"p{n % 37}",
                n,
            )
            for n in range(150)
        ],
        "deals": [
            deal(stages[n % 4], f"p{n * 3 % 43}", f"c{n % 6}.com", n, Create_Date=f"2026-0{n % 9 + 1}-03")
            for n in range(30)
        ],
        "contacts": [
            contact(f"P{n} Ortiz", statuses[n % 8], f"2026-0{n % 9 + 1}-11", Associated_Company_Domain=f"c{n % 6}.com")
            for n in range(40)
        ],
        "companies": [company(f"Company {n}", f"c{n}.com") for n in range(6)],
    }
    told = bring(**files)
    assert sum(told["activities"].made.values()) - told["activities"].made[TAKEN] == 150
    assert sum(told["deals"].made[word] for word in ("open", "won", "lost")) == 30
    assert told["contacts"].opened + told["contacts"].closed + told["contacts"].converted == one(
        floor, "SELECT count(*) FROM lead"
    )
    assert one(floor, "SELECT count(*) FROM lead GROUP BY contact_id ORDER BY 1 DESC LIMIT 1") == 1
    assert all(each.unchanged == each.accepted for each in bring(**files).values())


def test_blank_lines_are_counted(floor: Floor, tmp_path: Path) -> None:
    path = write(tmp_path / "people.csv", "contacts", [contact(status="New")])
    path.write_text(path.read_text("utf-8") + "\n,,,\n\n", "utf-8")
    (told,) = import_files(floor.store, IMPORTER, floor.later(), [describe(path, None, Defaults("US", ZONE))])
    assert (told.rows, told.blank) == (1, 3)


def test_a_name_in_an_address_is_a_user() -> None:
    owners = Owners({"pam beesly": 7, "ben": 3})
    assert owners.named("pam.beesly@example.com") == 7
    assert owners.named("Pam Beesly") == 7
    assert owners.named("pam@example.com") is None


# --- what the file's dates and blanks do not say ---


@pytest.mark.parametrize(
    ("on", "outcome", "meaning", "warned"),
    [
        ("2026-09-20", "", "over, result unknown", True),
        ("2026-09-20", "Scheduled", "booked", False),
        ("2026-09-20", "Completed", "held", False),
        ("2031-09-20", "", "booked", False),
    ],
)
def test_a_past_meeting_without_an_outcome_is_told_as_unknown(
    bring: Bring, on: str, outcome: str, meaning: str, warned: bool
) -> None:
    meeting = activity("Meeting", outcome=outcome) | {"Activity Date": on}
    told = bring(contacts=[contact(status="Connected")], activities=[meeting])["activities"]
    assert dict(told.understood["Meeting Outcome"]) == {(outcome or "(blank)", meaning): 1}
    sentence = "Meeting Outcome is blank and the meeting is over: its result is unknown, counted as booked"
    assert told.warnings == ({sentence: (1, (2,))} if warned else {})


@pytest.mark.parametrize(("created", "warned"), [("2031-12-31", True), ("2026-09-15", False)])
def test_what_says_it_was_made_in_the_future_is_told(floor: Floor, bring: Bring, created: str, warned: bool) -> None:
    told = bring(
        contacts=[contact(status="New", created=created)],
        companies=[company(Create_Date=created)],
        deals=[deal(domain="acme.com", Create_Date=created)],
    )
    sentence = "Create Date: lies in the future, so the moment of import was taken"
    found = {kind: summary.warnings.get(sentence) for kind, summary in told.items()}
    assert found == dict.fromkeys(("contacts", "companies", "deals"), (1, (2,)) if warned else None)
    assert one(floor, "SELECT max(created_at) FROM contact") <= floor.now


# --- deals that come when the at bats are here already ---


@pytest.mark.parametrize(
    ("status", "happened", "why"),
    [
        ("", [activity(outcome="No Answer")], "ended without it, and is locked"),
        ("Unqualified", [], "ended without it, and is locked"),
        ("In Progress", [], "is open, and its status tells of no deal"),
        ("Open Deal", [], ""),
        ("", [], ""),
    ],
)
@pytest.mark.parametrize("company_named", [False, True])
def test_a_deal_that_comes_later_says_what_it_is_not_behind(
    floor: Floor, bring: Bring, status: str, happened: list[Cells], why: str, company_named: bool
) -> None:
    """It is its contact's and its company's deal all the same, and stands in their timeline."""
    bring(contacts=[contact(status=status, Associated_Company_Domain="acme.com")], activities=happened)
    told = bring(deals=[deal(domain="acme.com" if company_named else "")])["deals"]
    assert told.made["with no at bat behind"] == bool(why)
    assert [(why in sentence, count, lines) for sentence, (count, lines) in told.warnings.items()] == (
        [(True, 1, (2,))] if why else []
    )
    assert one(floor, "SELECT account_id FROM opportunity") == 1
    assert one(floor, "SELECT contact_id, is_primary FROM opportunity_contact") == (1, 1)
    assert EntryKind.OPPORTUNITY in {entry.kind for entry in timeline(floor.store, 1).entries}
    assert EntryKind.OPPORTUNITY in {entry.kind for entry in account_timeline(floor.store, 1).entries}


def test_of_two_deals_of_a_converted_at_bat_neither_stands_beside_it(floor: Floor, bring: Bring) -> None:
    told = bring(contacts=[contact(status="Open Deal")], deals=[deal(), deal("Closed Lost", number=2)])["deals"]
    assert told.made["with no at bat behind"] == 0
    assert one(floor, "SELECT count(*) FROM conversion") == 1
