"""What each alert is called, when it opens, whose it is, and when it closes: for lists and for docs/model.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from store.vocabulary import AlertKind as Kind


class Alerted(NamedTuple):
    """One kind of alert, in words; ``urgent`` where something is late already."""

    words: str
    opens: str
    whose: str
    closes: str
    urgent: bool = False


ALERTS: Mapping[Kind, Alerted] = {
    Kind.UNROUTED: Alerted("nobody has it", "routing found nobody", "team lead", "somebody has it", urgent=True),
    Kind.OFFERED: Alerted(
        "offered to all",
        "high-intent inbound untouched for `offer_to_all`",
        "every free rep",
        "first touch, or somebody has taken it over since",
    ),
    Kind.UNTOUCHED: Alerted(
        "new and untouched", "inbound, still New after `untouched_flag`", "owner", "accepted or touched", urgent=True
    ),
    Kind.SLA_MISSED: Alerted("clock missed", "a clock of its owner ran out", "owner", "what it waits for", urgent=True),
    Kind.ATTEMPTING_LONG: Alerted(
        "no connect in time", "attempting, and the clock `connect` ran out", "team lead", "connected or closed"
    ),
    Kind.ATTEMPTING_OVERDUE: Alerted(
        "attempting for too long", "still attempting at `connect_alert`", "owner", "connected or closed"
    ),
    Kind.SILENT: Alerted(
        "working, and silent", "working without activity for `working_alert`", "owner, team lead", "activity"
    ),
    Kind.STALE: Alerted("stale", "without activity for `stale`", "owner", "activity or a decision", urgent=True),
    Kind.EXPIRY: Alerted(
        "expired, undecided",
        "its window is over, undecided for `expiry_escalation`",
        "team lead",
        "decided",
        urgent=True,
    ),
    Kind.APPROVAL_LATE: Alerted("approval late", "the clock `approval` ran out", "team lead", "decided", urgent=True),
    Kind.APPROVAL_SIGNAL: Alerted(
        "signal while it waits", "a signal came while it waits for approval", "team lead", "decided"
    ),
    Kind.HAND_OVER_LATE: Alerted(
        "hand-over unanswered", "the clock `hand_over` ran out", "who was asked, team lead", "answered", urgent=True
    ),
    Kind.REJECTED: Alerted(
        "rejected by sales", "a hand-over was rejected", "who gave it", "handed over again, or ended"
    ),
    Kind.UNMOVED: Alerted(
        "opportunity unmoved", "in one stage for `opportunity_unmoved`", "owner, team lead", "it moves or ends"
    ),
    Kind.SOURCE_DISQUALIFIED: Alerted(
        "source mostly disqualified",
        "more than `source_disqualified` of a source disqualified",
        "team lead",
        "less than that",
    ),
    Kind.ACCOUNT_NURTURE: Alerted(
        "work as an account", "everybody's last at bat at a company ended in nurture", "team lead", "somebody is worked"
    ),
    Kind.RECYCLED_FAILING: Alerted(
        "recycled ones hardly convert",
        "less than `recycled_converting` of what came back converted",
        "team lead",
        "more do",
    ),
    Kind.OVERRIDES: Alerted(
        "many overrides",
        "a rep's share over `override_share` and `override_times` the others'",
        "team lead",
        "less than that",
    ),
}
