"""The team's numbers: the shipped ones, a team's own over them, and every way to get the file wrong."""

from __future__ import annotations

import re
import string
import subprocess
import sys
import tomllib
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import toml_lines
from store.errors import StoreError
from store.instants import DAY, MINUTE
from store.rule_values import Duration, Unit
from store.ruleset import ComesBack, RulesError, RuleSet, load_rules
from store.vocabulary import Channel, Disposition, Motion, Outcome, Status, Trigger

SHIPPED = Path(toml_lines.__file__).with_name("rules.toml")
RULES = load_rules()


@pytest.fixture
def team(tmp_path: Path):
    """Loads a team's file of this text."""

    def load(text: str) -> RuleSet:
        file = tmp_path / "rules.toml"
        file.write_text(text, "utf-8")
        return load_rules(file)

    return load


# --- what ships ------------------------------------------------------------------------------------------------------


def test_the_shipped_rules_cover_every_word() -> None:
    assert RULES.motions.keys() == set(Motion)
    assert RULES.dispositions.keys() == set(Disposition)
    assert RULES.outcomes.keys() == set(Outcome)
    assert RULES.triggers.keys() == set(Trigger)


def test_the_shipped_numbers() -> None:
    assert RULES.undo == 10 * MINUTE
    assert RULES.amend == DAY
    assert (RULES.calling.opens, RULES.calling.closes) == (time(8), time(21))
    assert RULES.hours.weekdays == {0, 1, 2, 3, 4}
    assert RULES.callbacks.limit == 25
    assert RULES.callbacks.passes_on == 30 * MINUTE
    assert RULES.callbacks.kept_within == 15 * MINUTE
    assert (RULES.score.mql, RULES.score.sql, RULES.score.half_life_days) == (50, 75, 30)
    assert (RULES.team.idle, RULES.team.kept) == (15 * MINUTE, 0.8)
    assert RULES.routing.open_lead_limit == 150
    assert RULES.attribution.half_life_days == 7
    assert (RULES.approval.employees, RULES.approval.expected) == (1000, 50_000_00)
    assert (RULES.attempts.per_day, RULES.attempts.days_running) == (2, 2)
    assert [part.opens.hour for part in RULES.attempts.parts_of_day] == [8, 12, 16]


@pytest.mark.parametrize(
    ("outcome", "comes_back", "days"),
    [
        (Outcome.CONVERTED, ComesBack.NEW_SIGNAL, None),
        (Outcome.MEETING_BOOKED, ComesBack.AFTER_DAYS, 30),
        (Outcome.NOT_READY, ComesBack.ON_DATE, None),
        (Outcome.BAD_FIT, ComesBack.HIGH_INTENT, None),
        (Outcome.NO_RESPONSE, ComesBack.AFTER_DAYS, 90),
        (Outcome.NO_SHOW, ComesBack.AFTER_DAYS, 7),
        (Outcome.DUPLICATE, ComesBack.NEVER, None),
        (Outcome.WRONG_PERSON, ComesBack.NEVER, None),
        (Outcome.BAD_DATA, ComesBack.WHEN_FIXED, None),
        (Outcome.EXISTING, ComesBack.NEW_SIGNAL, None),
        (Outcome.SUPPRESS, ComesBack.NEVER, None),
        (Outcome.RE_ENGAGE, ComesBack.ON_DATE, None),
    ],
)
def test_when_a_contact_comes_back(outcome: Outcome, comes_back: ComesBack, days: int | None) -> None:
    assert (RULES.outcomes[outcome].comes_back, RULES.outcomes[outcome].recycle_days) == (comes_back, days)


def test_a_no_response_changes_hands_and_a_no_show_does_not() -> None:
    assert RULES.outcomes[Outcome.NO_RESPONSE].other_rep
    assert RULES.outcomes[Outcome.NO_SHOW].same_rep


def test_every_motion_has_a_full_cadence_of_attempts_that_its_limit_allows() -> None:
    attempts = {Channel.CALL, Channel.EMAIL, Channel.LINKEDIN, Channel.SMS}
    for motion, rules in RULES.motions.items():
        steps = RULES.cadence_of(motion).steps
        assert len(steps) >= 8
        assert {step.channel for step in steps} <= attempts
        assert len(steps) <= (rules.expiry.attempts or len(steps))


def test_every_stored_reason_belongs_to_an_outcome_and_every_outcome_offers_its_default() -> None:
    for outcome, rules in RULES.outcomes.items():
        assert outcome in RULES.reasons[rules.default_reason].outcomes
    assert RULES.reasons["competitor"].needs_competitor
    assert RULES.reasons["other"].needs_note
    assert RULES.reasons["expired_by_rule"].by_rule
    assert RULES.reasons["stale"].by_rule


def test_letters_of_the_log_dialog() -> None:
    letters = {disposition: rules.letter for disposition, rules in RULES.dispositions.items()}
    assert letters[Disposition.NO_ANSWER] == "n"
    assert letters[Disposition.VOICEMAIL_LEFT] == "v"
    assert letters[Disposition.CONVERSATION] == "c"
    offered = [letter for letter in letters.values() if letter]
    assert len(offered) == len(set(offered)) == len(Disposition) - 1


def test_every_key_of_the_shipped_file_has_its_line() -> None:
    text = SHIPPED.read_text("utf-8")
    lines = text.splitlines()

    def check(table: object, place: tuple[str | int, ...]) -> None:
        if isinstance(table, dict):
            for key, value in table.items():
                line = toml_lines.line_of(text, (*place, key))
                assert line is not None
                assert key in lines[line - 1], (*place, key)
                check(value, (*place, key))
        elif isinstance(table, list) and table and isinstance(table[0], dict):
            for number, item in enumerate(table):
                check(item, (*place, number))

    check(tomllib.loads(text), ())


def test_rules_are_read_once_and_need_nothing_heavy() -> None:
    assert load_rules() is load_rules()
    code = (
        "import sys\nfrom store.ruleset import load_rules\nload_rules()\n"
        "print({'holidays', 'pendulum', 'phonenumbers', 'dateparser', 'difflib'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


# --- a team's file over it --------------------------------------------------------------------------------------------


def test_a_teams_file_holds_only_what_it_changes(team) -> None:
    rules = team(
        """
        [hours]
        opens = "08:30"
        country = "DE"
        subdivision = "BY"
        holidays = [2026-12-24]
        [motions.demo_request]
        first_touch = "2 business minutes"
        [motions.outbound_target.expiry]
        attempts = 10
        days = false
        [sla]
        first_touch = "1 business hour"
        [sub_statuses.working]
        security = "security review"
        """
    )
    assert (rules.hours.opens, rules.hours.closes) == (time(8, 30), RULES.hours.closes)
    assert (rules.hours.country, rules.hours.subdivision) == ("DE", "BY")
    assert rules.hours.holidays == {date(2026, 12, 24)}
    assert rules.motions[Motion.DEMO_REQUEST].first_touch == Duration(2, Unit.BUSINESS_MINUTES)
    assert rules.motions[Motion.EVENT_FOLLOW_UP].first_touch == Duration(1, Unit.BUSINESS_HOURS)
    assert rules.motions[Motion.DEMO_REQUEST].cadence == RULES.motions[Motion.DEMO_REQUEST].cadence
    expiry = rules.motions[Motion.OUTBOUND_TARGET].expiry
    assert (expiry.attempts, expiry.days) == (10, None)
    assert rules.sub_statuses[Status.WORKING] == {"security": "security review"}


def test_lists_are_replaced_whole_and_scripts_one_by_one(team) -> None:
    rules = team(
        """
        [scripts]
        inbound_call = "Hello {first_name}"
        mine = "Mine, {company}"
        [cadences.inbound]
        steps = [{ day = 0, channel = "call", script = "inbound_call" }, { day = 2, channel = "sms", script = "mine" }]
        """
    )
    steps = rules.cadences["inbound"].steps
    assert [(step.day, step.channel, step.script) for step in steps] == [
        (0, Channel.CALL, "Hello {first_name}"),
        (2, Channel.SMS, "Mine, {company}"),
    ]
    assert rules.cadences["inbound"].label == RULES.cadences["inbound"].label
    assert rules.cadences["outbound"] == RULES.cadences["outbound"]


def test_the_digest_names_the_content(team) -> None:
    assert re.fullmatch("[0-9a-f]{16}", RULES.digest)
    assert team("").digest == RULES.digest
    assert team('# a comment\nundo = "10 minutes"').digest == RULES.digest
    changed = team('undo = "11 minutes"')
    assert changed.digest != RULES.digest
    assert team('undo   =   "11 minutes" # same').digest == changed.digest
    assert team('[scripts]\nask_partner = "other words"').digest != RULES.digest


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_bytes(b"\xef\xbb\xbf[callbacks]\nlimit = 3\n")
    assert load_rules(file).callbacks.limit == 3


# --- every way to get it wrong ----------------------------------------------------------------------------------------

# What is wrong: the file, the line, the key and what was expected instead.
MISTAKES = {
    "a key nobody knows": ("\n\n[hours]\nopen = 9", 4, "hours.open", 'did you mean "opens"'),
    "a table nobody knows": ("[hour]\nopens = 9", 1, "hour", 'did you mean "hours"'),
    "a number for a time": ("[hours]\nopens = 9", 2, "hours.opens is 9", '"09:00"'),
    "a time that does not exist": ('[hours]\ncloses = "24:30"', 2, "hours.closes", "a time of day"),
    "a time not written as one": ('[hours]\ncloses = "5pm"', 2, "hours.closes", "a time of day"),
    "closing before opening": ('[hours]\nopens = "18:00"', 2, "hours.closes", "later than hours.opens"),
    "calls that end before they begin": (
        '[calling]\ncloses = "07:00"',
        2,
        "calling.closes",
        "later than calling.opens",
    ),
    "a weekday nobody knows": ('[hours]\nweekdays = ["mon", "tues"]', 2, "hours.weekdays[2]", "mon, tue, wed"),
    "no weekday": ("[hours]\nweekdays = []", 2, "hours.weekdays", "at least one weekday"),
    "a text for a list": ('[hours]\nweekdays = "mon"', 2, "hours.weekdays", "a list"),
    "a list for a table": ("calling = [8, 21]", 1, "calling is a list", "a table"),
    "a table for a text": ("[undo]\nminutes = 3", 1, "undo is a table", '"10 minutes"'),
    "a date that does not exist": ('[hours]\nholidays = ["2026-02-30"]', 2, "hours.holidays[1]", "a date such as"),
    "a country by its name": ('[hours]\ncountry = "Germany"', 2, "hours.country", '"US" or "DE"'),
    "a duration without unit": ('[sla]\nqualify = "10"', 2, "sla.qualify", '"2 business days"'),
    "a duration of an unknown unit": ('[sla]\nqualify = "10 fortnights"', 2, "sla.qualify", '"2 business days"'),
    "a negative duration": ('[sla]\nqualify = "-1 days"', 2, "sla.qualify", '"2 business days"'),
    "a number for a duration": ("[sla]\nqualify = 10", 2, "sla.qualify is 10", '"2 business days"'),
    "business time for clock time": ('undo = "5 business minutes"', 1, "undo", "not business time"),
    "a number out of range": ("[score]\nmql = 101", 2, "score.mql is 101", "from 0 to 100"),
    "a limit of nothing": ("[callbacks]\nlimit = 0", 2, "callbacks.limit is 0", "from 1 to"),
    "true for a number": ("[callbacks]\nlimit = true", 2, "callbacks.limit is true", "a whole number"),
    "a fraction for a number": ("[callbacks]\nlimit = 2.5", 2, "callbacks.limit is 2.5", "a whole number"),
    "a share over one": ("[sla]\nconnect_window_share = 50", 2, "sla.connect_window_share", "from 0 to 1"),
    "thresholds the wrong way round": ("[score]\nsql = 40", 2, "score.sql", "not below score.mql"),
    "weights of fit that add up to too much": (
        "[score.fit.industries]\nfood = 60",
        1,
        "score.fit",
        "at most 100, not 140 (size 25 + industries 60 + roles 25 + regions 15 + technologies 15)",
    ),
    "a weight that is no number": ('[score.fit.roles]\nceo = "high"', 2, "score.fit.roles.ceo", "from 0 to 100"),
    "a weight below nothing": ("[score.points]\nwebinar = -5", 2, "score.points.webinar is -5", "from 0 to 100"),
    "size bands out of order": (
        "[score.fit]\nsize = [\n  { employees = 50, points = 5 },\n  { employees = 10, points = 9 },\n]",
        2,
        "score.fit.size",
        "in the order of their employees",
    ),
    "a size band without points": (
        "[score.fit]\nsize = [\n  { employees = 50 },\n]",
        3,
        "score.fit.size[1].points",
        "is missing",
    ),
    "a country in two regions": (
        '[score.fit.regions]\nasia = { countries = ["US"], points = 3 }',
        1,
        "score.fit.regions",
        "in one region only, not US in several",
    ),
    "a region's country by its name": (
        '[score.fit.regions.asia]\ncountries = ["Japan"]\npoints = 3',
        2,
        "score.fit.regions.asia.countries[1]",
        '"US" or "DE"',
    ),
    "a signal of high intent nobody knows": (
        '[score]\nhigh_intent_signals = ["demo_requst"]',
        2,
        "score.high_intent_signals[1]",
        'did you mean "demo_request"',
    ),
    "a kind of fit nobody knows": ("[score.fit.titles]\nceo = 5", 1, "score.fit.titles", "not a known key"),
    "a share of fit over one": ("[score]\nfit_share = 50", 2, "score.fit_share is 50", "from 0 to 1"),
    "a word for true": ('[motions.demo_request]\ninbound = "yes"', 2, "motions.demo_request.inbound", "true or false"),
    "a motion nobody knows": ("[motions.demo_requst]\ninbound = true", 1, "motions.demo_requst", '"demo_request"'),
    "a channel nobody knows": (
        '[cadences.inbound]\nsteps = [\n  { day = 0, channel = "phone", script = "inbound_call" },\n]',
        3,
        'cadences.inbound.steps[1].channel is "phone"',
        "a known channel (one of call, email",
    ),
    "a step without a channel": (
        '[cadences.inbound]\nsteps = [\n  { day = 0, script = "inbound_call" },\n]',
        3,
        "cadences.inbound.steps[1].channel",
        "is missing",
    ),
    "a script nobody wrote": (
        '[cadences.inbound]\nsteps = [\n  { day = 0, channel = "call", script = "inbound_cal" },\n]',
        3,
        "cadences.inbound.steps[1].script",
        'did you mean "inbound_call"',
    ),
    "steps out of order": (
        '[[cadences.inbound.steps]]\nday = 3\nchannel = "call"\nscript = "inbound_call"\n'
        '[[cadences.inbound.steps]]\nday = 1\nchannel = "call"\nscript = "inbound_call"',
        1,
        "cadences.inbound.steps",
        "in the order of their days",
    ),
    "a cadence without steps": ("[cadences.inbound]\nsteps = []", 2, "cadences.inbound.steps", "at least one step"),
    "a placeholder nothing fills": (
        '[scripts]\nask_partner = "Hi {name}"',
        2,
        "scripts.ask_partner",
        "nothing fills {name}",
    ),
    "a disposition nobody knows": (
        '[dispositions]\nno_anser = { label = "x", letter = "z" }',
        2,
        "dispositions.no_anser",
        'did you mean "no_answer"',
    ),
    "an outcome nobody knows": ('[outcomes.noresponse]\nletter = "r"', 1, "outcomes.noresponse", '"no_response"'),
    "a letter twice": (
        '\n[dispositions.busy]\nletter = "n"',
        3,
        '"n" picks busy and no_answer',
        "one disposition each",
    ),
    "a letter of two outcomes": ('[outcomes.no_show]\nletter = "r"', 2, '"r" picks no_response and no_show', "outcome"),
    "a letter of two reasons": ('[reasons.timing]\nletter = "b"', 2, '"b" picks no_budget and timing', "one reason of"),
    "a letter that is none": ('[dispositions.busy]\nletter = "Y!"', 2, "dispositions.busy.letter", "one small letter"),
    "a cadence that is missing": (
        '[motions.expansion]\ncadence = "expansoin"',
        2,
        "motions.expansion.cadence",
        'did you mean "expansion"',
    ),
    "an at bat that lives forever": (
        "[motions.expansion.expiry]\nattempts = false\ndays = false",
        1,
        "motions.expansion.expiry",
        "no at bat lives forever",
    ),
    "a default reason of another outcome": (
        '[outcomes.no_response]\ndefault_reason = "timing"',
        2,
        "outcomes.no_response.default_reason",
        "reasons of this outcome",
    ),
    "a return after no days": (
        "[outcomes.no_response]\nrecycle_days = false",
        2,
        "outcomes.no_response.recycle_days",
        "a number of days",
    ),
    "a track that is missing": ('[reasons.timing]\ntrack = "dat"', 2, "reasons.timing.track", 'did you mean "date"'),
    "an outcome of a reason": (
        '[reasons.timing]\noutcomes = ["connected_not_ready"]',
        2,
        "reasons.timing.outcomes[1]",
        'did you mean "connected_not_ready_now"',
    ),
    "a part of the day backwards": (
        '[attempts]\nparts_of_day = ["08:00-12:00", "16:00-12:00"]',
        2,
        "attempts.parts_of_day[2]",
        "the earlier time first",
    ),
    "a digest of one's own": ('digest = "abc"', 1, "digest", "not a known key"),
    "no TOML": ("[hours]\nopens = 09:00", 2, "not TOML", ""),
    "no TOML at its end": ('[hours]\nopens = "09:00', 2, "not TOML", ""),
    "a number without end": (f"[callbacks]\nlimit = {'1' * 5000}", 2, "not TOML", ""),
    "a key twice": ("[callbacks]\nlimit = 1\nlimit = 2", 3, "not TOML", "overwrite"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_names_file_line_key_and_what_was_expected(mistake: str, team, tmp_path: Path) -> None:
    text, line, key, expected = MISTAKES[mistake]
    with pytest.raises(StoreError) as refused:
        team(text)
    message = str(refused.value)
    assert message.startswith(f"{tmp_path / 'rules.toml'}, line {line}: ")
    assert key in message
    assert expected in message
    assert "\n" not in message


def test_all_mistakes_are_told_in_the_order_of_the_file(team) -> None:
    with pytest.raises(RulesError) as refused:
        team('undo = 10\n[hours]\nopens = "nine"\nopne = 1\n[score]\nmql = 500\n')
    problems = refused.value.problems
    assert [re.findall(r"line (\d+)", problem)[0] for problem in problems] == ["1", "3", "4", "6"]
    assert str(refused.value).endswith("(and 3 more)")


def test_a_contradiction_with_a_shipped_value_points_at_the_teams_line(team) -> None:
    with pytest.raises(RulesError, match=r"line 2: .*voicemail_left and wrong_person|line 2: .*\"v\" picks"):
        team('[dispositions.wrong_person]\nletter = "v"')


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        load_rules(tmp_path / "none.toml")
    with pytest.raises(StoreError, match="cannot be read"):
        load_rules(tmp_path)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StoreError, match="not UTF-8"):
        load_rules(tmp_path / "bytes.toml")


# Anything in the place of any value: a good one is read, a bad one refused, and nothing else ever happens.
_VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-5, 10**6), st.floats(allow_nan=True), st.text(string.printable, max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=2)),
    max_leaves=5,
)


def _places(table: dict[str, object], place: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for key, value in table.items():
        found.append((*place, key))
        if isinstance(value, dict):
            found += _places(value, (*place, key))
    return found


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        return '"' + "".join(f"\\u{ord(char):04x}" for char in value) + '"'
    return repr(value)


@given(st.sampled_from(_places(tomllib.loads(SHIPPED.read_text("utf-8")))), _VALUES)
def test_any_value_anywhere_is_read_or_refused_with_its_line(tmp_path_factory, place, value) -> None:
    file = tmp_path_factory.getbasetemp() / "any_rules.toml"
    file.write_text(f"{'.'.join(place)} = {_toml(value)}\n", "utf-8")
    try:
        load_rules(file)
    except RulesError as refused:
        assert all(str(file) in problem for problem in refused.problems)  # noqa: PT017 - being read is as good


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("5 business minutes", Duration(5, Unit.BUSINESS_MINUTES)),
        ("1 business day", Duration(1, Unit.BUSINESS_DAYS)),
        (" 24 Hours ", Duration(24, Unit.HOURS)),
        ("1 minute", Duration(1, Unit.MINUTES)),
    ],
)
def test_durations(text: str, duration: Duration) -> None:
    assert Duration.parse(text) == duration
    assert Duration.parse(str(duration)) == duration


@given(st.integers(0, 10**6 - 1), st.sampled_from(list(Unit)))
def test_a_duration_says_itself_as_it_is_read(amount: int, unit: Unit) -> None:
    assert Duration.parse(str(Duration(amount, unit))) == Duration(amount, unit)


@given(st.text())
def test_a_duration_of_any_text_is_one_or_a_value_error(text: str) -> None:
    try:
        Duration.parse(text)
    except ValueError as error:
        assert "5 business minutes" in str(error)  # noqa: PT017


def test_a_signal_is_worth_what_its_kind_is_however_it_is_written(team) -> None:
    rules = team('[score]\nother_points = 7\n[score.points]\nwebinar = 33\n"trade_show" = 44').score
    assert [rules.points_of(kind) for kind in ("webinar", "Trade show", "trade-show", "form", "smoke signal")] == [
        33,
        44,
        44,
        RULES.score.points["form"],
        7,
    ]
    assert rules.is_high_intent("Demo Request")
    assert not rules.is_high_intent("webinar")
    assert set(RULES.score.points) >= {trigger.value for trigger in Trigger} - {"other"}
