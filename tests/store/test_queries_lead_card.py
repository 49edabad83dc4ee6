"""The card of an at bat answers the five questions: why, who, where, what, when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from store.instants import DAY, HOUR
from store.operations.closing import close
from store.operations.converting import ConvertDraft, QualifyDraft, convert, qualify
from store.operations.new_lead import NewLeadDraft, new_lead
from store.operations.people import PersonDraft, add_person
from store.operations.promises import CallbackDraft, callback
from store.operations.undo import UndoDraft, undo
from store.operations.working import NoteDraft, note
from store.queries.lead_card import Pace, card
from store.rules.closing import CloseDraft, NewPerson
from store.rules.qualification import Answers
from store.vocabulary import Answer, Channel, Disposition, Motion, Outcome, PhoneKind, Reachability, Role, Stage
from tests.store.query_world import ANA, ED, PRIYA, World, counted

D = Disposition
YES = Answers(Answer.YES, Answer.YES, Answer.YES, Answer.UNKNOWN)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty database with three users."""
    world = World(tmp_path)
    yield world
    world.store.close()


def shown(world: World, lead_id: int):
    found = card(world.store, lead_id, world.now)
    assert found is not None
    return found


def test_there_is_no_card_of_nothing(world: World) -> None:
    assert card(world.store, 99, world.now) is None


def test_why_and_who(world: World) -> None:
    lead, _, account = world.person("Dana", "Ortiz")
    world.store.connection.execute("UPDATE account SET size = 240, industry = 'logistics' WHERE id = ?", (account,))
    front = shown(world, lead)
    assert (front.name, front.title, front.company) == ("Dana Ortiz", "CFO", "Acme [UK] Ltd")
    assert (front.company_size, front.industry) == (240, "logistics")
    assert (front.lead.source, front.lead.why, front.lead.motion) == ("web", "asked for it", Motion.DEMO_REQUEST)
    assert (front.owner, front.rule, front.since) == ("Priya", "made by hand", front.lead.opened_at)


def test_how_to_reach_them_the_bad_ones_last(world: World) -> None:
    lead, contact, account = world.person("Dana", "Ortiz", phone="+1 503 555 0142 x7")
    connection = world.store.connection
    connection.execute("UPDATE phone SET state = 'bad'")
    connection.execute(
        "INSERT INTO phone (contact_id, account_id, written_as, e164, digits, extension, kind, state, position, void,"
        " written_id) VALUES (?1, NULL, 'ask Bo', '', '', '', 'mobile', 'unknown', 5, 0, 1),"
        " (NULL, ?2, '+1 503 555 0100', '+15035550100', '15035550100', '', 'switchboard', 'valid', 0, 0, 1)",
        (contact, account),
    )
    front = shown(world, lead)
    assert [(line.written_as, line.state, line.of_company) for line in front.phones] == [
        ("ask Bo", Reachability.UNKNOWN, False),
        ("+1 503 555 0142 x7", Reachability.BAD, False),
        ("+1 503 555 0100", Reachability.VALID, True),
    ]
    assert (front.phones[1].e164, front.phones[1].extension) == ("+15035550142", "7")
    assert front.phones[2].kind is PhoneKind.SWITCHBOARD
    assert "America/Los_Angeles" in front.zones
    assert [line.address for line in front.emails] == ["dana.ortiz@example.com"]
    assert (front.reach.phones, front.reach.emails) == (1, 1)


def test_what_was_said_last(world: World) -> None:
    lead, _, _ = world.person("Dana", "Ortiz")
    assert (shown(world, lead).last_words, shown(world, lead).last_at) == ("", None)
    world.log(lead, D.CONVERSATION, note="budget in Q1")
    said_at = world.now
    for _ in range(3):
        world.log(lead, D.NO_ANSWER)
    front = shown(world, lead)
    assert (front.last_words, front.last_at) == ("budget in Q1", said_at)
    assert [touch.disposition for touch in front.touches] == [D.NO_ANSWER] * 3 + [D.CONVERSATION]
    note(world.store, PRIYA, world.later(), NoteDraft(lead, "call her Dee"))
    assert shown(world, lead).last_words == "call her Dee"
    undo(world.store, PRIYA, world.later(), UndoDraft())
    assert shown(world, lead).last_words == "budget in Q1"


def test_where_it_stands_in_days(world: World) -> None:
    lead, _, _ = world.person("Dana", "Ortiz")
    world.log(lead, D.CONVERSATION)
    world.now += 4 * DAY  # from Monday over Thanksgiving to Friday
    assert shown(world, lead).pace == Pace(4, 10, "to qualify")
    qualify(world.store, PRIYA, world.later(), QualifyDraft(lead, YES))
    world.now += 3 * DAY
    assert shown(world, lead).pace == Pace(2, 3, "to convert")
    other, _, _ = world.person("Bo", "Li", phone="", motion=Motion.OUTBOUND_TARGET)
    world.now += 10 * DAY
    assert shown(world, other).pace == Pace(11, 45, "of its window")
    years_ago = world.now - 1_000 * DAY
    world.store.connection.execute("UPDATE lead SET imported = 1, opened_at = ? WHERE id = ?", (years_ago, other))
    assert shown(world, other).pace == Pace(11, 45, "of its window"), "an import begins the clocks"
    world.store.connection.execute("UPDATE lead SET imported = 0, opened_at = assigned_at WHERE id = ?", (other,))


def test_when_it_is_over(world: World) -> None:
    lead, _, _ = world.person("Dana", "Ortiz", motion=Motion.OUTBOUND_TARGET)
    front = shown(world, lead)
    assert front.ends_at == front.lead.expires_at
    assert (front.ends_when, front.attempt_limit) == ("12 attempts or 45 days", 12)
    callback(world.store, PRIYA, world.later(), CallbackDraft(lead, world.now + 50 * DAY))
    held = shown(world, lead)
    assert held.ends_at is not None
    assert held.lead.callback_at is not None
    assert held.ends_at > held.lead.callback_at > (held.lead.expires_at or 0)


def test_the_script_has_the_names_filled_in(world: World) -> None:
    lead, _, _ = world.person("Dana {company}", "Ortiz", motion=Motion.OUTBOUND_TARGET)
    world.log(lead, D.SENT, Channel.EMAIL)
    step = shown(world, lead).step
    assert step is not None
    assert (step.number, step.total, step.channel) == (2, 12, Channel.CALL)
    assert step.script.startswith("Hi Dana {company}, ")
    assert "Acme [UK] Ltd" in step.script
    close(world.store, PRIYA, world.later(), CloseDraft(lead, Outcome.NO_RESPONSE))
    assert shown(world, lead).step is None


def test_earlier_at_bats_and_how_each_ended(world: World) -> None:
    first, contact, _ = world.person("Dana", "Ortiz")
    close(world.store, PRIYA, world.later(), CloseDraft(first, Outcome.NO_RESPONSE))
    draft = NewLeadDraft(Motion.REP_CREATED, "own", contact_id=contact, why="new budget", called=False)
    second = new_lead(world.store, PRIYA, world.later(HOUR), draft).lead_id
    assert second is not None
    (before,) = shown(world, second).earlier
    assert (before.id, before.number) == (first, 1)
    assert before.outcome == world.store.rules.outcomes[Outcome.NO_RESPONSE].label
    assert before.reason
    assert shown(world, first).earlier == ()


def test_the_group_and_the_opportunities_of_the_company(world: World) -> None:
    store = world.store
    lead, contact, _ = world.person("Dana", "Ortiz")
    busy, bo, _ = world.person("Bo", "Li", phone="", actor=ANA)
    add_person(store, PRIYA, world.later(), PersonDraft(lead, Role.CHAMPION, contact_id=bo))
    convert(store, ANA, world.later(), ConvertDraft(busy, close_date="2027-01-29", answers=YES, taker_id=ED.user_id))
    third, _, _ = world.person("Cy", "Roe", phone="")
    front = shown(world, lead)
    assert [(one.name, one.role, one.primary) for one in front.group] == [
        ("Dana Ortiz", Role.OTHER, True),
        ("Bo Li", Role.CHAMPION, False),
    ]
    assert front.group[0].contact_id == contact
    (deal,) = front.opportunities
    assert (deal.owner, deal.close_date) == ("Ed", "2027-01-29")
    assert shown(world, third).opportunities == front.opportunities


def test_answers_and_a_disqualification_that_waits(world: World) -> None:
    lead, _, account = world.person("Dana", "Ortiz")
    world.store.connection.execute("UPDATE account SET size = 5000 WHERE id = ?", (account,))
    world.log(lead, D.CONVERSATION)
    partly = replace(Answers(), need=Answer.YES)
    qualify(world.store, PRIYA, world.later(), QualifyDraft(lead, partly))
    assert shown(world, lead).answers == partly
    assert shown(world, lead).approval is None
    close(world.store, PRIYA, world.later(), CloseDraft(lead, Outcome.BAD_FIT, reason="no_need", note="not now"))
    front = shown(world, lead)
    assert front.lead.stage is Stage.DISQUALIFIED
    assert front.approval is not None
    assert (front.approval.asked_by, front.approval.note) == ("Priya", "not now")
    assert front.approval.reason == world.store.rules.reasons["no_need"].label


def test_a_company_without_a_person_has_a_card_too(world: World) -> None:
    draft = NewLeadDraft(Motion.INTENT_SIGNAL, "intent data", company="Hallam & Co", called=False)
    lead = new_lead(world.store, PRIYA, world.later(), draft).lead_id
    assert lead is not None
    front = shown(world, lead)
    assert (front.name, front.company, front.phones, front.group) == ("Hallam & Co", "Hallam & Co", (), ())
    assert front.step is not None
    assert "Hi there" in front.step.script


def test_eight_queries_at_most(world: World) -> None:
    lead, _, _ = world.person("Dana", "Ortiz")
    for number in range(5):
        made = NewPerson("P", f"Number{number}", email=f"p{number}@example.com")
        add_person(world.store, PRIYA, world.later(), PersonDraft(lead, Role.USER, person=made))
        world.log(lead, D.NO_ANSWER)
    with counted(world.store) as statements:
        shown(world, lead)
    assert len(statements) <= 8
