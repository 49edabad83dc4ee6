"""The door for every text from outside, typed or imported: what comes through can be stored, sorted and drawn.

Control characters, bidirectional overrides and invisible marks are dropped, the rest is brought to NFC and trimmed.
What would lose something real when dropped (NUL, half a surrogate pair, too long a text) is refused instead.
"""

from __future__ import annotations

import unicodedata

from store.errors import Refusal

NAME_LIMIT = 200
NOTE_LIMIT = 20_000

_ZERO_WIDTH_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and many emoji need them
_NEWLINES = "\v\f\x85\u2028\u2029"
_BLANKS = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_KEPT_IN_NOTES = "\n\t"


def _unwanted() -> dict[int, str | None]:
    codes = [*range(0x01, 0x20), *range(0x7F, 0xA0)]  # C0, DEL, C1; NUL is refused before
    codes += [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]  # bidirectional
    codes += [0x00AD, 0x034F, 0x180E, 0x200B, *range(0x2060, 0x2065), *range(0x206A, 0x2070), 0xFEFF]  # invisible
    codes += [*range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)]  # annotations and tags
    return dict.fromkeys(codes)


_NOTE = _unwanted() | dict.fromkeys(map(ord, _NEWLINES), "\n") | dict.fromkeys(map(ord, _BLANKS), " ")
for _kept in _KEPT_IN_NOTES:
    del _NOTE[ord(_kept)]
_LINE = _NOTE | dict.fromkeys(map(ord, _NEWLINES + "\n\r\t"), " ")
_BARE_LINE = _LINE | dict.fromkeys(map(ord, _ZERO_WIDTH_JOINERS))


def clean_line(value: str, *, field: str, limit: int = NAME_LIMIT, joiners: bool = True) -> str:
    """One line of text, clean and trimmed; line breaks and tabs become blanks.

    ``limit`` is in characters. ``joiners`` keeps zero-width joiners: right for names and words, wrong for
    whatever is compared (addresses, numbers, ids). Raises Refusal, naming ``field``.
    """
    if not (value.isascii() and value.isprintable()):
        value = _clean(value, field, _LINE if joiners else _BARE_LINE)
    return _fitting(value.strip(), field, limit)


def clean_note(value: str, *, field: str, limit: int = NOTE_LIMIT) -> str:
    """Text of many lines, clean and trimmed; keeps tabs, and every kind of line break becomes a newline.

    ``limit`` is in characters. Raises Refusal, naming ``field``.
    """
    if not (value.isascii() and value.isprintable()):
        value = _clean(value.replace("\r\n", "\n").replace("\r", "\n"), field, _NOTE)
    return _fitting(value.strip(), field, limit)


def _clean(value: str, field: str, unwanted: dict[int, str | None]) -> str:
    if not value.isprintable():
        if "\0" in value:
            raise Refusal(f"{_named(field)} holds a NUL character, which cannot be stored: delete it.", field)
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise Refusal(f"{_named(field)} holds a letter that cannot be read: type it again.", field)
        value = value.translate(unwanted)
    return unicodedata.normalize("NFC", value)


def _fitting(value: str, field: str, limit: int) -> str:
    if len(value) > limit:
        words = f"{_named(field)} is {len(value):,} characters long and at most {limit:,} fit: shorten it."
        raise Refusal(words, field)
    return value


def _named(field: str) -> str:
    words = field.replace("_", " ")
    return words[:1].upper() + words[1:]
