"""The wall on the way in: any byte, any paste, in pieces of any size."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import HOSTILE
from tui.terminal_input import PASTE_BEGINS, PASTE_ENDS, SafeDecoder


def decoded(data: bytes, size: int) -> str:
    """The text of bytes that arrive in pieces of ``size``."""
    decoder = SafeDecoder()
    return "".join(decoder.decode(data[at : at + size]) for at in range(0, len(data), size))


@given(st.text(st.characters(codec="utf-8")), st.integers(1, 9))
def test_what_is_typed_comes_through_as_it_is(text: str, size: int) -> None:
    text = text.replace(PASTE_BEGINS, "")
    assert decoded(text.encode(), size) == text


@given(st.binary(), st.integers(1, 9))
def test_any_bytes_are_some_text(data: bytes, size: int) -> None:
    decoded(data, size)


def test_the_end_of_all_bytes_is_told() -> None:
    ends: list[None] = []
    decoder = SafeDecoder(lambda: ends.append(None))
    assert decoder.decode(b"a") == "a"
    decoder.decode(b"", final=True)
    assert not ends
    decoder.decode(b"")
    assert ends


def test_bytes_in_another_encoding_are_marked() -> None:
    assert decoded("Zoë!".encode("latin-1"), 1) == "Zo\ufffd!"


def test_nothing_pasted_can_act_as_a_key() -> None:
    rng = random.Random(1)
    for text in HOSTILE:
        pasted = text.encode("utf-8", "replace")
        typed = decoded(b"a" + PASTE_BEGINS.encode() + pasted + PASTE_ENDS.encode() + b"\x1b[A", rng.randint(1, 40))
        before, _, rest = typed.partition(PASTE_BEGINS)
        inside, _, after = rest.rpartition(PASTE_ENDS)
        assert (before, after) == ("a", "\x1b[A")
        assert not [letter for letter in inside if letter < " " and letter not in "\t\r\n"]


def test_the_words_of_a_paste_stay() -> None:
    words = "Acme [UK] Ltd\r\n\tZoë 日本 👩\u200d💻"
    for size in range(1, 20):
        assert decoded(f"{PASTE_BEGINS}{words}{PASTE_ENDS}x".encode(), size) == f"{PASTE_BEGINS}{words}{PASTE_ENDS}x"


def test_keys_after_a_paste_are_keys_again() -> None:
    twice = f"{PASTE_BEGINS}\x1b{PASTE_ENDS}\x1b[A{PASTE_BEGINS}\x1bx{PASTE_ENDS}\x1b"
    cleaned = f"{PASTE_BEGINS}{PASTE_ENDS}\x1b[A{PASTE_BEGINS}x{PASTE_ENDS}\x1b"
    for size in range(1, 30):
        assert decoded(twice.encode(), size) == cleaned
