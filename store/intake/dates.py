"""Times as exports write them, to instants. No zone in the text means the zone the file is said to be in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from store.instants import Instant, instant, moment

_NUMBERED = re.compile(
    r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})\.?"
    r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]m)?\s*(Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_EPOCH_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?")
_EPOCH_MILLISECONDS = re.compile(r"\d{12,13}")
_SPREADSHEET_DAY = re.compile(r"[1-9]\d{4}(?:\.\d+)?")  # days since 1899-12-30, as spreadsheets count
_ZONE_WORD = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_WRITTEN = ("%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y")
_WRITTEN_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", ", %I:%M %p", " at %I:%M %p")
_YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class When:
    """An instant, and whether the text gave only the day (then it is that day's midnight)."""

    at: Instant
    date_only: bool

    def day(self, zone: str) -> str:
        """The ISO day of it in a zone."""
        return moment(self.at, zone).date().isoformat()


@lru_cache(maxsize=65_536)
def parse_when(text: str, zone: str, *, day_first: bool = False) -> When | None:
    """The instant a text means, None when it means none.

    ``zone`` (IANA name) holds where the text names no zone of its own; an hour that a clock change left out or had
    twice is read with the offset from before the change. ``day_first`` settles 3/4/2024 as the 3rd of April.
    """
    text = text.strip()
    stamped = _ZONE_WORD.sub("", text)
    try:
        if _EPOCH_MILLISECONDS.fullmatch(text):
            return When(int(text) * 1000, False)
        if _EPOCH_SECONDS.fullmatch(text):
            return When(int(float(text)) * 1_000_000, False)
        local = _iso(stamped) or _spreadsheet(text) or _numbered(stamped, day_first) or _written(stamped)
        if local is None or local.year not in _YEARS:
            return None
        if stamped != text and local.tzinfo is None:
            return When(instant(local.replace(tzinfo=UTC)), False)
        if local.tzinfo is not None:
            return When(instant(local), False)
        return When(
            instant(local.replace(tzinfo=ZoneInfo(zone))), local == datetime.combine(local, datetime.min.time())
        )
    except (ValueError, OverflowError):
        return None


def day_comes_first(texts: list[str]) -> bool | None:
    """Whether dates like 3/4/2024 in one file begin with the day, told by those that leave no doubt; else None."""
    found = [match for match in map(_NUMBERED.match, texts) if match]
    if any(int(match[1]) > 12 for match in found):
        return True
    return False if any(int(match[3]) > 12 for match in found) else None


def _iso(text: str) -> datetime | None:
    if not text[:4].isdigit():
        return None
    try:
        return datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None


def _spreadsheet(text: str) -> datetime | None:
    if not _SPREADSHEET_DAY.fullmatch(text):
        return None
    return datetime.fromordinal(date(1899, 12, 30).toordinal()) + timedelta(days=float(text))


def _numbered(text: str, day_first: bool) -> datetime | None:
    match = _NUMBERED.fullmatch(text)
    if not match:
        return None
    first, mark, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
    day, month = (first, second) if (day_first or mark == "." or first > 12) and second <= 12 else (second, first)
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    if match[5] is None:
        return datetime(year, month, day)  # noqa: DTZ001 - the zone is the caller's to add
    hour, half = int(match[5]), (match[8] or "").lower()
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    stamp = f"{year:04}-{month:02}-{day:02}T{hour:02}:{match[6]}:{match[7] or '00'}{match[9] or ''}"
    return datetime.fromisoformat(stamp)


def _written(text: str) -> datetime | None:
    if not any(letter.isalpha() for letter in text):
        return None
    for day in _WRITTEN:
        for time in _WRITTEN_TIMES:
            try:
                return datetime.strptime(text, day + time)  # noqa: DTZ007 - the zone is the caller's to add
            except ValueError:
                continue
    return None
