"""``atbat rules``: every kind of mistake with its line, what is in force, and the story of an at bat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.instants import DAY, HOUR, MINUTE
from store.operations.receive_signal import OUTSIDE, SignalIn, receive_signal
from store.operations.tick import tick
from store.vocabulary import Disposition, Motion
from tests.factories import Floor, make_template, open_floor
from tui import __main__ as entry

Said = tuple[int, str, str]
Run = Callable[..., Said]

ROUTED = '[[routing.rules]]\nname = "big"\nwhen = { size = ">1000" }\n'
STEP = "[cadences.inbound]\nsteps = [\n  %s,\n]"
MISTAKES = {
    "a word for a number": ('\n[callbacks]\nlimit = "many"', 3, "callbacks.limit", "a whole number from 1"),
    "a key nobody knows": ("[hours]\nopenz = 9", 2, "hours.openz", 'did you mean "opens"'),
    "a table nobody knows": ("[callback]\nlimit = 3", 1, "callback", 'did you mean "callbacks"'),
    "a step without its channel": (
        STEP % '{ day = 0, script = "inbound_call" }',
        3,
        "cadences.inbound.steps[1].channel",
        "is missing",
    ),
    "two dispositions on one letter": ('[dispositions.busy]\nletter = "n"', 2, '"n"', "one disposition each"),
    "a cadence nobody wrote": ('[motions.expansion]\ncadence = "expanse"', 2, "expansion.cadence", "[cadences]"),
    "a reason for an outcome nobody knows": (
        '[reasons.timing]\noutcomes = ["nurture"]',
        2,
        "reasons.timing.outcomes[1]",
        "a known outcome",
    ),
    "less than nothing": ("[attempts]\nper_day = -2", 2, "attempts.per_day is -2", "from 1 to"),
    "more than a hundred per cent": ("[lead]\nprobability = 120", 2, "lead.probability is 120", "from 0 to 100"),
    "a weekday nobody knows": ('[hours]\nweekdays = ["monday"]', 2, "hours.weekdays[1]", "mon, tue"),
    "a length of time without its unit": ('[sla]\nstale = "30"', 2, "sla.stale", '"2 business days"'),
    "a time of day that is none": ('[calling]\nopens = "8am"', 2, "calling.opens", '"09:00"'),
    "opening after closing": ('[hours]\nopens = "19:00"', 2, "hours.closes", "later than hours.opens"),
    "a country by its name": ('[hours]\ncountry = "America"', 2, "hours.country", '"US" or "DE"'),
    "a cadence without steps": ("[cadences.event]\nsteps = []", 2, "cadences.event.steps", "at least one step"),
    "a script nobody wrote": (
        STEP % '{ day = 0, channel = "call", script = "inbound_cold" }',
        3,
        "steps[1].script",
        "[scripts]",
    ),
    "a placeholder nothing fills": ('[scripts]\nlast_email = "Hi {nickname}"', 2, "last_email", "nothing fills"),
    "a table twice": ("[queue]\nno_show_days = 1\n[queue]\nno_show_days = 2", 3, "not TOML", "twice"),
    "no TOML": ("[queue\nno_show_days = 1", 1, "not TOML", "]"),
    "a routing rule that names nobody": (ROUTED, 1, "routing.rules[1].to", "is missing"),
    "weights over a hundred": ("[score.fit.industries]\nfood = 90", 1, "score.fit", "at most 100"),
    "a motion nobody knows": ("[motions.cold_call]\ninbound = false", 1, "motions.cold_call", "one of demo_request"),
    "a share over one": ("[sla]\nconnect_window_share = 1.5", 2, "connect_window_share is 1.5", "from 0 to 1"),
    "numbers of size the wrong way round": (
        ROUTED.replace(">1000", "1000-200") + 'to = "Ana"',
        3,
        "routing.rules[1].when.size",
        "the smaller one first",
    ),
    "a clock that motions inherit": ('[sla]\naccept = "soon"', 2, "sla.accept", '"2 business days"'),
    "a country there is not": ('[hours]\ncountry = "XX"', 2, 'no country "XX"', "such as"),
    "a state of another country": ('[hours]\ncountry = "DE"\nsubdivision = "CA"', 2, "DE-CA", "no public holidays"),
    "three letters of a country": (
        ROUTED.replace('size = ">1000"', 'country = "DEU"') + 'to = "Ana"',
        3,
        "routing.rules[1].when.country",
        "two letters",
    ),
    "a condition of nothing": (
        ROUTED.replace('size = ">1000"', "") + 'to = "Ana"',
        3,
        "when",
        "at least one condition",
    ),
    "a score over a hundred": (
        ROUTED.replace('size = ">1000"', 'score = ">=150"') + 'to = "Ana"',
        3,
        "when.score",
        "from 0 to 100",
    ),
    "a kind by hand nobody knows": ('[intake]\nby_hand = ["demo"]', 2, "intake.by_hand[1]", "[score.points]"),
    "a brace left open": ('[scripts]\nlast_email = "Hi {first_name"', 2, "last_email", "not closed"),
    "no time to undo": ('undo = "0 minutes"', 1, "undo", "longer than nothing"),
    "a track nobody wrote": ('[reasons.timing]\ntrack = "someday"', 2, "reasons.timing.track", "[tracks]"),
}


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``atbat`` with these words; exit code, what was said, and what was complained of."""

    def run(*words: str) -> Said:
        capsys.readouterr()
        code = entry.main(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = open_floor(make_template(tmp_path / "template.db"), tmp_path)
    yield floor
    floor.store.close()


def rules_file(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_file_line_key_and_what_was_expected(run: Run, tmp_path: Path, mistake: str) -> None:
    text, line, key, expected = MISTAKES[mistake]
    file = rules_file(tmp_path, text)
    code, said, complaint = run("rules", "check", str(file))
    assert code == entry.REFUSED
    assert len(said.splitlines()) == 1
    assert said.startswith(f"{file}, line {line}: ")
    assert key in said
    assert expected in said
    assert complaint.startswith(f"atbat: 1 mistake in {file}: ")


def test_every_mistake_of_a_file_is_told(run: Run, tmp_path: Path) -> None:
    file = rules_file(tmp_path, '[hours]\nopens = "nine"\n[queue]\nno_show_days = -1\n[lead]\nprobability = 101')
    code, said, complaint = run("rules", "check", str(file))
    assert code == entry.REFUSED
    assert [line.partition(": ")[0][-6:] for line in said.splitlines()] == ["line 2", "line 4", "line 6"]
    assert complaint.endswith("the rules in force stay as they are; more may show once these are mended.\n")
    assert "3 mistakes" in complaint


def test_without_a_file_both_its_places_are_named(run: Run, tmp_path: Path, home: Path) -> None:
    said = run("--db", str(tmp_path / "team.db"), "rules", "check")[1]
    assert str(home / "rules.toml") in said
    assert str(tmp_path / "team.rules.toml") in said


def test_the_country_in_force_is_the_teams(run: Run, floor: Floor) -> None:
    floor.store.connection.execute("UPDATE team SET country = 'DE'")
    assert 'hours.country = "DE"   # the team' in run("--db", floor.store.path, "rules", "show", "hours")[1]


def test_a_rule_that_gives_to_an_account_executive_is_noted(run: Run, tmp_path: Path, floor: Floor) -> None:
    floor.store.connection.execute("UPDATE \"user\" SET role = 'ae' WHERE name = 'Ben'")
    file = rules_file(tmp_path, ROUTED + 'to = ["Ben"]')
    assert 'names "Ben", an account executive' in run("--db", floor.store.path, "rules", "check", str(file))[1]


def test_what_is_no_text_and_what_is_not_there(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xff\xfe[\x00")
    assert "is not UTF-8 text" in run("rules", "check", str(file))[1]
    assert "cannot be read" in run("rules", "check", str(tmp_path / "none.toml"))[1]


def test_a_good_file_passes_and_says_what_does_nothing(run: Run, tmp_path: Path, floor: Floor) -> None:
    file = rules_file(tmp_path, ROUTED + 'to = ["Ana", "Zoe"]\n[queue]\nno_show_days = 2')
    code, said, complaint = run("--db", floor.store.path, "rules", "check", str(file))
    assert (code, complaint) == (0, "")
    assert said.splitlines() == [
        'note: routing.rules[1].to names "Zoe", who is no user and no team here: it is passed over.',
        f"{file}: no mistake; it changes 2 keys",
    ]
    assert "Zoe" not in run("--db", str(tmp_path / "none.db"), "rules", "check", str(file))[1]


def test_without_a_file_of_ones_own(run: Run) -> None:
    code, said, _ = run("rules", "check")
    assert code == 0
    assert "the shipped rules: no mistake" in said
    assert "nothing differs" in run("rules", "show", "--changed")[1]


def test_what_is_in_force_and_where_it_comes_from(run: Run, home: Path) -> None:
    (home / "rules.toml").write_text('[sla]\n# ours\nstale = "20 days"\nquiet = "7 days"\n', "utf-8")
    assert run("rules", "show", "--changed")[1] == (
        'sla.stale = "20 days"   # rules.toml, line 3; shipped: "30 days"\n'
    )
    shown = run("rules", "show", "sla")[1].splitlines()
    assert 'sla.quiet = "7 days"' in shown
    assert all(line.startswith("sla.") for line in shown)
    assert 'motions.demo_request.cadence = "inbound"' in run("rules", "show")[1]
    code, _, complaint = run("rules", "show", "slaa")
    assert code == entry.REFUSED
    assert "no section slaa" in complaint


def test_the_story_of_an_at_bat_by_number_name_and_address(
    run: Run, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.desk.system_clock", lambda: floor.now + 9 * DAY)
    lead_id = floor.lead(motion=Motion.DEMO_REQUEST)
    tick(floor.store, floor.now + 10 * MINUTE)
    floor.later(10 * MINUTE)
    floor.touch(lead_id)
    floor.touch(lead_id, Disposition.CONVERSATION)
    tick(floor.store, floor.now + 8 * DAY)
    db = ("--db", floor.store.path)
    said = run(*db, "rules", "explain", str(lead_id), "--at", "2026-12-02 10:00")[1]
    lines = said.splitlines()
    assert lines[0].startswith("Person1 Ortiz, Company 1: at bat no. 1 (demo request)")
    told = "\n".join(lines)
    assert "23 Nov 10:01 opened by Priya: demo request, from list" in told
    assert "23 Nov 10:06 the clock for first touch ran out; it came 6 min late (missed by Priya)" in told
    assert "30 Nov 10:13 by rule: no reply for 7 days → status attempting" in told
    assert run(*db, "rules", "explain", "person1 ortiz", "--at", "2026-12-02 10:00")[1] == said
    assert run(*db, "rules", "explain", "P1@Example.com", "--at", "2026-12-02T10:00")[1] == said
    earlier = run(*db, "rules", "explain", str(lead_id), "--at", "2026-11-23 10:05")[1]
    assert "ran out" not in earlier
    assert "the clock for first touch runs out 23 Nov 10:06, in 1 min" in earlier
    last = run(*db, "rules", "explain", str(lead_id))[1].partition("if nobody does anything")[2]
    assert "8 Dec 10:13 the clock for qualifying or disqualifying runs out" in last
    assert "23 Dec 10:13 by rule: no activity for 30 days → status stale, to be decided" in last


def test_who_is_not_found_and_who_could_be_several(run: Run, floor: Floor) -> None:
    db = ("--db", floor.store.path)
    first, second = floor.lead(), floor.lead()
    floor.raw("UPDATE contact SET name = 'Sam Hill'")
    code, _, complaint = run(*db, "rules", "explain", "Sam Hill")
    assert code == entry.REFUSED
    assert f"{first} (Sam Hill" in complaint
    assert f"{second} (Sam Hill" in complaint
    assert "There is no at bat Nobody" in run(*db, "rules", "explain", "Nobody")[2]
    assert "There is no at bat 999" in run(*db, "rules", "explain", "999")[2]
    assert run(*db, "rules", "explain", str(first), "--at", "soon")[0] == entry.MISUSED


def test_nothing_from_outside_reaches_the_terminal(run: Run, floor: Floor) -> None:
    lead_id = floor.lead()
    floor.raw("UPDATE contact SET name = ?", ("Dana\x1b]0;owned\x07 [red]",))
    floor.later(HOUR)
    said = run("--db", floor.store.path, "rules", "explain", str(lead_id))[1]
    assert "\x1b" not in said
    assert "[red]" in said


def test_somebody_without_an_at_bat_is_told_by_name(run: Run, floor: Floor) -> None:
    sent = SignalIn("page_view", "website", name="Nina Low", email="nina@low.example", company="Low")
    receive_signal(floor.store, OUTSIDE, floor.later(), sent)
    sent = SignalIn("page_view", "website", name="Nina High", email="nina@high.example", company="High")
    receive_signal(floor.store, OUTSIDE, floor.later(), sent)
    db = ("--db", floor.store.path)
    told = run(*db, "rules", "explain", "Nina Low")[1]
    assert told.startswith("Nina Low, Low: no at bat\n")
    assert "they sent a signal: page view from website" in told
    assert "intake: kept for the score only" in told
    assert run(*db, "score", "explain", "nina low")[1].startswith("Nina Low, Low: score ")
    code, _, complaint = run(*db, "rules", "explain", "Nina")
    assert code == entry.REFUSED
    assert "Nina High, High (no at bat), Nina Low, Low (no at bat)" in complaint
