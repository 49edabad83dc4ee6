"""What may be said of an opportunity's end, and when it has stood still for too long.

Source: docs/model.md, "Opportunities".
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime

from store.errors import Refusal
from store.instants import Instant, moment
from store.rules.business import Calendar
from store.rules.clocks import opportunity_alert_at
from store.ruleset import Reason, RuleSet
from store.vocabulary import OpportunityStage, Outcome

_FURTHEST_DAYS = 3653  # ten years
_PERIOD = re.compile(
    r"(?:eo(?P<short>[mqy])|(?:the )?end of (?:the |this )?(?P<period>month|quarter|year)"
    r"|(?:end of )?q(?P<quarter>[1-4]))"
    r"(?: (?P<year>20\d\d))?"
)
_NO_DATE = "That is no date: write it like 2026-12-24, 24 dec, in 3 weeks, Q1 or end of quarter."
_FAR = "That is more than ten years away: give a nearer date."
_EXPLAINED = frozenset({Outcome.BAD_FIT, Outcome.NOT_READY})
"""The outcomes of an at bat whose reasons also say why sales lost or rejected what came of one."""


def lost_reasons(rules: RuleSet) -> tuple[Reason, ...]:
    """The reasons for which an opportunity may be lost, in the rules file's order."""
    return tuple(
        reason for reason in rules.reasons.values() if not reason.by_rule and _EXPLAINED.intersection(reason.outcomes)
    )


def rejection_reasons(rules: RuleSet) -> tuple[Reason, ...]:
    """The reasons for which a hand-over may be rejected: nobody lost to a competitor yet."""
    return tuple(reason for reason in lost_reasons(rules) if not reason.needs_competitor)


def check_reason(key: str, possible: tuple[Reason, ...], note: str, competitor: str = "") -> Reason:
    """The reason of this key with what it needs besides; raises Refusal naming the field that is missing."""
    reason = next((reason for reason in possible if reason.key == key), None)
    if reason is None:
        raise Refusal("Why? Press the letter of a reason.", "reason")
    if reason.needs_note and not note.strip():
        raise Refusal(f"“{reason.label}” needs a note: say in a few words what it was.", "note")
    if reason.needs_competitor and not competitor.strip():
        raise Refusal("Which competitor was chosen?", "competitor")
    return reason


def parse_close_date(text: str, now: Instant, zone: str, calendar: Calendar) -> str:
    """The ISO date that an opportunity is expected to close on, typed as a date or as people say it.

    Raises Refusal for what is no date, for a bare number, and as ``check_close_date`` does.
    """
    said = text.strip()
    if not said:
        raise Refusal("When do you expect it to close? Give a date.", "close_date")
    if not any(letter.isalpha() for letter in said) and not re.search(r"\d\D+\d", said):
        raise Refusal("A number alone is no date: write it like 2026-12-24, 24 dec or in 3 weeks.", "close_date")
    local = moment(now, zone)
    return check_close_date(_day_said(said, local, now, zone, calendar).isoformat(), local.date())


def _day_said(said: str, local: datetime, now: Instant, zone: str, calendar: Calendar) -> date:
    """The day that a few words name; raises Refusal for what names none."""
    from store.rules.when import parse_when  # only where a time is typed
    from store.rules.when_said import read

    words = " ".join(said.casefold().replace(",", " ").split())
    if (period := _PERIOD.fullmatch(words)) is not None:
        return _end_of(period, local.date())
    try:
        return date.fromisoformat(said)
    except ValueError:
        pass
    try:
        found = read(words, local, calendar, False)
        if found is not None and found.day is not None and found.exact is None:
            return found.day
        return moment(parse_when(said, now, zone, calendar), zone).date()
    except OverflowError:
        raise Refusal(_FAR, "close_date") from None
    except Refusal as refusal:
        raise Refusal(refusal.sentence if _names_a_day(refusal) else _NO_DATE, "close_date") from refusal


def _names_a_day(refusal: Refusal) -> bool:
    """Whether a refusal of a typed time is about the day; what it says of times of day has no place beside a date."""
    return not re.search(r"\btimes?\b|\bhours?\b|\d:\d\d|\d[ap]m\b", refusal.sentence)


def _end_of(period: re.Match[str], today: date) -> date:
    """The last day of this month, quarter or year, or of the next quarter of that name."""
    year = int(period["year"]) if period["year"] else today.year
    if period["quarter"]:
        last = _last_day(year, 3 * int(period["quarter"]))
        return last if period["year"] or last >= today else _last_day(year + 1, 3 * int(period["quarter"]))
    what = (period["short"] or period["period"])[0]
    month = {"m": today.month, "q": (today.month + 2) // 3 * 3, "y": 12}[what]
    return _last_day(year, month)


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def check_close_date(day: str, today: date) -> str:
    """An ISO date on which an opportunity may be expected to close; raises Refusal for one past or too far away."""
    try:
        said = date.fromisoformat(day)
    except ValueError:
        raise Refusal("When do you expect it to close? Give a date.", "close_date") from None
    if said < today:
        raise Refusal("The expected close date has passed.", "close_date")
    if (said - today).days > _FURTHEST_DAYS:
        raise Refusal(_FAR, "close_date")
    return said.isoformat()


def stands_still(moved_at: Instant, now: Instant, rules: RuleSet, calendar: Calendar) -> bool:
    """Whether an open opportunity has not moved for as long as raises an alert."""
    return now >= opportunity_alert_at(moved_at, rules, calendar)


def locked(stage: OpportunityStage) -> str:
    """Why nothing of an opportunity in this stage can be changed, as a sentence; empty while it is open."""
    if stage in (OpportunityStage.WON, OpportunityStage.LOST):
        return f"This opportunity is {stage.label} for good: new interest is a new at bat."
    if stage is OpportunityStage.REVERSED:
        return "This opportunity was reversed by a team lead: its at bat is open again."
    return ""
