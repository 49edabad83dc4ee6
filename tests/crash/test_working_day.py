"""A rep's day at the real keys: hundreds of attempts, promises kept and missed, slips undone, while another rep works.

Time is simulated: it goes on by as much after each attempt, so that all of them fill the day. What the rep pressed is
counted and held against the database after every act: a key that got lost, or did something twice, ends the run.
``python -m tests.crash.test_working_day beside …`` is the rep at the other desk.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from screens.dialogs.foretold import SAID_TWICE
from store import Actor, Refusal, Store, open_store
from store.demo.example import copy_example
from store.demo.seed import REP, ZONE
from store.instants import HOUR, MINUTE, instant
from store.operations.log_touch import log_touch
from store.operations.new_lead import NewLeadDraft, new_lead
from store.operations.working import LeadDraft, NoteDraft, accept, note
from store.rules.closing import NewPerson
from store.rules.touch import TouchDraft
from store.vocabulary import Channel, Disposition, Motion
from tests.crash.conftest import faults_in, wrong_in
from tests.probed import PROGRAM, HandClock, ProbedDriver

MORNING = instant(datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo(ZONE)))  # a Tuesday
DAY_LENGTH = 8 * HOUR
WARM = 10 * MINUTE
SIZES = [(120, 36), (80, 24), (200, 50), (100, 30), (60, 20)]
PRIYA, TOM = 2, 3
NOTES = ("budget in Q1, send the security sheet", "Acme [UK] Ltd?", "zwei Werke, fängt mit einem an", "will ask 山田")
MOST_PROMISES = 20  # the shipped limit is 25
D = Disposition

# What may come of an attempt on somebody with a number and an address, and how often; each is one letter after `l`,
# and what silences a person takes enter too.
ATTEMPTS: dict[Disposition, tuple[str, int]] = {
    D.NO_ANSWER: ("n", 40),
    D.VOICEMAIL_LEFT: ("v", 20),
    D.BUSY: ("y", 6),
    D.GATEKEEPER: ("g", 7),
    D.CONVERSATION: ("c", 12),
    D.CALLBACK_REQUESTED: ("b", 7),
    D.SENT: ("s", 12),
    D.REPLIED: ("r", 5),
    D.MEETING_BOOKED: ("m", 2),
    D.NOT_INTERESTED: ("i", 3),
    D.WRONG_PERSON: ("w", 2),
    D.WRONG_NUMBER: ("d", 2),
    D.BOUNCED: ("o", 2),
    D.UNSUBSCRIBE: ("u", 1),
    D.DO_NOT_CONTACT: ("x", 1),
    D.HELD: ("h", 1),
    D.NO_SHOW: ("k", 1),
}
WITH_NOTE = {D.GATEKEEPER, D.CONVERSATION}
OFFERS = {D.MEETING_BOOKED, D.NOT_INTERESTED, D.WRONG_PERSON, D.WRONG_NUMBER, D.BOUNCED}


class Rep:
    """Presses keys at the real program and knows what must have come of each."""

    def __init__(self, driver: ProbedDriver, store: Store, clock: HandClock, other: OtherRep, seed: int) -> None:
        self.driver = driver
        self.store = store
        self.clock = clock
        self.other = other
        self.chance = random.Random(seed)
        self.logged = self._logged_now
        self.keys = 0
        self.places = 0
        self.done: Counter[str] = Counter()
        self.forgotten: set[int] = set()
        self.pressed: list[str] = []
        self.size = SIZES[0]

    # -- pressing and looking ----------------------------------------------------------------------------------------

    def press(self, keys: str) -> None:
        """Press keys, all at once, and wait until the app has dealt with them."""
        self.keys += len(keys)
        self.pressed.append(keys)
        self.driver.send(keys)
        self.places = self.driver.settle()

    def one(self, sql: str, *params: object) -> int:
        value = self.store.value(sql, params)
        return int(value or 0)

    @property
    def lead(self) -> int:
        """The at bat in front."""
        return self.driver.lead

    @property
    def front(self) -> str:
        """The class of the screen in front."""
        return self.driver.front

    @property
    def _logged_now(self) -> int:
        return self.one("SELECT count(*) FROM touch WHERE void = 0 AND user_id = ?", PRIYA)

    def agree(self) -> None:
        """What was logged is what was pressed, and the queue is in front again."""
        assert self._logged_now == self.logged, f"{self._logged_now} touches are stored, {self.logged} were logged"
        assert self.front == "QueueScreen", f"{self.front} is in front"
        assert not self.places, "something is still typed in"

    def back(self) -> None:
        """To the queue, however many screens away it is."""
        for _ in range(6):
            if self.front == "QueueScreen":
                return
            self.press("\x1b")
        raise AssertionError(f"no way back from {self.front}")

    # -- the day -----------------------------------------------------------------------------------------------------

    def attempt(self) -> None:
        """One try on whoever is next; the promises that this rep forgets are left alone."""
        while self.lead in self.forgotten:
            self.press("j")
        if not self.lead or not self.one(_EASY, self.lead):
            self.past_the_awkward()
        (found,) = self.chance.choices(list(ATTEMPTS), [weight for _, weight in ATTEMPTS.values()])
        if found is D.CALLBACK_REQUESTED and self.one(_OPEN_PROMISES, PRIYA) >= MOST_PROMISES:
            found = D.NO_ANSWER
        self.log(found, ATTEMPTS[found][0])
        if found in OFFERS:
            self.back()

    def log(self, found: Disposition, letter: str) -> None:
        lead = self.lead
        keys = f"l{letter}"
        if found in WITH_NOTE:
            keys += f"{self.chance.choice(NOTES)}\r"
        elif found in SAID_TWICE:
            keys += "\r"
        elif found is D.CALLBACK_REQUESTED:
            keys += f"in {self.chance.choice((15, 25, 40, 90, 200))} min\r"
        self.press(keys)
        self.logged += 1
        newest = self.store.row(_NEWEST, (PRIYA,))
        assert newest == (lead, found.value), f"{keys!r} on {lead} stored {newest}:\n{self.driver.screen_text()}"
        self.done[f"logged {found.label}"] += 1
        if found is D.CALLBACK_REQUESTED and self.chance.random() < 0.3:
            self.forgotten.add(lead)

    def past_the_awkward(self) -> None:
        """Go down to somebody who can be called and written to: what else may happen there, other tests look at.

        Below may be nobody, where the cursor stood near the end; then from the top.
        """
        for step in range(400):
            self.press("j" if step != 100 else "g")
            if self.lead and self.lead not in self.forgotten and self.one(_EASY, self.lead):
                return
        raise AssertionError(f"nobody is left who can be called:\n{self.driver.screen_text()}")

    def slip(self) -> None:
        """Log, and take it back."""
        self.attempt()
        before = self.one("SELECT max(id) FROM operation WHERE actor_id = ? AND kind = 'log_touch'", PRIYA)
        last = self.one("SELECT max(id) FROM operation WHERE actor_id = ?", PRIYA)
        self.press("u")
        if before == last:
            self.logged -= 1
            self.done["undone"] += 1

    def note(self) -> None:
        count = self.one("SELECT count(*) FROM note WHERE void = 0")
        self.press(f"n{self.chance.choice(NOTES)}\r")
        assert self.one("SELECT count(*) FROM note WHERE void = 0") >= count + 1
        self.done["noted"] += 1

    def snooze(self) -> None:
        self.press(f"sin {self.chance.choice((1, 2, 3))} h\r")
        self.back()
        self.done["snoozed"] += 1

    def look_back(self) -> None:
        """The timeline, the next one, and back."""
        self.press("\r")
        assert self.front == "TimelineScreen"
        self.press(self.chance.choice(("jjk", "]", "][", "G", "hh")))
        self.back()
        self.done["looked back"] += 1

    def log_in_timeline(self) -> None:
        self.past_the_awkward()
        lead = self.lead
        self.press("\r")
        self.press("ln")
        self.logged += 1
        assert self.store.row(_NEWEST, (PRIYA,)) == (lead, D.NO_ANSWER.value)
        self.press("\x1b")
        self.done["logged in a timeline"] += 1

    def find(self) -> None:
        self.press("/" + self.chance.choice(("ortiz", "acme", "555 01", "möller", "山田", "zzzz")))
        self.back()
        self.done["found"] += 1

    def ask_for_help(self) -> None:
        self.press("?jj ")
        self.press("\x1b")
        self.done["helped"] += 1

    def views(self) -> None:
        """Other views, other orders, a filter typed and taken away, and all of it again."""
        for key in "v" * self.chance.randint(1, 4):
            self.press(key)
        self.press("OO")
        self.press("fmade-up 1")
        self.press("\x1b")
        self.press("d")
        self.press("d")
        self.press("Rg")
        self.done["views"] += 1

    def company(self) -> None:
        """The company's page, somebody else there, and back."""
        self.press("C")
        assert self.front == "AccountScreen"
        self.press("jk")
        self.back()
        self.done["companies"] += 1

    def session(self) -> None:
        """Call through the list, one at bat at a time; pause, sometimes go on, and leave it for later."""
        self.press("S")
        if self.front == "ResumeDialog":
            self.press(self.chance.choice("rrn"))
            self.done["sessions taken up or begun anew"] += 1
        else:
            self.done["sessions begun"] += 1
        self.turns()
        if self.front == "SessionScreen":
            self.press("\x1b")
            assert self.front == "SummaryScreen"
            self.done["sessions paused"] += 1
            if self.chance.random() < 0.4 and self.one(_PAUSED, PRIYA):
                self.press("S")
                self.done["sessions resumed"] += 1
                self.turns()
        self.back()
        self.press("Rg")

    def turns(self) -> None:
        """A few at bats of a session, a letter each."""
        for _ in range(self.chance.randint(2, 6)):
            for _ in range(20):
                if self.front != "SessionScreen" or (self.lead not in self.forgotten and self.one(_EASY, self.lead)):
                    break
                self.press("]")
            if self.front != "SessionScreen":
                return
            lead = self.lead
            found, keys = self.chance.choice(IN_A_SESSION)
            for key in keys:
                self.press(key)
            self.logged += 1
            newest = self.store.row(_NEWEST, (PRIYA,))
            assert newest == (lead, found.value), f"{keys!r} on {lead} in a session stored {newest}"
            self.done["logged in a session"] += 1

    def on_marked(self) -> None:
        """One act on three rows that nothing else is planned for, and sometimes its undo."""
        self.press("G")
        self.press("kkk")
        marked = []
        for _ in range(3):
            marked.append(self.lead)
            self.press(" ")
        if len(set(marked)) < 3 or not all(self.one(_EASY, lead) for lead in marked) or self.forgotten & set(marked):
            self.press("\x01\x01g")  # all, then none
            return
        keys, holds = self.chance.choice(ON_MARKED)
        for key in keys:
            self.press(key)
        self.back()
        count = f"SELECT count(*) FROM lead WHERE id IN ({','.join(map(str, marked))}) AND "
        count += holds.format(now=self.clock.now())
        assert self.one(count) == 3, f"{keys!r} on {marked} was done to {self.one(count)}"
        if self.chance.random() < 0.4:
            self.press("u")
            self.back()
            assert self.one(count) == 0, f"{keys!r} on {marked} was not undone"
            self.done["undone on marked rows"] += 1
        self.press("Rg")
        self.done["done on marked rows"] += 1

    def resize(self) -> None:
        self.size = self.chance.choice([size for size in SIZES if size != self.size])
        self.driver.resize(*self.size)
        self.press("R")
        self.done["resized"] += 1

    def dialogs(self) -> None:
        """Open a dialog, look, and leave it."""
        key = self.chance.choice("xcbtQpi")
        self.press(key)
        self.back()
        self.done["dialog left"] += 1

    def close_one(self) -> None:
        """End an at bat without an answer."""
        self.past_the_awkward()
        lead = self.lead
        self.press("xr")
        assert self.one("SELECT open FROM lead WHERE id = ?", lead) == 0
        self.done["closed"] += 1

    def both_at_once(self) -> None:
        """The other rep is faster: this one is told, loses nothing, and saves after all."""
        self.past_the_awkward()
        lead = self.lead
        self.press(f"lc{NOTES[0]}")
        self.other.act(f"touch {lead}", wait=True)
        self.press("\r")
        assert self.front == "LogDialog", "the second was not told"
        self.press("\r")
        self.logged += 1
        assert self.store.row(_NEWEST, (PRIYA,)) == (lead, D.CONVERSATION.value)
        self.done["second of two"] += 1

    def cycle(self, length: int) -> None:
        """One attempt and now and then something besides; ``length`` is the time they take."""
        self.other.act("any")
        besides: list[tuple[float, Callable[[], None]]] = [
            (0.05, self.slip),
            (0.08, self.note),
            (0.04, self.snooze),
            (0.10, self.look_back),
            (0.04, self.log_in_timeline),
            (0.05, self.find),
            (0.02, self.ask_for_help),
            (0.05, self.views),
            (0.03, self.company),
            (0.03, self.session),
            (0.03, self.on_marked),
            (0.04, self.resize),
            (0.06, self.dialogs),
            (0.03, self.close_one),
            (0.02, self.both_at_once),
        ]
        self.attempt()
        self.agree()
        for share, act in besides:
            if self.chance.random() < share:
                act()
                self.agree()
        self.press("R" if self.chance.random() < 0.3 else "g")
        self.clock.move(length)

    def warm_up(self) -> None:
        """Everything once, so that what is loaded when first needed is."""
        for act in (
            *(self.look_back, self.find, self.ask_for_help, self.views, self.note, self.both_at_once, self.slip),
            *(self.company, self.session, self.on_marked),
        ):
            act()
            self.agree()
        for key in "xcbtQpisE":
            self.press(key)
            self.back()
        for size in SIZES:
            self.driver.resize(*size)
            self.press("jk")
        self.driver.resize(*self.size)
        self.press("g")


# In a session: what comes of it, and what is pressed, each waiting for the one before.
IN_A_SESSION: list[tuple[Disposition, tuple[str, ...]]] = [
    (D.NO_ANSWER, ("n",)),
    (D.NO_ANSWER, ("n",)),
    (D.VOICEMAIL_LEFT, ("v",)),
    (D.SENT, ("s",)),
    (D.BUSY, ("l", "y")),
    (D.CONVERSATION, ("c", f"{NOTES[0]}\r")),
    (D.GATEKEEPER, ("g", f"{NOTES[3]}\r")),
]
# On marked rows: what is pressed, and what then holds of each of them.
ON_MARKED: list[tuple[tuple[str, ...], str]] = [
    (("s", "in 2 h\r", "\r"), "snoozed_until > {now}"),
    (("xr", "\r"), "open = 0"),
]

_PAUSED = "SELECT 1 FROM work_session WHERE user_id = ? AND ended_at IS NULL AND void = 0"
_EASY = """
    SELECT EXISTS (SELECT 1 FROM phone p WHERE p.contact_id = c.id AND p.state <> 'bad' AND p.void = 0)
       AND EXISTS (SELECT 1 FROM email e WHERE e.contact_id = c.id AND e.state <> 'bad' AND e.void = 0)
       AND c.suppressed_at IS NULL AND c.email_stopped_at IS NULL AND l.status <> 'unqualified'
    FROM lead l JOIN contact c ON c.id = l.contact_id WHERE l.id = ?"""
_NEWEST = "SELECT lead_id, disposition FROM touch WHERE user_id = ? AND void = 0 ORDER BY id DESC LIMIT 1"


# -- the other desk ---------------------------------------------------------------------------------------------------


class OtherRep:
    """Another process that works its own leads through the operations, one act for each line it is told."""

    def __init__(self, database: Path, clock: Path, seed: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.test_working_day", "beside", str(database), str(clock), str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._told = 0
        self._heard: list[str] = []

    def act(self, what: str, *, wait: bool = False) -> None:
        """Let it do something, meanwhile or at once."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        self._told += 1
        while wait and len(self._heard) < self._told:
            self._hear()

    def end(self) -> list[str]:
        """Let it finish; returns what it did, an act a line."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        while len(self._heard) < self._told:
            self._hear()
        assert self.process.wait() == 0
        return self._heard

    def _hear(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the other rep's program ended"
        self._heard.append(line.strip())


def beside(path: str, clock_file: str, seed: str) -> None:
    """For each line on standard input one act: ``touch ID`` on that at bat, anything else on one of Tom's own."""
    chance, clock = random.Random(int(seed)), HandClock(clock_file)
    store, tom = open_store(path), Actor(TOM)
    own = [lead for (lead,) in store.rows("SELECT id FROM lead WHERE owner_id = ? AND open = 1", (TOM,))]
    for line in sys.stdin:
        word, _, number = line.strip().partition(" ")
        lead = int(number) if word == "touch" else chance.choice(own)
        found = chance.choice((D.NO_ANSWER, D.CONVERSATION, D.BUSY))
        draft = TouchDraft(lead, Channel.CALL, found)
        try:
            if word == "touch" or chance.random() < 0.7:
                log_touch(store, tom, clock.now(), draft)
                told = "touch"
            elif chance.random() < 0.5:
                note(store, tom, clock.now(), NoteDraft(lead, "a word"))
                told = "note"
            else:
                accept(store, tom, clock.now(), LeadDraft(lead))
                told = "accept"
        except Refusal:
            told = "refused"
        print(told, flush=True)  # noqa: T201
    store.close()


# -- the test ---------------------------------------------------------------------------------------------------------


def morning(folder: Path, leads: int) -> Path:
    """The example on a Tuesday at nine, with ``leads`` more at bats for Priya and a few for Tom."""
    path = folder / "leads.db"
    copy_example(path, MORNING - 5 * MINUTE)
    store = open_store(path)
    store.connection.pragma("synchronous", 0)
    for number in range(leads + 40):
        person = NewPerson(
            f"Person{number}", "Ortiz", "Buyer", f"+1 503 555 {1000 + number:04}", f"person{number}@made-up.example"
        )
        draft = NewLeadDraft(
            Motion.OUTBOUND_TARGET, "list", company=f"Made-up {number}", person=person, why="the list", called=False
        )
        new_lead(store, Actor(PRIYA if number < leads else TOM), MORNING - 4 * MINUTE + number, draft)
    store.connection.pragma("synchronous", "FULL")
    store.close()
    return path


def resident(pid: int) -> int:
    """The memory a process has, in kB."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


@contextmanager
def at_the_desk(database: Path, folder: Path, seed: int) -> Iterator[Rep]:
    """The program in a terminal, somebody at its keys, and the other rep beside."""
    clock_file = folder / "clock"
    clock = HandClock.start(clock_file, MORNING)
    other = OtherRep(database, clock_file, seed)
    store = open_store(database, read_only=True)
    driver = ProbedDriver(database, REP, SIZES[0], {"ATBAT_CLOCK": str(clock_file)}, PROGRAM)
    try:
        driver.settle()
        yield Rep(driver, store, clock, other, seed)
    finally:
        driver.process.close(force=True)
        other.process.kill()
        other.process.wait()
        store.close()


def work(folder: Path, home: Path, seed: int, attempts: int, length: int) -> None:
    """A day of ``attempts`` that lasts ``length``; prints what was done and measured."""
    database = morning(folder, leads=attempts + 60)
    with at_the_desk(database, folder, seed) as rep:
        warm = 0
        try:
            rep.warm_up()
            for _ in range(attempts):
                rep.cycle(length // attempts)
                sent = rep.driver.forget()
                assert b"Traceback" not in sent
                if not warm and rep.clock.now() >= MORNING + WARM:
                    warm = resident(rep.driver.process.pid)
            after = resident(rep.driver.process.pid)
            theirs = Counter(rep.other.end())
            assert rep.driver.leave() == 0
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {rep.pressed[-30:]!r}\n{error}\n{faults_in(home)}") from error
        kept = rep.one(_KEPT, MORNING)
        missed = rep.one(_MISSED, MORNING, rep.clock.now() - 15 * MINUTE)
    print(  # noqa: T201
        f"\nseed {seed}: {rep.keys} keys, {sum(rep.done.values())} acts {dict(rep.done)};"
        f" promises kept {kept}, missed {missed}; beside {dict(theirs)};"
        f" memory {warm / 1024:.1f} MB after ten minutes, {after / 1024:.1f} MB at the end ({after / warm:.2f})"
    )
    assert attempts < 400 or (kept and missed), f"seed {seed}: no promise was kept, or none missed"
    assert not faults_in(home), f"seed {seed}:\n{faults_in(home)}"
    assert not wrong_in(database), f"seed {seed}: {wrong_in(database)}"
    assert after <= 1.2 * warm, f"seed {seed}: the memory grew from {warm} to {after} kB"


_MISSED = """
    SELECT count(*) FROM callback WHERE promised_at >= ? AND promised_at < due_at AND void = 0
    AND (kept = 0 OR (state = 'open' AND due_at < ?))"""
_KEPT = "SELECT count(*) FROM callback WHERE kept = 1 AND ended_at >= ? AND void = 0"
_OPEN_PROMISES = "SELECT count(*) FROM callback WHERE promiser_id = ? AND state = 'open' AND void = 0"


@pytest.mark.usefixtures("quiet_programs")
def test_an_hour(tmp_path: Path, home: Path) -> None:
    work(tmp_path, home, seed=7, attempts=40, length=48 * MINUTE)


@pytest.mark.soak
@pytest.mark.usefixtures("quiet_programs")
def test_eight_hours(tmp_path: Path, home: Path) -> None:
    seed = int(os.environ.get("ATBAT_SEED") or random.SystemRandom().randrange(10**6))
    work(tmp_path, home, seed, attempts=400, length=DAY_LENGTH)


if __name__ == "__main__":
    beside(*sys.argv[2:])
