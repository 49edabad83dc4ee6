"""A store in memory and screens over it, for tests of the frame alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from store.actor import Actor
from store.errors import Refusal
from store.rules.business import Calendar
from store.ruleset import RuleSet, load_rules
from store.vocabulary import Status, UserRole
from tui.app import AtBat
from tui.desk import Desk, Done
from tui.dialog import Dialog
from tui.frame import MainView, Person, TeamFacts
from tui.lead_screen import LeadRow, LeadScreen
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field

NOON = 1_760_000_000_000_000 // 60_000_000 * 60_000_000


@dataclass
class FakeStore:
    """Remembers what was written, by which thread; ``gate`` keeps writes waiting until it is set."""

    written: list[tuple[Any, Actor, int]] = field(default_factory=list)
    keys: dict[UUID, FakeDone] = field(default_factory=dict)
    threads: set[int] = field(default_factory=set)
    gate: threading.Event = field(default_factory=threading.Event)
    version: int = 1
    closed: list[int] = field(default_factory=list)  # by which threads
    rescued: str = ""

    def __post_init__(self) -> None:
        self.gate.set()

    def data_version(self) -> int:
        """As SQLite's."""
        return self.version

    def use_rules(self, rules: RuleSet) -> None:
        """It has none."""

    def rescue(self, reason: str) -> None:
        """Remember why."""
        self.rescued = reason

    def stop_when(self, asked: Callable[[], bool]) -> None:
        """It reads nothing that takes long."""

    def close(self) -> None:
        """Remember by whom."""
        self.closed.append(threading.get_ident())


@dataclass(frozen=True)
class FakeDone:
    """What a fake operation returns."""

    operation_id: int
    sentence: str
    lead_id: int | None = None
    undo_until: int | None = None
    offer: None = None


@dataclass(frozen=True)
class FakePerson:
    """A user."""

    id: int
    name: str
    role: UserRole = UserRole.SDR
    zone: str = ""


@dataclass(frozen=True)
class FakeLead:
    """A row."""

    id: int
    name: str
    version: int = 1

    @property
    def lead(self) -> Any:
        """Only its status, and that it is open, is looked at."""
        return SimpleNamespace(status=Status.ATTEMPTING, open=1)


@dataclass(frozen=True)
class LogDraft:
    """A touch."""

    lead_id: int
    what: str
    note: str


def fake_log(store: FakeStore, actor: Actor, now: int, draft: LogDraft, key: UUID) -> FakeDone:
    """Log a touch, or refuse the note "refuse me"; the note "break" is a fault."""
    store.gate.wait(10)
    store.threads.add(threading.get_ident())
    if key in store.keys:
        return store.keys[key]
    if draft.note == "refuse me":
        raise Refusal("Ana converted this 10 seconds ago.", "note")
    if draft.note == "break":
        raise ZeroDivisionError
    store.written.append((draft, actor, now))
    done = FakeDone(len(store.written), f"{draft.what} logged for lead {draft.lead_id}", draft.lead_id, now + 1)
    store.keys[key] = done
    return done


class LogDialog(Dialog[FakeLead, Done]):
    """Three dispositions and a note; a conversation needs the note."""

    def heading(self) -> Content:
        """With the name."""
        return Content(f"Log a touch · {self.opening.name}")

    def compose_form(self) -> ComposeResult:
        """Choices and a note."""
        yield Field(
            "disposition",
            "What came of it",
            ChoiceList(
                [
                    Choice("n", "no answer", "no answer", "attempt 4 of 12"),
                    Choice("v", "voicemail", "voicemail left", "attempt 4 of 12"),
                    Choice("c", "conversation", "conversation", "→ Connected"),
                ]
            ),
        )
        yield Field("note", "What was learned", Input())

    def reset(self, opening: FakeLead) -> None:
        """Empty."""
        self.query_one(ChoiceList).select(None)
        self.query_one(Input).value = ""

    def draft(self) -> LogDraft:
        """The touch."""
        what, note = self.query_one(ChoiceList).value, self.query_one(Input).value
        if what is None:
            raise Refusal("Choose what came of it.", "disposition")
        if what == "conversation" and not note:
            raise Refusal("Say what was learned.", "note")
        return LogDraft(self.opening.id, what, note)

    def operation(self) -> Any:
        """The fake one."""
        return fake_log

    def consequence(self) -> Content:
        """Of the choice."""
        what = self.query_one(ChoiceList).value
        return Content(f"{what}: next e-mail Thu 10:00") if what else Content()


class Leads(LeadScreen):
    """Three leads; each thing done goes on to the next."""

    VIEW = "queue"

    def __init__(self) -> None:
        super().__init__()
        self.leads = [FakeLead(number, name) for number, name in enumerate(["Dana [b]", "Lee", "Moe"], 1)]
        self.at = 0

    def compose_body(self) -> ComposeResult:
        """The current lead's name."""
        yield Static(id="current")

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def current_lead(self) -> LeadRow | None:
        """The one in front."""
        return self.leads[self.at] if self.at < len(self.leads) else None

    def action_timeline(self) -> None:
        """There is nothing behind these leads."""

    def lead_done(self, done: Done) -> None:
        """On to the next."""
        self.at += 1
        self._show()

    def _show(self) -> None:
        lead = self.current_lead()
        self.query_one("#current", Static).update(Content(f"now: {lead.name if lead else 'nobody'}"))  # type: ignore[attr-defined]


PRIYA = FakePerson(2, "Priya N.")
VIEWS = (MainView("queue", "Queue", "tests.frame_fakes:Leads"),)


def fake_desk(store: FakeStore, actor: Actor | None = None) -> Desk:
    """A desk whose two threads share one store in memory, at noon."""
    return Desk(lambda: store, lambda: store, actor, clock=lambda: NOON)


def team() -> TeamFacts:
    """A team with the shipped rules, in UTC."""
    rules = load_rules(None)
    return TeamFacts("UTC", Calendar("UTC", rules.hours), rules)


def fake_app(store: FakeStore | None = None, person: Person | None = PRIYA, **more: Any) -> AtBat:
    """The real app over a store in memory."""
    people: Sequence[Person] = (PRIYA, FakePerson(3, "Tom K.", UserRole.LEAD))
    return AtBat(
        fake_desk(store or FakeStore()),
        team(),
        person,
        people=people,
        views=VIEWS,
        dialogs={"log": "tests.frame_fakes:LogDialog"},
        **more,
    )
