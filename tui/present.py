"""Rows become what is drawn: text from outside made harmless, instants in people's own words.

Everything that came from a file, a form or another person passes through here before a widget sees it. Text is handed
out as ``Content`` (most widgets) or ``Text`` (DataTable and Tree cells), which are never read as markup, so
``Acme [UK] Ltd`` stays whole and ``[@click=app.quit]`` is only words. See docs/model.md, "Text from outside".

The rule for characters that cannot be seen (``safe``):

- controls are shown as their picture (ESC is ``␛``), line ends as ``⏎`` where one line is wanted, tabs as a blank;
- bidirectional marks, overrides and isolates, soft hyphens, zero-width blanks, fillers, tags and variation selectors
  are left out: they change how neighbours are read, or how wide terminals think a letter is;
- a zero-width joiner stays between two emoji, a zero-width non-joiner between two letters of a joining script;
- at most eight marks stay stacked on one letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.content import Content

from store.instants import DAY, HOUR, MINUTE, Instant, moment
from store.rules import amount
from store.vocabulary import Word

Align = Literal["left", "right"]
Part = str | tuple[str, str] | Content
_NOTHING = Content()

MOST_MARKS = 8
"""Combining marks kept on one letter; no script needs more."""

# --- text from outside ---

_LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_JOINING = "\u0600-\u08ff\u0900-\u0dff"
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
    f"|(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"
    f"|(?<![{_JOINING}])\u200c|\u200c(?![{_JOINING}])"
)
_UNPRINTABLE = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MARK_RUN = re.compile(rf"[^\w\s\0-\x7f]{{{MOST_MARKS + 1},}}")  # a mark is neither a letter nor a blank
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x09: " ", 0x7F: "\u2421"}


def safe(text: str, limit: int | None = None, *, newlines: bool = False) -> str:
    """Text that can be shown anywhere and does nothing: no control, no bidirectional or zero-width trick.

    ``limit`` is the most characters to return, the last of them ``…`` when there was more. ``newlines`` keeps line
    ends as ``\\n`` for notes; otherwise the result is one line.
    """
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…"[:limit]
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", text)
    if not newlines and "\n" in text:
        text = " ⏎ ".join(filter(None, (line.strip(" \t") for line in text.split("\n"))))
    text = _INVISIBLE.sub("", text)
    text = _UNPRINTABLE.sub(_picture, text)
    return _MARK_RUN.sub(_fewer_marks, text)


def content(text: str, style: str = "", *, limit: int | None = None, newlines: bool = True) -> Content:
    """Text from outside for a widget; ``style`` is a Textual style such as ``$muted`` or ``bold``."""
    return Content.styled(safe(text, limit, newlines=newlines), style)


def text(text: str, style: str = "", *, limit: int | None = None) -> Text:
    """Text from outside as one line for a DataTable or Tree cell; ``style`` is a Rich style."""
    return Text(safe(text, limit), style=style, no_wrap=True, end="")


def joined(*parts: Part, newlines: bool = True) -> Content:
    """Several pieces as one Content: plain text, ``(text, style)``, or Content made before."""
    pieces: list[str | Content | tuple[str, str]] = []
    for part in parts:
        if isinstance(part, Content):
            pieces.append(part)
        elif isinstance(part, tuple):
            pieces.append((safe(part[0], newlines=newlines), part[1]))
        else:
            pieces.append(safe(part, newlines=newlines))
    return Content.assemble(*pieces)


def flowed(parts: Sequence[Content], between: Content, width: int, *, start: Content = _NOTHING) -> list[Content]:
    """Pieces one after the other on as many lines of ``width`` cells as it takes, none broken but one too long itself.

    ``start`` stands before the first; later lines are set in as far.
    """
    blank = Content(" " * start.cell_length)
    lines: list[Content] = []
    line, is_new = start, True
    for part in parts:
        longer = Content.assemble(line, "" if is_new else between, part)
        if not is_new and longer.cell_length > width:
            lines.append(line)
            longer = Content.assemble(blank, part)
        line, is_new = longer, False
    return [one.truncate(max(width, 1), ellipsis=True) for one in (*lines, line)]


def cells(text: str, width: int, align: Align = "left") -> str:
    """Text cut or padded to exactly ``width`` terminal cells; a cut ends with ``…``.

    Wide letters count two, marks none; a wide letter that would be halved gives way to a blank.
    """
    if width <= 0:
        return ""
    if len(text) > width * (MOST_MARKS + 2):  # no cell holds more: do not walk through a 10,000-letter name
        text = text[: width * (MOST_MARKS + 2)]
    if text.isascii() and text.isprintable():
        length = len(text)
    else:
        text = safe(text)
        length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…"
    padding = " " * (width - length)
    return text + padding if align == "left" else padding + text


def clipboard(text: str) -> str:
    """Text from outside for the clipboard: lines and tabs kept, everything that a shell or terminal obeys left out."""
    kept = "\t".join(safe(piece, newlines=True) for piece in text.split("\t"))
    return kept.translate(_NO_PICTURES)


_NO_PICTURES = dict.fromkeys([*range(0x2400, 0x2420), 0x2421])


def _picture(match: re.Match[str]) -> str:
    return _PICTURES.get(ord(match[0]), "\ufffd")


def _fewer_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    stacked = 0
    for letter in match[0]:
        stacked = stacked + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if stacked <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


# --- instants in words ---

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def local_time(at: Instant, zone: str | None) -> str:
    """The time of day in ``zone``, such as ``09:07``; empty when the zone is not known or not a zone."""
    if not zone:
        return ""
    try:
        return _time(moment(at, zone))
    except (KeyError, ValueError, OSError):  # what zoneinfo raises for a name that is none
        return ""


def clock(at: Instant, zone: str, now: Instant) -> str:
    """The shortest words for when: ``14:07`` on the same day, otherwise as ``day`` says it."""
    local = moment(at, zone)
    return _time(local) if local.date() == moment(now, zone).date() else day(at, zone, now)


def day(at: Instant, zone: str, now: Instant) -> str:
    """A time as people say it: ``today 14:07``, ``Tue 14:07`` within a week, ``5 Dec``, ``5 Dec 2025``."""
    local, today = moment(at, zone), moment(now, zone).date()
    apart = (local.date() - today).days
    if apart in _NEAR_DAYS:
        return f"{_NEAR_DAYS[apart]} {_time(local)}"
    if abs(apart) < 7:
        return f"{_WEEKDAYS[local.weekday()]} {_time(local)}"
    return _date(local.date(), today)


def full_day(at: Instant, zone: str, now: Instant) -> str:
    """A day that cannot be taken for another week's: ``Mon 16 Nov``, ``Mon 16 Nov 2025``."""
    on = moment(at, zone).date()
    return f"{_WEEKDAYS[on.weekday()]} {_date(on, moment(now, zone).date())}"


def exactly(at: Instant, zone: str, now: Instant) -> str:
    """A time to be kept, never without its time of day: ``Tue 14:07``, ``24 Dec 10:00``, ``5 Jan 2027 10:00``."""
    said, time = day(at, zone, now), _time(moment(at, zone))
    return said if said.endswith(time) else f"{said} {time}"


def on_date(iso: str, zone: str, now: Instant) -> str:
    """A stored date (``2025-12-05``) as people say it: ``today``, ``Tue`` within a week, ``5 Dec``, ``5 Dec 2025``."""
    on, today = date.fromisoformat(iso), moment(now, zone).date()
    apart = (on - today).days
    if apart in _NEAR_DAYS:
        return _NEAR_DAYS[apart]
    return _WEEKDAYS[on.weekday()] if abs(apart) < 7 else _date(on, today)


def span(length: int) -> str:
    """A length of time in its one fitting unit, rounded down: ``40 s``, ``12 min``, ``3 h``, ``2 d``."""
    length = abs(length)
    if length < MINUTE:
        return f"{length // (MINUTE // 60)} s"
    if length < HOUR:
        return f"{length // MINUTE} min"
    if length < 2 * DAY:
        return f"{length // HOUR} h"
    return f"{length // DAY} d"


def due(at: Instant, now: Instant) -> str:
    """How a due time stands: ``12 min late``, ``in 3 min``, ``now`` within the same minute."""
    if abs(at - now) < MINUTE:
        return "now"
    return f"{span(now - at)} late" if at < now else f"in {span(at - now)}"


def ago(at: Instant, now: Instant) -> str:
    """How long since: ``2 d ago``, ``just now`` within a minute; a time to come reads ``in 3 min``."""
    if abs(at - now) < MINUTE:
        return "just now"
    return f"{span(now - at)} ago" if at < now else f"in {span(at - now)}"


def timer(length: int) -> str:
    """A running time as a stopwatch shows it: ``4:07``, ``1:04:07``."""
    minutes, seconds = divmod(max(length, 0) // (MINUTE // 60), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _time(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"


def _date(on: date, today: date) -> str:
    words = f"{on.day} {_MONTHS[on.month - 1]}"
    return words if on.year == today.year else f"{words} {on.year}"


# --- numbers, phones, words ---

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_E164 = re.compile(r"\+([1-9]\d{6,14})(?:;ext=(\d+))?")
# Country codes of one and two digits; every other one has three (ITU-T E.164).
_SHORT_CODES = re.compile(r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")


def money(minor: int, currency: str) -> str:
    """An amount in minor units as ``$12,500``, ``€99.50`` or ``CHF 1,200``; round amounts show no decimals."""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    amount = f"{whole:,}" + (f".{rest:0{digits}}" if rest else "")
    sign = "-" if minor < 0 else ""
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{amount}" if symbol else f"{sign}{safe(currency, 3)} {amount}"


def minor_digits(currency: str) -> int:
    """How many decimals a currency has: 2 for USD, none for JPY."""
    return amount.minor_digits(currency)


def phone(number: str) -> str:
    """A stored number grouped for reading: ``+1 503 555 0142 ext 12``; one that is not E.164 as it was written."""
    match = _E164.fullmatch(number)
    if match is None:
        return safe(number, 40)
    digits, extension = match.groups()
    short = _SHORT_CODES.match(digits)
    split = short.end() if short else 3
    groups = [f"+{digits[:split]}", *_groups(digits[split:])]
    return " ".join(groups) + (f" ext {extension}" if extension else "")


def _groups(digits: str) -> list[str]:
    """Digits in threes from the right, the last group of four."""
    head, tail = digits[:-4], digits[-4:]
    first = len(head) % 3
    groups = [head[:first], *(head[at : at + 3] for at in range(first, len(head), 3)), tail]
    if first == 1 and len(groups) > 2:  # nobody reads a lone digit
        groups[:2] = [groups[0] + groups[1]]
    return [group for group in groups if group]


def number(value: int) -> str:
    """A count with thousands set apart: ``47,000``."""
    return f"{value:,}"


def count(value: int, one: str, many: str | None = None) -> str:
    """A count with its noun: ``1 touch``, ``3 touches``; ``many`` defaults to ``one`` with an s."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def percent(share: float | None) -> str:
    """A share of one as ``94 %``; a dash when there is nothing to take a share of."""
    return "–" if share is None else f"{share * 100:.0f} %"


def label(word: Word | None, *, capital: bool = False) -> str:
    """A stored word as people read it, a dash for none; ``capital`` for the start of a line."""
    if word is None:
        return "–"
    return word.label[:1].upper() + word.label[1:] if capital else word.label
