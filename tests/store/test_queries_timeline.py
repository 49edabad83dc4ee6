"""A contact's stream: what it tells, in which order, and how it is paged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.instants import DAY, HOUR
from store.operations.closing import close
from store.operations.converting import ConvertDraft, ReverseDraft, convert, reverse
from store.operations.people import PersonDraft, add_person
from store.operations.promises import CallbackDraft, callback
from store.operations.undo import UndoDraft, undo
from store.operations.working import AmendDraft, NoteDraft, StatusDraft, amend, note, set_status
from store.queries.timeline import (
    Cursor,
    Entry,
    EntryKind,
    account_timeline,
    at_bats,
    colleagues,
    count,
    cursor_at,
    timeline,
)
from store.rules.closing import CloseDraft, NewPerson
from store.rules.qualification import Answers
from store.vocabulary import Answer, Channel, Disposition, Outcome, Role, Stage, Status
from tests.factories import Floor
from tests.store.query_world import ANA, ED, PRIYA, World, counted

D, K = Disposition, EntryKind
ANSWERS = Answers(Answer.YES, Answer.YES, Answer.YES, Answer.UNKNOWN)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty database with three users."""
    world = World(tmp_path)
    yield world
    world.store.close()


def lived(world: World) -> tuple[int, int, int]:
    """An at bat with something of almost every kind in it; ids of lead, contact and account."""
    lead, contact, account = world.person("Dana", "Ortiz")
    store = world.store
    world.log(lead, D.NO_ANSWER)
    world.log(lead, D.VOICEMAIL_LEFT, note="taken back")
    undo(store, PRIYA, world.later(), UndoDraft())
    world.log(lead, D.CONVERSATION, note="budget in Q1")
    callback(store, PRIYA, world.later(), CallbackDraft(lead, world.now + HOUR))
    note(store, PRIYA, world.later(), NoteDraft(lead, "100% sure_of it"))
    set_status(store, PRIYA, world.later(), StatusDraft(lead, Status.WORKING))
    touch = store.value("SELECT max(id) FROM touch")
    amend(store, PRIYA, world.later(), AmendDraft(touch, note="budget in Q2"))
    world.now += HOUR
    world.log(lead, D.CONVERSATION, note="called back")
    draft = ConvertDraft(lead, close_date="2027-01-01", answers=ANSWERS, taker_id=ED.user_id)
    convert(store, PRIYA, world.later(), draft)
    reverse(store, ANA, world.later(), ReverseDraft(lead, "wrong company"))
    return lead, contact, account


def kinds(entries: tuple[Entry, ...]) -> set[EntryKind]:
    return {entry.kind for entry in entries}


def test_one_stream_tells_everything_that_happened_newest_first(world: World) -> None:
    _, contact, _ = lived(world)
    page = timeline(world.store, contact)
    assert page.next is None
    assert [entry.at for entry in page.entries] == sorted((entry.at for entry in page.entries), reverse=True)
    assert kinds(page.entries) == {
        K.TOUCH,
        K.NOTE,
        K.AMENDMENT,
        K.CALLBACK,
        K.CALLBACK_ENDED,
        K.STAGE,
        K.STATUS,
        K.ASSIGNMENT,
        K.CONVERSION,
        K.OPPORTUNITY,
        K.REVERSAL,
        K.HAND_OVER,
    }


def test_what_an_entry_says(world: World) -> None:
    lead, contact, _ = lived(world)
    by_kind = {entry.kind: entry for entry in reversed(timeline(world.store, contact).entries)}
    touch = next(e for e in timeline(world.store, contact).entries if e.kind is K.TOUCH and e.words == "called back")
    assert (touch.lead_id, touch.who, touch.disposition) == (lead, "Priya", D.CONVERSATION)
    assert (touch.attempt, touch.connect) == (True, True)
    amendment = by_kind[K.AMENDMENT]
    assert (amendment.before, amendment.words, amendment.who) == ("budget in Q1", "budget in Q2", "Priya")
    assert by_kind[K.REVERSAL].who == "Ana"
    assert by_kind[K.STATUS].status is Status.WORKING
    assert by_kind[K.STATUS].override
    assert (by_kind[K.ASSIGNMENT].whom, by_kind[K.ASSIGNMENT].subject) == ("Priya", "made by hand")
    kept = by_kind[K.CALLBACK_ENDED]
    assert kept.state == "kept"


def test_what_was_undone_is_not_shown(world: World) -> None:
    _, contact, _ = lived(world)
    assert all(entry.words != "taken back" for entry in timeline(world.store, contact).entries)
    second, other, _ = world.person("Bo", "Li", phone="")
    close(world.store, PRIYA, world.later(), CloseDraft(second, Outcome.NO_RESPONSE))
    undo(world.store, PRIYA, world.later(), UndoDraft())
    assert {entry.stage for entry in timeline(world.store, other).entries if entry.stage} == {Stage.NEW}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pages_join_into_the_whole_stream(world: World, size: int) -> None:
    _, contact, _ = lived(world)
    whole = timeline(world.store, contact).entries
    pages: list[Entry] = []
    cursor: Cursor | None = None
    while True:
        page = timeline(world.store, contact, before=cursor, limit=size)
        pages += page.entries
        if (cursor := page.next) is None:
            break
    assert tuple(pages) == whole


def test_a_page_is_not_moved_by_what_happens_meanwhile(world: World) -> None:
    lead, contact, _ = lived(world)
    whole = timeline(world.store, contact).entries
    first = timeline(world.store, contact, limit=5)
    world.log(lead, D.NO_ANSWER)
    assert timeline(world.store, contact, before=first.next).entries == whole[5:]


def test_jump_to_any_entry_and_count(world: World) -> None:
    _, contact, _ = lived(world)
    store = world.store
    whole = timeline(store, contact).entries
    assert count(store, contact) == len(whole)
    for skip in range(len(whole) + 2):
        assert timeline(store, contact, before=cursor_at(store, contact, skip)).entries == whole[skip:]


def test_kinds_hide_and_letters_find(world: World) -> None:
    _, contact, _ = lived(world)
    store = world.store
    only = frozenset({K.TOUCH, K.NOTE})
    assert kinds(timeline(store, contact, kinds=only).entries) == only
    assert count(store, contact, kinds=only) == 4
    assert timeline(store, contact, kinds=frozenset()).entries == ()
    found = timeline(store, contact, find="BUDGET").entries
    assert kinds(found) == {K.TOUCH, K.AMENDMENT}
    assert [entry.words for entry in timeline(store, contact, find="0% sure_").entries] == ["100% sure_of it"]
    assert timeline(store, contact, find="0_ sure%").entries == ()
    assert count(store, contact, find="budget") == 2
    for odd in ("'", '"', "\\", "\0", "\ud800", "[b]", "%" * 1000):
        timeline(store, contact, find=odd)


def test_a_duplicate_shows_under_the_one_that_lives_on(world: World) -> None:
    keeps, survivor, _ = world.person("Dana", "Ortiz")
    goes, loser, _ = world.person("D.", "Ortiz", phone="", email="dana@acme.example")
    world.log(goes, D.VOICEMAIL_LEFT, note="said call Dana")
    close(world.store, PRIYA, world.later(), CloseDraft(goes, Outcome.DUPLICATE, duplicate_of=keeps))
    touches = [entry for entry in timeline(world.store, survivor).entries if entry.kind is K.TOUCH]
    assert [(entry.lead_id, entry.words, entry.whom) for entry in touches] == [(keeps, "said call Dana", "D. Ortiz")]
    bands = at_bats(world.store, loser)
    assert [(band.id, band.primary) for band in bands] == [(goes, True), (keeps, False)]
    assert bands[0].merged_into == keeps
    assert bands[0].outcome == world.store.rules.outcomes[Outcome.DUPLICATE].label
    assert bands[1].person == "Dana Ortiz"


def test_at_bats_band_the_stream(world: World) -> None:
    lead, contact, _ = lived(world)
    band, *rest = at_bats(world.store, contact)
    assert not rest
    assert (band.id, band.number, band.stage, band.status) == (lead, 1, Stage.CONNECTED, Status.WORKING)
    assert (band.touches, band.attempts, band.owner, band.outcome, band.open) == (3, 3, "Priya", "", True)
    made = add_person(
        world.store, PRIYA, world.later(), PersonDraft(lead, Role.CHAMPION, person=NewPerson("Bo", "Li"))
    ).made
    assert made is not None
    (other,) = at_bats(world.store, made["contact_id"])
    assert (other.primary, other.role, other.person) == (False, Role.CHAMPION, "Dana Ortiz")


def test_the_company_line_names_who_else_is_worked(world: World) -> None:
    _, contact, _ = world.person("Dana", "Ortiz")
    second, other, _ = world.person("Bo", "Li", phone="", actor=ANA)
    world.log(second, D.CONVERSATION, actor=ANA)
    ended, _, _ = world.person("Gone", "Now", phone="")
    close(world.store, PRIYA, world.later(), CloseDraft(ended, Outcome.NO_RESPONSE))
    (line,) = colleagues(world.store, contact)
    assert (line.lead_id, line.contact_id, line.name) == (second, other, "Bo Li")
    assert (line.stage, line.owner) == (Stage.CONNECTED, "Ana")


def test_a_company_has_one_stream(world: World) -> None:
    _, contact, account = lived(world)
    _, other, _ = world.person("Bo", "Li", phone="")
    whole = {(entry.kind, entry.id) for entry in account_timeline(world.store, account).entries}
    for one in (contact, other):
        assert {(entry.kind, entry.id) for entry in timeline(world.store, one).entries} <= whole


def test_queries_do_not_grow_with_the_page(world: World) -> None:
    lead, contact, _ = lived(world)
    for _ in range(30):
        note(world.store, PRIYA, world.later(), NoteDraft(lead, "again"))
    with counted(world.store) as statements:
        timeline(world.store, contact)
    assert len(statements) <= 1 + len(EntryKind)
    with counted(world.store) as statements:
        at_bats(world.store, contact)
        colleagues(world.store, contact)
        count(world.store, contact)
    assert len(statements) == 3


def test_every_walk_is_along_an_index(world: World) -> None:
    from store.queries import timeline as module

    sql = module._keys_sql(module._PERSON, tuple(EntryKind), False)
    values = dict.fromkeys(
        [f"below_{kind.value}" for kind in EntryKind] + ["who", "before", "since", "most", "limit"], 1
    )
    plan = [row[3] for row in world.store.rows(f"EXPLAIN QUERY PLAN {sql}", {**values, "offset": 0})]
    tables = {arm.table for arm in module._ARMS} | {"lead", "opportunity_contact"}
    assert not [line for line in plan if line.startswith("SCAN") and line.split()[1] in tables]


def test_the_words_that_stand_on_the_screen_are_found(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.touch(lead_id, Disposition.VOICEMAIL_LEFT)
    floor.touch(lead_id, Disposition.SENT, Channel.EMAIL)
    floor.touch(lead_id, Disposition.CALLBACK_REQUESTED, next_at=floor.now + 2 * HOUR)
    floor.close(lead_id, Outcome.NOT_READY, reason="timing", back_at=floor.now + 90 * DAY)
    contact = floor.state(lead_id).contact_id
    assert contact is not None

    def kinds(find: str) -> set[EntryKind]:
        return {entry.kind for entry in timeline(floor.store, contact, find=find).entries}

    assert kinds("voicemail") == kinds("Call · voicemail left") == {EntryKind.TOUCH}
    assert kinds("e-mail") == {EntryKind.TOUCH}
    assert kinds("callback promised") == {EntryKind.CALLBACK}
    assert EntryKind.STAGE in kinds("not ready")
    assert kinds("to Priya") == {EntryKind.ASSIGNMENT}
    assert kinds("opened") == {EntryKind.STAGE}
    assert kinds("contact") == set()
