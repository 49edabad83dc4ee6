"""How the people of a company are drawn: one line each, with what they do and how they stand with us."""

from __future__ import annotations

from collections.abc import Callable

from store.instants import Instant
from store.queries.account import PersonLine
from store.rules.path import standing
from tui import present
from tui.theme import Urgency
from tui.widgets.line_painter import Column, ColumnPainter


def people_painter(now: Callable[[], Instant], zone: str) -> ColumnPainter[PersonLine]:
    """Draws the people as of ``now()`` in a zone; a narrow list leaves out the least."""
    return ColumnPainter(
        (
            Column("", _sign, 1),
            Column("who", _name, 16, 2),
            Column("title", lambda row: (row.title, "text"), 14, 1),
            Column("pool", _pool, 9),
            Column("lifecycle", lambda row: (_lifecycle(row), "text"), 11, needs=96),
            Column("at bat", lambda row: at_bat(row, zone, now()), 22, 1),
            Column("last touch", lambda row: touched(row, now()), 10, needs=72),
            Column("reach", _reach, 12, needs=124),
            Column("part", _part, 14, 2, needs=112),
        ),
        titles=True,
    )


def _sign(row: PersonLine) -> tuple[str, str]:
    if row.suppressed or row.bogus:
        return Urgency.LATE.sign, "late"
    return ("↗", "muted") if row.former else (" ", "text")


def _name(row: PersonLine) -> tuple[str, str]:
    if row.contact_id is None:
        return "the company itself", "strong"
    return row.name or "somebody without a name", "muted" if row.former else "strong"


def _pool(row: PersonLine) -> tuple[str, str]:
    if row.contact_id is None:
        return "", "muted"
    return ("former" if row.former else row.pool.label), "muted"


def _lifecycle(row: PersonLine) -> str:
    return row.lifecycle.label if row.lifecycle is not None else ""


def at_bat(row: PersonLine, zone: str, now: Instant) -> tuple[str, str]:
    """How somebody stands with us: the words and the name of their style."""
    if row.suppressed:
        return "do not contact", "late"
    if row.bogus:
        return "rejected by sales", "late"
    if row.lead is not None:
        lead = row.lead.lead
        return f"{row.lead.owner or 'nobody'} · {standing(lead.stage, lead.status)}", "text"
    if row.left:
        return f"left {_day(row.left, zone, now)}", "muted"
    if row.at_bats:
        return f"{present.count(row.at_bats, 'at bat')} before", "muted"
    return "never worked", "muted"


def _day(left: str, zone: str, now: Instant) -> str:
    try:
        return present.on_date(left, zone, now)
    except ValueError:  # what a foreign program wrote
        return left


def touched(row: PersonLine, now: Instant) -> tuple[str, str]:
    """When they were touched last: the words and the name of their style."""
    if row.last_touch_at is None:
        return "–", "muted"
    return present.ago(row.last_touch_at, now), "text"


def _reach(row: PersonLine) -> tuple[str, str]:
    if row.contact_id is None:
        return "", "muted"
    if not row.phones and not row.emails:
        return f"{Urgency.LATE.sign} none", "late"
    parts = [f"{row.phones} tel" if row.phones else "", f"{row.emails} mail" if row.emails else ""]
    words = " ".join(filter(None, parts))
    return (f"{words} {Urgency.DUE.sign}", "due") if row.email_stopped else (words, "text")


def _part(row: PersonLine) -> tuple[str, str]:
    if row.role is None:
        return "", "muted"
    return f"{row.role.label}, {row.role_on}" if row.role_on else row.role.label, "text"
