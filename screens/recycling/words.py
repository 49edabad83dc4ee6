"""What the recycling list says of somebody in a few words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from store.instants import DAY, Instant, moment
from store.queries.recycling import Recyclable, When
from store.rules.filter_terms import fold
from store.rules.recycling import By, Who
from store.ruleset import RuleSet
from store.vocabulary import Trigger
from tui import present
from tui.theme import Urgency

_SOON = DAY  # somebody who could have come back for less than this is new on the list


@dataclass(frozen=True, slots=True)
class Scene:
    """As of when, where and by whose rules words are said; ``me`` is the user they are said to."""

    now: Instant
    zone: str
    rules: RuleSet
    me: int


def group(row: Recyclable, scene: Scene) -> str:
    """``now``, ``this week``, ``next week``, or the Monday from which on they may come back."""
    if row.when is not When.LATER:
        return row.when.value
    monday, today = date.fromisoformat(row.week), moment(scene.now, scene.zone).date()
    return "next week" if (monday - today).days <= 7 else f"from {monday.day} {monday:%b}"


def why(row: Recyclable, scene: Scene) -> tuple[str, Urgency]:
    """By what they may come back, and since when or from when."""
    back = row.back
    if back.at > scene.now:
        return present.day(back.at, scene.zone, scene.now), Urgency.QUIET
    ago = present.ago(back.at, scene.now)
    if back.by is By.DATE:
        fresh = scene.now - back.at < _SOON
        return (f"due {ago}", Urgency.DUE) if fresh or row.who is Who.SAME else (f"due {ago}", Urgency.CALM)
    if back.by is By.FIXED:
        return f"reachable again, {ago}", Urgency.DUE
    return f"{signal(back.kind, scene)}, {ago}", Urgency.DUE


def signal(kind: str, scene: Scene) -> str:
    """A kind of signal in the team's words."""
    known = {trigger.value: words for trigger, words in scene.rules.triggers.items() if trigger is not Trigger.OTHER}
    return known.get(kind, kind.replace("_", " "))


def track(row: Recyclable, scene: Scene) -> str:
    """With what to come back, in short: ``recapture: left for Acme``."""
    words = scene.rules.tracks.get(row.track, row.track.replace("_", " "))
    head, _, more = words.partition(":")
    if row.competitor:
        return f"{head}: left for {row.competitor}"
    if not more:
        return head
    return f"{head}: {reason(row, scene)}"


def advice(row: Recyclable, scene: Scene) -> str:
    """With what to come back, as the rules file says it."""
    return scene.rules.tracks.get(row.track, row.track.replace("_", " "))


def reason(row: Recyclable, scene: Scene) -> str:
    """Why the last at bat ended, in the team's words."""
    found = scene.rules.reasons.get(row.reason)
    return found.label if found is not None else row.reason.replace("_", " ")


def outcome(row: Recyclable, scene: Scene) -> str:
    """How the last at bat ended, and why."""
    how, because = scene.rules.outcomes[row.outcome].label, reason(row, scene)
    return how if how == because else f"{how}: {because}"


def gets(row: Recyclable, scene: Scene) -> str:
    """Who gets them, as the rules say it: anyone where whom they name can be given nothing."""
    match row.who:
        case Who.SAME | Who.OWNER if row.away:
            return "anyone"
        case Who.SAME | Who.OWNER:
            return "you" if row.given_id == scene.me else row.given
        case Who.OTHER:
            return "not you" if row.rep_id == scene.me else f"not {row.rep}"
        case Who.ANYONE:
            return "anyone"


def gets_because(row: Recyclable, scene: Scene) -> str:
    """Who gets them and why, as a sentence part."""
    rep = "you" if row.rep_id == scene.me else row.rep
    given = "you" if row.given_id == scene.me else row.given
    named_for = "worked them before" if row.who is Who.SAME else "owns the company"
    match row.who:
        case Who.SAME | Who.OWNER if row.away:
            return f"whoever takes them, or whom the rules find: {row.given}, who {named_for}, {row.away}"
        case Who.SAME | Who.OWNER:
            return f"{given}, who {named_for}"
        case Who.OTHER:
            return f"another than {rep}, who got no response"
        case Who.ANYONE:
            return "whoever takes them, or whom the rules find"


def searched(row: Recyclable, scene: Scene) -> str:
    """Everything a filter looks for a word in."""
    parts = (row.name, row.title, row.company, track(row, scene), outcome(row, scene), row.rep, row.last_words)
    return fold("\n".join((*parts, gets(row, scene), group(row, scene))))
