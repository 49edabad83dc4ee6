"""Text from outside is shown, never obeyed: hostile strings in every field of every screen, looking at the bytes sent.

What others stored is looked at on every screen; what is typed or pasted goes into every place to type in there is. A
screen or dialog joins by a line in a table below.

The quick tests look at every string in the queue and the timeline. Each dialog shows a third of them, another for each,
and so does each place to type in; each list stands in a window of one size. The long ones leave nothing out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import time_ns

import pytest
from _pytest.mark import ParameterSet

from store import Actor, open_store
from store.instants import DAY
from store.operations.closing import close
from store.queries.recycling import recycling
from store.rules.closing import CloseDraft
from store.vocabulary import Outcome
from tests.crash.conftest import faults_in
from tests.hostile import HOSTILE
from tests.hostile_world import DESK, make_hostile_world, outside_columns, packed, storable
from tests.once import once
from tests.probed import ProbedDriver, copy_database

# On a lead in front: what opens a dialog or screen, from the queue.
DIALOGS = {
    "log": "l",
    "callback": "b",
    "note": "n",
    "signal": "w",
    "status": "t",
    "close": "x",
    "convert": "c",
    "qualify": "Q",
    "person": "p",
    "timeline": "\r",
    "company": "C",
    "explain": "W",
    "edit": "E",
    "edit company": "C\tE",
}
# Open whatever is in front.
ANYWHERE = {"new lead": "i", "find": "/", "help": "?", "palette": ":", "save view": "V", "filter": "f", "alerts": "!"}
PLACES_IN = {"callback": 2, "close": 0, "convert": 0, "find": 1, "log": 3, "new lead": 5, "note": 1, "palette": 1,
             "signal": 1, "person": 0, "qualify": 0, "edit": 9, "edit company": 9, "save view": 1,
             "filter": 1}  # fmt: skip
# What a team lead opens on people she finds: hers to put off, to amend, to decide, to take back.
DECISIONS = {"snooze": "s", "extend": "M", "amend": "e", "approve": "As", "reverse": "U"}
CHOICES = {"assign": "r"}  # hers too, with no place to type in
DIALOG_TITLES = {
    "assign": "Assign",
    "snooze": "Snooze",
    "extend": "More time",
    "amend": "Amend",
    "approve": "Decide",
    "reverse": "Reverse",
}
DECIDED = {"amend": "amend", "approve": "send_back", "reverse": "reverse"}  # what is stored; hostile text is no time
# On an opportunity in front: what an account executive opens, and how many places to type in it has.
DEALS = {
    "deal end": "xl",
    "deal stage": "t",
    "deal edit": "E",
    "deal people": "p",
    "deal note": "n",
    "deal log": "l",
    "deal callback": "b",
    "deal story": "\r",
    "deal filter": "f",
}
DEAL_PLACES = {"deal edit": 4, "deal note": 1, "deal people": 5, "deal end": 1, "deal log": 3, "deal callback": 2,
               "deal filter": 1}  # fmt: skip
SIZES = [(200, 60), (120, 36), (80, 24)]
BATCHES = 4
SOME = 3  # every how manieth string a quick test takes in one dialog or place
TEXTS = [*storable(), *packed()]
ALONE, PACKED = list(range(len(storable()))), list(range(len(storable()), len(TEXTS)))
BACK = "\x1b\x1b"  # the second is for what asks whether to drop what was typed

# All that the app has reason to send between its first frame and its end; anything else came out of data.
_STYLE = rb"(?:\d|[34]8;5;\d+|[34]8;2;\d+;\d+;\d+)"
_GOOD = re.compile(
    rb"\x1b\[" + _STYLE + rb"(?:;" + _STYLE + rb")*m"
    rb"|\x1b\[\d+;\d+H"  # go to a cell
    rb"|\x1b\[\?(?:25|2026)[hl]"  # the cursor, and frames that are shown at once
    rb"|\x1b\]22;[a-z-]+\x07|\x1b\]7770;\d+;\d+;\w+;\d+\x07"  # the pointer's shape, and our own mark
)
_COPIED = re.compile(rb"\x1b\]52;c;[A-Za-z0-9+/=]*\x07")
_BEGUN = re.compile(rb"(?:\x1b[^A-Za-z\x07]*|[\xc0-\xff][\x80-\xbf]*)\Z")  # the rest is still to come
_LONE_BELL = re.compile(rb"(\x1b\][^\x07\x1b]*\x07)|\x07")
_FORBIDDEN = re.compile("[\0-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]")


def obeyed(raw: bytes) -> list[str]:
    """What was sent to a terminal that it would obey or be deceived by, and that the app has no reason to send."""
    text = _GOOD.sub(b"", raw).decode("utf-8", "replace")
    return [
        f"{match[0]!r} in {text[max(match.start() - 30, 0) : match.end() + 30]!r}"
        for match in _FORBIDDEN.finditer(text)
    ]


def test_the_look_at_the_bytes_finds_every_hostile_string_with_a_control_in_it() -> None:
    for text in storable():
        if _FORBIDDEN.search(text.replace("\n", "").replace("\r", "").replace("\t", "")):
            assert obeyed(b"\x1b[1;1H" + text.encode() + b"\x1b[0m"), text


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database, one open at bat for each string."""
    return once(tmp_path_factory, "hostile.db", lambda path: make_hostile_world(path, TEXTS))


@pytest.fixture
def database(hostile: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    return copy_database(hostile, tmp_path / "leads.db")


def share(rows: list[int], number: int, batches: int = BATCHES) -> list[int]:
    """Which of the rows a test looks at: all of them between the batches."""
    return rows[len(rows) * number // batches : len(rows) * (number + 1) // batches]


def long_but_at(quick: tuple[int, int]) -> list[ParameterSet]:
    """Every size; all but one are for the long run."""
    return [pytest.param(size, marks=() if size == quick else pytest.mark.soak) for size in SIZES]


@contextmanager
def at_rest(
    database: Path, size: tuple[int, int] = (120, 36), person: str | None = "Priya N."
) -> Iterator[ProbedDriver]:
    """The app when its first frame is there, and no byte sent so far counts; it must leave as it should."""
    with ProbedDriver(database, person, size) as driver:
        driver.settle()
        driver.raw = b""
        yield driver
        assert driver.leave() == 0


def assert_clean(driver: ProbedDriver, home: Path, where: str) -> None:
    """Nothing to obey was sent, and nothing went wrong inside."""
    begun = _BEGUN.search(driver.raw)
    whole = driver.raw[: begun.start()] if begun else driver.raw
    found = obeyed(whole)
    assert not found, f"{where}: {len(found)}, such as {found[:3]}"
    assert not faults_in(home), f"{where}: {faults_in(home)}"
    driver.raw = driver.raw[len(whole) :]


def test_there_is_a_hostile_string_in_every_column_from_outside(hostile: Path) -> None:
    store = open_store(hostile, read_only=True)
    strings = set(TEXTS)
    assert len(strings) >= 60
    seen = {"user", "account", "contact", "phone", "email", "lead", "touch", "note", "signal", "callback", "campaign"}
    for table, column in outside_columns():
        if table in seen and (table, column) not in {("campaign", "name"), ("user", "name")}:
            missing = strings - {text for (text,) in store.rows(f'SELECT DISTINCT "{column}" FROM "{table}"')}
            assert not missing, (table, column)
    store.close()


def look_at(
    database: Path,
    home: Path,
    rows: list[int],
    opened: Mapping[str, str],
    size: tuple[int, int],
    person: str = "Priya N.",
    every: int = 1,
) -> None:
    """Open screens and dialogs on some rows of a person's list; each on ``every`` manieth row alone."""
    with at_rest(database, size, person) as driver:
        driver.press("j" * rows[0])
        for row in rows:
            for name, keys in list(opened.items())[row % every :: every]:
                driver.press(keys)
                assert_clean(driver, home, f"{name} of {TEXTS[row][:60]!r}")
                driver.press(BACK)
            driver.press("j")
            assert_clean(driver, home, f"the list at {TEXTS[row][:60]!r}")


@pytest.mark.parametrize("number", range(BATCHES))
def test_what_is_stored_is_only_shown_in_queue_and_timeline(database: Path, home: Path, number: int) -> None:
    look_at(database, home, share(ALONE, number), {"timeline": DIALOGS["timeline"]}, SIZES[number % 2])


@pytest.mark.parametrize(("number", "size"), list(enumerate(SIZES)))
def test_what_is_stored_is_only_shown_in_dialogs(
    database: Path, home: Path, number: int, size: tuple[int, int]
) -> None:
    look_at(database, home, share(PACKED, number, len(SIZES)), DIALOGS, size, every=SOME)


@pytest.mark.parametrize(("number", "size"), list(enumerate(SIZES)))
def test_what_is_stored_is_only_shown_on_an_opportunity(
    database: Path, home: Path, number: int, size: tuple[int, int]
) -> None:
    look_at(database, home, share(PACKED, number, len(SIZES)), DEALS, size, "Max A.", every=SOME)


def look_who_decides(database: Path, home: Path, name: str, first: int = 0, every: int = 1) -> None:
    """Open what a team lead decides on people; on ``every`` manieth of them alone."""
    with at_rest(database, person="Grace O.") as driver:
        for number, text in list(enumerate(packed()))[first % every :: every]:
            for keys in opened_by(name, number):
                driver.press(keys)
            assert DIALOG_TITLES[name].encode() in driver.raw, text
            assert_clean(driver, home, f"{name} of {text[:60]!r}")
            driver.press(BACK + BACK)


@pytest.mark.parametrize(("first", "name"), list(enumerate(DIALOG_TITLES)))
def test_what_is_stored_is_only_shown_to_who_decides(database: Path, home: Path, first: int, name: str) -> None:
    look_who_decides(database, home, name, first, SOME)


@pytest.mark.soak
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", range(12))
def test_what_is_stored_is_only_shown_anywhere(database: Path, home: Path, number: int, size: tuple[int, int]) -> None:
    look_at(database, home, share(ALONE + PACKED, number, 12), DIALOGS, size)


@pytest.mark.soak
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", range(12))
def test_all_that_is_stored_is_only_shown_on_an_opportunity(
    database: Path, home: Path, number: int, size: tuple[int, int]
) -> None:
    look_at(database, home, share(ALONE + PACKED, number, 12), DEALS, size, "Max A.")


@pytest.mark.soak
@pytest.mark.parametrize("name", DIALOG_TITLES)
def test_all_that_is_stored_is_only_shown_to_who_decides(database: Path, home: Path, name: str) -> None:
    look_who_decides(database, home, name)


@pytest.mark.parametrize("size", long_but_at((80, 24)))
def test_the_whole_queue_and_what_opens_anywhere(database: Path, home: Path, size: tuple[int, int]) -> None:
    with at_rest(database, size=size) as driver:
        for _ in range(len(TEXTS) // 8):
            driver.press("\x1b[6~")
        assert_clean(driver, home, "the queue")
        for name, keys in ANYWHERE.items():
            for typed in ("", "a", "e", "1"):
                driver.press(keys + typed)
                assert_clean(driver, home, f"{name} at {typed!r}")
                driver.press(BACK)


@pytest.mark.parametrize("size", long_but_at((120, 36)))
def test_the_teams_board_only_shows_what_is_stored(database: Path, home: Path, size: tuple[int, int]) -> None:
    with at_rest(database, size=size, person="Grace O.") as driver:
        driver.press("4")
        for page in range(len(TEXTS) // (size[1] - 8) + 1):
            assert_clean(driver, home, f"the board at page {page}")
            driver.press("\r")
            assert_clean(driver, home, f"a rep's queue at page {page}")
            driver.press("\x1b")
            driver.press("\x1b[6~")


@pytest.mark.parametrize("size", long_but_at((120, 36)))
def test_a_session_only_shows_what_is_stored(database: Path, home: Path, size: tuple[int, int]) -> None:
    with at_rest(database, size=size) as driver:
        for keys in (
            "S",
            *["]n", "y", "Y"] * 3,
            *["]]]"] * (len(TEXTS) // 3 - 4),
            "oT\t",
            "n",
            BACK,
            "\x1b",
            "S",
            BACK,
            "S",
        ):
            driver.press(keys)
            if keys in "yY":
                driver.raw = _COPIED.sub(b"", driver.raw, count=1)
            assert_clean(driver, home, f"a session at {keys!r}")
    store = open_store(database, read_only=True)
    (place,) = store.rows("SELECT current FROM work_session WHERE ended_at IS NULL")
    (leads,) = store.rows("SELECT leads FROM work_session")
    store.close()
    assert leads[0].count(",") > len(TEXTS) // 2
    assert not leads[0].startswith(f"[{place[0]},")


def test_a_click_on_what_looks_like_an_action_runs_none(database: Path, home: Path) -> None:
    with at_rest(database, size=(160, 40)) as driver:
        for keys in ["", "\x1b[6~", "l", "n", "x", "/e", ":", "\r"]:
            driver.press(keys)
            for row in range(1, 41, 3):
                for column in (3, 40, 110):
                    driver.send(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")
                driver.settle()
            driver.press(BACK + BACK)
        assert_clean(driver, home, "after the clicks")


def test_brackets_in_a_name_stay_whole(database: Path) -> None:
    with at_rest(database, size=(200, 60)) as driver:
        driver.press("/Acme")
        assert "Acme [UK] Ltd" in driver.screen_text()
        driver.press(BACK)
        assert "Acme [UK] Ltd · Acme [UK] Ltd" in driver.screen_text()
        driver.press("jjj")
        assert driver.screen_text().count("Acme [UK] Ltd") > 5
        for name, keys in DIALOGS.items():
            driver.press(keys)
            if name in PLACES_IN:
                assert "Acme [UK] Ltd" in driver.screen_text(), name
            driver.press(BACK)


@pytest.mark.parametrize("size", long_but_at((80, 24)))
def test_the_recycling_list_only_shows_what_is_stored(database: Path, home: Path, size: tuple[int, int]) -> None:
    store = open_store(database)
    now = time_ns() // 1000
    for (lead_id,) in store.rows("SELECT id FROM lead WHERE open = 1 AND owner_id = 2 AND stage <> 'disqualified'"):
        close(store, Actor(2), now, CloseDraft(lead_id, Outcome.NOT_READY, back_at=now + DAY))
    rows = len(recycling(store, now).rows)
    store.close()
    assert rows >= len(TEXTS) // 2
    with at_rest(database, size=size) as driver:
        driver.press("3")
        assert "Recycling" in driver.screen_text()
        for page in range(2 * rows // (size[1] - 8) + 1):
            assert_clean(driver, home, f"the recycling list at page {page}")
            driver.press("\x1b[6~")
        for keys in ("O", "O", "fa\r", "\x1b", "\r", BACK, "C", BACK, "a", "u", "\x01a", BACK):
            driver.press(keys)
            assert_clean(driver, home, f"the recycling list at {keys!r}")


@pytest.mark.parametrize("size", long_but_at((200, 60)))
def test_the_reports_only_show_what_is_stored(database: Path, home: Path, size: tuple[int, int]) -> None:
    with at_rest(database, size=size, person="Grace O.") as driver:
        driver.press("5")
        every = "f\x15days:all\r"
        for report in "soprq":
            for keys in (f"v{report}", every, *["\x1b[6~"] * 8, "=O", "G" + "\x1b[C" * 2, "k\r", "\r", *[BACK] * 2):
                driver.press(keys)
                assert_clean(driver, home, f"report {report} at {keys!r}")
            driver.press("5")


def test_who_are_you_among_hostile_names(database: Path, home: Path) -> None:
    with ProbedDriver(database, person="Nobody") as driver:
        assert driver.wait_for_end() != 0
        assert not obeyed(driver.raw)
    with at_rest(database, person=None) as driver:
        assert "Who are you?" in driver.screen_text()
        driver.press("\x1b[B" * 20 + "\x1b[6~")
        assert_clean(driver, home, "who are you")
        driver.press("a")
        assert_clean(driver, home, "signed in")


# --- what is typed ---


def opened_by(name: str, number: int) -> list[str]:
    """The keys that open a dialog: on the row in front, or on another person at each ``number``."""
    if keys := {**DECISIONS, **CHOICES}.get(name):
        return [f"/{DESK[name]}{number}@example.com", "\r", keys]
    return [{**DIALOGS, **ANYWHERE, **DEALS}[name]]


def paste_all(
    database: Path, home: Path, name: str, texts: list[str], person: str = "Priya N.", first: int = 0, every: int = 1
) -> None:
    """Paste texts into each place of a dialog, empty it again, and at last try to save what is there.

    Each place gets every text, or ``every`` manieth alone: another one first in each place.
    """
    with at_rest(database, person=person) as driver:
        for keys in opened_by(name, 0):
            driver.send(keys)
            places = driver.settle()
        assert places >= {**PLACES_IN, **DEAL_PLACES}.get(name, 1)
        for place in range(places):
            for text in texts[(first + place) % every :: every]:
                driver.paste(text)
                assert driver.settle(), f"{name} was closed by pasting {text[:60]!r}"
                driver.send("\x15")
            driver.raw = _LONE_BELL.sub(rb"\1", driver.raw)  # an input says that a text is too long for it
            assert_clean(driver, home, f"{name}: pasted into place {place}")
            driver.next_place()
        for number, text in enumerate(texts[:: max(len(texts) // 3, 1)], 1):
            for _ in range(places):
                driver.next_place()
                driver.paste(text)
            driver.press("\x13")
            driver.raw = _LONE_BELL.sub(rb"\1", driver.raw)
            assert_clean(driver, home, f"{name}: saving {text[:60]!r}")
            driver.press(BACK + BACK)
            for keys in opened_by(name, number):
                driver.press(keys)
        driver.press(BACK + BACK)


PASTED = [*packed(58), "half\ud800surrogate"]


@pytest.mark.parametrize(("first", "name"), list(enumerate(PLACES_IN)))
def test_what_is_pasted_into_any_place_to_type_in_is_only_shown(
    database: Path, home: Path, first: int, name: str
) -> None:
    paste_all(database, home, name, PASTED, first=first, every=SOME)


@pytest.mark.parametrize(("first", "name"), list(enumerate(DEAL_PLACES)))
def test_what_is_pasted_on_an_opportunity_is_only_shown(database: Path, home: Path, first: int, name: str) -> None:
    paste_all(database, home, name, PASTED, "Max A.", first, SOME)


@pytest.mark.parametrize(("first", "name"), list(enumerate(DECISIONS)))
def test_what_is_pasted_into_a_decision_is_only_shown(database: Path, home: Path, first: int, name: str) -> None:
    paste_all(database, home, name, PASTED, "Grace O.", first, SOME)
    store = open_store(database, read_only=True)
    stored = store.value("SELECT count(*) FROM operation WHERE kind = ?", (DECIDED.get(name, ""),))
    store.close()
    assert stored >= 2 or name not in DECIDED


@pytest.mark.soak
@pytest.mark.parametrize(
    ("name", "person"),
    [
        *((name, "Priya N.") for name in PLACES_IN),
        *((name, "Max A.") for name in DEAL_PLACES),
        *((name, "Grace O.") for name in DECISIONS),
    ],
)
def test_what_is_pasted_alone_is_only_shown(database: Path, home: Path, name: str, person: str) -> None:
    texts = [text for text in HOSTILE if text != "\x1b"]  # which is the key that closes
    paste_all(database, home, name, texts, person)
