"""What the board says of a rep in a few words, and how urgent that is."""

from __future__ import annotations

from collections.abc import Sequence

from store.instants import MINUTE, Instant
from store.queries.team import Figures, Rep
from store.queries.today import MOST_COUNTED
from store.rules.presence import Presence
from store.ruleset import TeamRules
from tui import present
from tui.theme import Urgency

Said = tuple[str, Urgency]
# The counts that have a threshold, of the same name.
_MARKED = dict.fromkeys(("late", "missed"), Urgency.LATE) | dict.fromkeys(("new", "stale", "waiting"), Urgency.DUE)


def doing(rep: Rep, now: Instant, zone: str) -> Said:
    """What somebody is doing now, and for how long."""
    quiet = present.span(now - rep.last_at) if rep.last_at is not None else ""
    match rep.presence:
        case Presence.SESSION:
            return f"session, {_since(rep, now)}", Urgency.CALM
        case Presence.AT_WORK:
            return f"at work, {_since(rep, now)}", Urgency.CALM
        case Presence.IDLE:
            return f"idle {quiet}", Urgency.LATE
        case Presence.NOT_YET:
            return "nothing yet", Urgency.DUE
        case Presence.ABSENT:
            return f"away through {present.on_date(rep.absent_until, zone, now)}", Urgency.QUIET
        case Presence.LEFT:
            return "has left", Urgency.DUE
        case Presence.OFF:
            last = present.clock(rep.last_at, zone, now) if rep.last_at is not None else ""
            return f"quiet since {last}" if last else "quiet", Urgency.QUIET


def coming(rep: Rep, now: Instant, zone: str) -> str:
    """That somebody who is here will be away within a week, and from when on."""
    if not rep.away_next or rep.presence in (Presence.ABSENT, Presence.LEFT):
        return ""
    return f"away from {present.on_date(rep.away_next, zone, now)}"


def on_whom(rep: Rep) -> str:
    """Whose at bat is in front of them."""
    if rep.lead_id is None:
        return ""
    return " · ".join(filter(None, (rep.person, rep.company))) or "nobody yet"


def marks(figures: Figures, rules: TeamRules) -> dict[str, Urgency]:
    """Which figures of a rep are over their threshold, by name, and how urgent that is."""
    found = {name: urgency for name, urgency in _MARKED.items() if getattr(figures, name) >= getattr(rules, name)}
    if figures.share_kept is not None and figures.share_kept < rules.kept:
        found["kept"] = Urgency.LATE
    return found


def presences(reps: Sequence[Rep]) -> list[Said]:
    """How many are doing what, those who need a word first."""
    counts = {kind: sum(rep.presence is kind for rep in reps) for kind in Presence}
    said = [(Presence.IDLE, "idle", Urgency.LATE), (Presence.NOT_YET, "not begun", Urgency.DUE)]
    said += [(Presence.SESSION, "in a session", Urgency.CALM), (Presence.AT_WORK, "at work", Urgency.CALM)]
    said += [(Presence.OFF, "quiet", Urgency.QUIET), (Presence.ABSENT, "away", Urgency.QUIET)]
    return [(f"{counts[kind]} {words}", urgency) for kind, words, urgency in said if counts[kind]]


def unrouted(count: int, counted: int) -> str:
    """How many at bats nobody has, of those ``counted``."""
    return f"{count:,}{'+' if counted >= MOST_COUNTED else ''} unrouted"


def _since(rep: Rep, now: Instant) -> str:
    since = rep.on_it_since if rep.on_it_since is not None else rep.last_at
    if since is None:
        return ""
    return present.span(now - since) if now - since >= MINUTE else "now"
