"""Text from outside comes out harmless and whole; instants and numbers come out in people's words."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter
from textual.widgets import DataTable, Input, OptionList, Static, TextArea

from store.instants import DAY, HOUR, MINUTE, SECOND, instant
from store.vocabulary import Disposition
from tests.hostile import HOSTILE
from tui import present
from tui.terminal_filter import TERMINAL_FILTER
from tui.theme import THEMES, Urgency, urgency

ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.sampled_from(HOSTILE)
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NOW = instant(datetime(2025, 11, 25, 14, 7, tzinfo=UTC))  # a Tuesday


def dangerous(text: str) -> set[str]:
    """The characters of a text that a terminal would obey or cannot be given."""
    return {letter for letter in text if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")} | (BIDI & set(text))


def test_the_hostile_list_is_long_and_varied() -> None:
    assert len(HOSTILE) >= 60
    assert len(set(HOSTILE)) == len(HOSTILE)


@given(ANY_TEXT)
def test_safe_text_has_nothing_a_terminal_obeys(outside: str) -> None:
    assert not dangerous(present.safe(outside))
    assert not dangerous(present.safe(outside, newlines=True).replace("\n", ""))
    assert not dangerous(str(present.content(outside)).replace("\n", ""))
    assert not dangerous(present.text(outside).plain)
    assert not dangerous(present.clipboard(outside).replace("\n", "").replace("\t", ""))


@given(ANY_TEXT)
def test_safe_text_is_left_alone_the_second_time(outside: str) -> None:
    once = present.safe(outside)
    assert present.safe(once) == once


@given(ANY_TEXT, st.integers(0, 60), st.sampled_from(["left", "right"]))
def test_cells_are_exactly_as_wide_as_asked(outside: str, width: int, align: present.Align) -> None:
    assert cell_len(present.cells(outside, width, align)) == width


@given(ANY_TEXT, st.integers(0, 50))
def test_a_limit_holds(outside: str, limit: int) -> None:
    if "\n" not in outside and "\r" not in outside:
        assert len(present.safe(outside, limit, newlines=True)) <= limit


@pytest.mark.parametrize(
    ("outside", "shown"),
    [
        ("Acme [UK] Ltd", "Acme [UK] Ltd"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
        ("\x1b[31mred", "␛[31mred"),
        ("nul\x00", "nul␀"),
        ("\x9b31m", "\ufffd31m"),
        ("one\r\n\n  two\t3", "one ⏎ two 3"),
        ("file\u202etxt.exe", "filetxt.exe"),
        ("zero\u200bwidth", "zerowidth"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("Da\u200dna", "Dana"),
        ("Da\u200cna", "Dana"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("half\ud800", "half\ufffd"),
        ("a" + "\u0301" * 500, "a" + "\u0301" * present.MOST_MARKS),
        ("Zoë Müller-Lüdenscheidt", "Zoë Müller-Lüdenscheidt"),
    ],
)
def test_safe(outside: str, shown: str) -> None:
    assert present.safe(outside) == shown


def test_markup_is_only_words_in_content_and_text() -> None:
    for outside in ("[/]", "[b]x[/b]", "[@click=app.quit]x[/]", "[ @click=app.quit]x"):
        assert str(present.content(outside)) == outside
        assert present.content(outside).spans == []
        assert present.text(outside).plain == outside
        assert present.text(outside).spans == []
        assert str(present.joined("a ", (outside, "bold"))) == "a " + outside


def test_notes_keep_their_lines_and_names_do_not() -> None:
    assert present.safe("one\r\ntwo\rthree", newlines=True) == "one\ntwo\nthree"
    assert "\n" not in present.safe("one\r\ntwo")


def test_cut_words_say_so_and_never_halve_a_wide_letter() -> None:
    assert present.cells("Northwind", 5) == "Nort…"
    assert present.cells("日本語", 4) == "日 …"
    assert present.cells("82", 4, "right") == "  82"


@given(st.lists(ANY_TEXT, max_size=4))
def test_the_last_wall_lets_nothing_through_and_keeps_the_width(texts: list[str]) -> None:
    segments = [Segment(text, Style(bold=True)) for text in texts]
    passed = TERMINAL_FILTER.apply(segments, Color(0, 0, 0))
    for before, after in zip(segments, passed, strict=True):
        assert not dangerous(after.text)
        assert after.style == before.style


def test_the_last_wall_hands_clean_lines_back_untouched() -> None:
    segments = [Segment("Dana Ortiz"), Segment("日本語 é"), Segment("linked", Style(link="https://example.com"))]
    assert TERMINAL_FILTER.apply(segments, Color(0, 0, 0)) is segments


def test_the_last_wall_drops_a_link_that_would_end_its_own_sequence() -> None:
    (passed,) = TERMINAL_FILTER.apply([Segment("x", Style(link="a\x1b\\\x1b]52;c;eA==\x07"))], Color(0, 0, 0))
    assert passed.style is not None
    assert passed.style.link is None


class Careless(App[None]):
    """Shows text from outside in every kind of place without cleaning it."""

    evil = "a\x1b]52;c;eA==\x07b\x9b31mc\u202ed\x00e\u2066f"

    def get_line_filters(self) -> Sequence[LineFilter]:
        return (*super().get_line_filters(), TERMINAL_FILTER)

    def compose(self) -> ComposeResult:
        framed = Static(Content(self.evil))
        framed.styles.border = ("round", "red")
        framed.border_title = framed.border_subtitle = Content(self.evil)
        yield framed
        yield Input(self.evil)
        yield TextArea(self.evil)
        yield OptionList(Content(self.evil))
        yield DataTable[Text]()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_column(Text(self.evil))
        table.add_row(Text(self.evil))
        self.notify(self.evil, title=self.evil, markup=False, timeout=60)


async def test_borders_inputs_tables_and_toasts_all_pass_the_last_wall() -> None:
    app = Careless()
    async with app.run_test(size=(100, 50), notifications=True) as pilot:
        await pilot.pause()
        lines = [strip.text for strip in app.screen._compositor.render_strips()]
        assert sum("]52;c;" in line for line in lines) >= 9
        assert not [line for line in lines if dangerous(line)]


# --- instants ---


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (0, "today 14:07"),
        (DAY, "tomorrow 14:07"),
        (-DAY, "yesterday 14:07"),
        (2 * DAY, "Thu 14:07"),
        (-6 * DAY, "Wed 14:07"),
        (10 * DAY, "5 Dec"),
        (-330 * DAY, "30 Dec 2024"),
    ],
)
def test_day(apart: int, words: str) -> None:
    assert present.day(NOW + apart, "UTC", NOW) == words


def test_day_is_the_persons_day_not_that_of_utc() -> None:
    late = instant(datetime(2025, 11, 26, 3, 0, tzinfo=UTC))
    assert present.day(late, "America/New_York", NOW) == "today 22:00"
    assert present.clock(late, "America/New_York", NOW) == "22:00"
    assert present.clock(late, "UTC", NOW) == "tomorrow 03:00"


def test_local_time_of_a_zone_that_is_none_is_empty() -> None:
    assert present.local_time(NOW, "America/Los_Angeles") == "06:07"
    for zone in (None, "", "Mars/Olympus", "../../etc/passwd", "Europe", "\x00"):
        assert present.local_time(NOW, zone) == ""


def test_dates() -> None:
    assert present.on_date("2025-11-25", "UTC", NOW) == "today"
    assert present.on_date("2025-11-28", "UTC", NOW) == "Fri"
    assert present.on_date("2025-12-05", "UTC", NOW) == "5 Dec"
    assert present.on_date("2026-01-02", "UTC", NOW) == "2 Jan 2026"


def test_due_and_ago() -> None:
    assert present.due(NOW - 12 * MINUTE, NOW) == "12 min late"
    assert present.due(NOW + 3 * MINUTE, NOW) == "in 3 min"
    assert present.due(NOW + 30 * SECOND, NOW) == "now"
    assert present.due(NOW - 30 * HOUR, NOW) == "30 h late"
    assert present.ago(NOW - 2 * DAY, NOW) == "2 d ago"
    assert present.ago(NOW, NOW) == "just now"
    assert present.timer(67 * SECOND) == "1:07"
    assert present.timer(HOUR + 2 * MINUTE) == "1:02:00"


# --- numbers, phones, words ---


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (1_250_000, "USD", "$12,500"),
        (9_950, "EUR", "€99.50"),
        (120_000, "CHF", "CHF 1,200"),
        (1_200, "JPY", "¥1,200"),
        (-5, "GBP", "-£0.05"),
    ],
)
def test_money(minor: int, currency: str, shown: str) -> None:
    assert present.money(minor, currency) == shown


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+15035550142", "+1 503 555 0142"),
        ("+15035550142;ext=12", "+1 503 555 0142 ext 12"),
        ("+442079460958", "+44 207 946 0958"),
        ("+4930123456", "+49 3012 3456"),
        ("+35312345678", "+353 1234 5678"),
        ("call 555 [x]\x1b", "call 555 [x]␛"),
    ],
)
def test_phone(stored: str, shown: str) -> None:
    assert present.phone(stored) == shown


def test_words_and_counts() -> None:
    assert present.label(Disposition.NO_ANSWER) == "no answer"
    assert present.label(Disposition.NO_SHOW, capital=True) == "No-show"
    assert present.label(None) == "–"
    assert present.count(1, "touch", "touches") == "1 touch"
    assert present.count(1_200, "lead") == "1,200 leads"
    assert present.percent(0.938) == "94 %"
    assert present.percent(None) == "–"


# --- urgency ---


def test_urgency_is_never_colour_alone() -> None:
    coloured = [one for one in Urgency if one.style not in ("", "$muted")]
    assert all(one.sign.strip() for one in coloured)
    assert len({one.sign for one in coloured}) == len(coloured)


def test_urgency_of_a_due_time() -> None:
    assert urgency(NOW, NOW, 5 * MINUTE) is Urgency.LATE
    assert urgency(NOW + 3 * MINUTE, NOW, 5 * MINUTE) is Urgency.DUE
    assert urgency(NOW + HOUR, NOW, 5 * MINUTE) is Urgency.CALM
    assert urgency(None, NOW, 5 * MINUTE) is Urgency.QUIET


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_colour_can_be_read_on_every_background(theme) -> None:
    papers = [theme.background, theme.surface, theme.panel]
    papers += [theme.variables["block-cursor-background"], theme.variables["block-cursor-blurred-background"]]
    for paper in papers:
        for ink in (theme.foreground, theme.error, theme.warning, theme.success, theme.primary):
            assert _contrast(Color.parse(ink), Color.parse(paper)) >= 4.5, (ink, paper)


def _contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2."""

    def luminance(color: Color) -> float:
        parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


# --- pieces on as many lines as it takes ---


def test_pieces_flow_and_none_is_broken() -> None:
    parts = [Content(word) for word in ("logistics", "240 people", "Portland US", "northwind.example")]
    lines = present.flowed(parts, Content(" · "), 24, start=Content("is  "))
    assert [line.plain for line in lines] == [
        "is  logistics",
        "    240 people",
        "    Portland US",
        "    northwind.example",
    ]
    assert [line.plain for line in present.flowed(parts, Content(" · "), 36)] == [
        "logistics · 240 people · Portland US",
        "northwind.example",
    ]


def test_a_piece_longer_than_the_line_is_cut() -> None:
    assert [line.plain for line in present.flowed([Content("a" * 30)], Content(" "), 10)] == ["aaaaaaaaa…"]
