"""The door for text from outside."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Refusal
from store.intake.clean import NAME_LIMIT, NOTE_LIMIT, clean_line, clean_note

ANYTHING = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  Ana ", "Ana"),
        ("Ana\nNovak", "Ana Novak"),
        ("Ana\tNovak", "Ana Novak"),
        ("Ana\u00a0Novak", "Ana Novak"),
        ("Ana\u2028Novak", "Ana Novak"),
        ("\x1b[31mAna", "[31mAna"),
        ("\x1b]52;c;aGk=\x07Ana", "]52;c;aGk=Ana"),
        ("A\x9bna", "Ana"),
        ("A\x7fna", "Ana"),
        ("\u202eAna\u202c", "Ana"),
        ("\u2066Ana\u2069", "Ana"),
        ("A\u200bn\ufeffa", "Ana"),
        ("e\u0301clair", "éclair"),
        ("Acme [UK] Ltd [/]", "Acme [UK] Ltd [/]"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200b", ""),
        ("", ""),
    ],
)
def test_a_line_is_cleaned(typed: str, clean: str) -> None:
    assert clean_line(typed, field="first_name") == clean


def test_joiners_go_where_values_are_compared() -> None:
    assert clean_line("ana\u200d@x.hr", field="email", joiners=False) == "ana@x.hr"


def test_a_note_keeps_its_lines_and_tabs() -> None:
    assert (
        clean_note(" one\r\ntwo\rthree\tfour\u2029five\x00".rstrip("\x00"), field="note")
        == "one\ntwo\nthree\tfour\nfive"
    )


@pytest.mark.parametrize("clean", [clean_line, clean_note])
@pytest.mark.parametrize("typed", ["A\0na", "\0", "A\ud800na", "Ana\udce9"])
def test_what_cannot_be_stored_is_refused(clean, typed: str) -> None:
    with pytest.raises(Refusal, match=r"^First name holds .*\.$") as refused:
        clean(typed, field="first_name")
    assert refused.value.field == "first_name"


@pytest.mark.parametrize(("clean", "limit"), [(clean_line, NAME_LIMIT), (clean_note, NOTE_LIMIT)])
@pytest.mark.parametrize("letter", ["x", "ž"])
def test_too_long_a_text_is_refused_and_the_longest_is_not(clean, limit: int, letter: str) -> None:
    assert clean(f" {letter * limit} ", field="title") == letter * limit
    with pytest.raises(Refusal, match=f"{limit + 1:,} characters long and at most {limit:,} fit"):
        clean(letter * (limit + 1), field="title")


def test_the_limit_is_the_callers() -> None:
    with pytest.raises(Refusal):
        clean_line("four", field="code", limit=3)


@given(ANYTHING)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    for clean in (clean_line, clean_note):
        once = clean(text, field="x")
        assert clean(once, field="x") == once


@given(ANYTHING)
def test_nothing_that_drives_a_terminal_comes_through(text: str) -> None:
    line, note = clean_line(text, field="x"), clean_note(text, field="x")
    assert not any(unicodedata.category(letter) == "Cc" for letter in line)
    assert not any(unicodedata.category(letter) == "Cc" for letter in note if letter not in "\n\t")
    assert not any(
        unicodedata.bidirectional(letter) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        for letter in line + note
    )
    assert unicodedata.is_normalized("NFC", line)
    assert unicodedata.is_normalized("NFC", note)
