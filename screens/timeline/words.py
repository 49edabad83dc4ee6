"""What an entry of the stream says: in a few words on its line, and in full beside the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from store.instants import Instant, moment
from store.queries.edits import Edited
from store.queries.timeline import AtBat, Entry, EntryKind
from store.rules.meetings import result_unknown
from store.rules.path import standing
from store.rules.routing import POOL
from store.vocabulary import (
    ActorKind,
    Direction,
    MeetingResult,
    OpportunityStage,
    PromiseState,
    Stage,
    WithWhom,
)
from tui import present
from tui.theme import Urgency

_MINUTE = 60  # seconds


def sign(entry: Entry) -> tuple[str, Urgency]:
    """One letter that tells kinds apart, and how it stands out: ``→`` we did, ``←`` they did, ``↔`` both spoke."""
    match entry.kind:
        case EntryKind.TOUCH if entry.automated:
            return "∙", Urgency.QUIET
        case EntryKind.TOUCH if entry.connect:
            return "↔", Urgency.DONE
        case EntryKind.TOUCH:
            return ("←" if entry.direction is Direction.IN else "→"), Urgency.CALM
        case EntryKind.SIGNAL:
            return "←", Urgency.DUE if entry.high_intent else Urgency.CALM
        case EntryKind.NOTE | EntryKind.AMENDMENT:
            return "✎", Urgency.CALM
        case EntryKind.CALLBACK_ENDED if entry.state is PromiseState.MISSED:
            return Urgency.LATE.sign, Urgency.LATE
        case EntryKind.MEETING_RESULT if entry.result is MeetingResult.HELD:
            return Urgency.DONE.sign, Urgency.DONE
        case EntryKind.CONVERSION:
            return Urgency.DONE.sign, Urgency.DONE
        case EntryKind.OPPORTUNITY if entry.opportunity_stage is OpportunityStage.WON:
            return Urgency.DONE.sign, Urgency.DONE
        case EntryKind.HAND_OVER_ANSWER if not entry.approved and entry.subject != "passed_on":
            return Urgency.LATE.sign, Urgency.LATE
        case _:
            return "∙", Urgency.QUIET


def stamp(entry: Entry, zone: str, now: Instant) -> str:
    """When, as short as it stays plain: ``14:07``, ``Tue 14:07``, ``5 Sep 14:07``, ``5 Sep 2025``."""
    local, today = moment(entry.at, zone), moment(now, zone)
    apart = (today.date() - local.date()).days
    time = "" if entry.date_only else f"{local:%H:%M}"
    if apart == 0:
        return time or "today"
    if local.year != today.year:
        return f"{local.day} {local:%b %Y}"
    day = f"{local:%a}" if 0 < apart < 7 else f"{local.day} {local:%b}"
    return f"{day} {time}".rstrip()


def who(entry: Entry) -> str:
    """By whose hand: a person's name, or what did it."""
    if entry.by is ActorKind.RULE or (entry.by is ActorKind.IMPORT and entry.trace):  # routed, whoever sent it
        return "by rule"
    if entry.imported or entry.by is ActorKind.IMPORT:
        return "import"
    return entry.who


def what(entry: Entry, zone: str, now: Instant) -> str:
    """What happened, in a few words; times to come in ``zone``."""
    words = _SAYS[entry.kind](entry, lambda at: present.day(at, zone, now))
    if entry.kind is EntryKind.MEETING and result_unknown(entry.result, entry.due_at or now, now):
        return f"{words} · result unknown"
    return words


def band(at_bat: AtBat, zone: str, now: Instant) -> tuple[str, str]:
    """The heading of an at bat: its number and how it stands, then the rest of its facts."""
    name = f"At bat {at_bat.number}"
    since = present.day(at_bat.stage_at, zone, now)
    if at_bat.merged_into is not None:
        return f"{name} · merged", present.label(at_bat.motion)
    if at_bat.open:
        rest = [f"since {since}", present.label(at_bat.motion), at_bat.owner or "nobody's"]
        stands = standing(at_bat.stage, at_bat.status)
        return f"{name} · open · {stands[:1].upper()}{stands[1:]}", " · ".join(rest)
    ended = present.day(at_bat.closed_at or at_bat.stage_at, zone, now)
    outcome = at_bat.outcome or at_bat.stage.label
    rest = [f"{present.count(at_bat.touches, 'touch', 'touches')}", present.label(at_bat.motion), ended]
    return f"{name} · {at_bat.stage.label} · {outcome}", " · ".join(rest)


# --- one kind at a time ---

_Day = Callable[[Instant], str]


def _touch(entry: Entry, day: _Day) -> str:
    channel = entry.channel.label if entry.channel else "touch"
    came = entry.disposition.label if entry.disposition else ""
    words = channel if came == channel else f"{channel} · {came}"
    if entry.with_whom not in (None, WithWhom.CONTACT):
        words += f" · {present.label(entry.with_whom)}"
    if entry.duration and entry.duration >= _MINUTE:
        words += f" · {entry.duration // _MINUTE} min"
    return f"{words} (automated)" if entry.automated else words


def _amendment(entry: Entry, day: _Day) -> str:
    was = entry.subject.replace("_", " ")
    came = entry.disposition.label if entry.disposition else ""
    return f"amended: {was} → {came}" if was and was != came else "amended"


def _signal(entry: Entry, day: _Day) -> str:
    words = f"signal · {entry.subject.replace('_', ' ')}"
    return f"{words} · {entry.decision}" if entry.decision else words


def _task(entry: Entry, day: _Day) -> str:
    if entry.state is not PromiseState.OPEN:
        return f"task · {present.label(entry.state)}"
    return f"task · due {day(entry.due_at)}" if entry.due_at is not None else "task"


def _callback(entry: Entry, day: _Day) -> str:
    return f"callback promised for {day(entry.due_at)}" if entry.due_at is not None else "callback promised"


def _callback_ended(entry: Entry, day: _Day) -> str:
    return f"callback {present.label(entry.state)}"


def _meeting(entry: Entry, day: _Day) -> str:
    return f"meeting booked for {day(entry.due_at)}" if entry.due_at is not None else "meeting booked"


def _meeting_result(entry: Entry, day: _Day) -> str:
    return f"meeting · {present.label(entry.result)}"


def _approval(entry: Entry, day: _Day) -> str:
    return f"approval asked: {present.label(entry.outcome)}"


def _approval_answer(entry: Entry, day: _Day) -> str:
    return "approved" if entry.approved else "sent back"


def _stage(entry: Entry, day: _Day) -> str:
    words = present.label(entry.stage, capital=True)
    if entry.stage is Stage.NEW:
        words = "at bat opened"
    if entry.outcome is not None:
        words += f" · {entry.outcome.label}"
    return f"{words} (set back by hand)" if entry.override else words


def _status(entry: Entry, day: _Day) -> str:
    return f"status set to {present.label(entry.status, capital=True)} by hand"


def _assignment(entry: Entry, day: _Day) -> str:
    if not entry.whom:
        return "to the team’s pool" if entry.subject == POOL else "to nobody: unrouted"
    return f"to {entry.whom}"


def _conversion(entry: Entry, day: _Day) -> str:
    if entry.subject:
        return f"converted · opportunity {entry.subject}"
    return f"converted · meeting {day(entry.due_at)}" if entry.due_at is not None else "converted"


def _opportunity(entry: Entry, day: _Day) -> str:
    return f"opportunity {entry.subject} · {present.label(entry.opportunity_stage)}"


def _hand_over(entry: Entry, day: _Day) -> str:
    due = f" · answer by {day(entry.due_at)}" if entry.due_at is not None else ""
    return f"handed over to {entry.whom or 'nobody'}{due}"


def _hand_over_answer(entry: Entry, day: _Day) -> str:
    if entry.subject == "passed_on":
        return "passed on without an answer"
    return "hand-over accepted" if entry.approved else "rejected by sales"


def _reversal(entry: Entry, day: _Day) -> str:
    return "conversion reversed"


_FACTS = {
    "is_reference": "reference",
    "zone": "time zone",
    "account_id": "employer",
    "owner_id": "owner",
    "written_as": "number",
    "address": "e-mail",
}
_YES_NO = {"0": "no", "1": "yes"}


def edited(one: Edited) -> str:
    """One edited fact: ``title CFO → COO``, ``size → 240``, ``+1 503 555 0142 bad``, ``notes``."""
    if one.entity == "opportunity_contact":
        return _part(one)
    if one.entity == "opportunity":
        before, after = _deal_value(one, one.before), _deal_value(one, one.after)
        return f"{_FACTS.get(one.column, one.column.replace('_', ' '))} {before or 'none'} → {after or 'none'}"
    if one.column == "+":
        return f"added {one.of}"
    if one.column in ("state", "kind"):
        return f"{one.of} {one.after}".strip()
    before, after = one.before, one.after
    if one.column == "is_reference":
        before, after = _YES_NO.get(before, before), _YES_NO.get(after, after)
    fact = _FACTS.get(one.column, one.column)
    if not before and not after:
        return fact
    return f"{fact} {before} → {after or 'none'}" if before else f"{fact} → {after}"


def _deal_value(one: Edited, value: str) -> str:
    """A fact of an opportunity as people write it."""
    if not value:
        return ""
    if one.column == "amount":
        return present.money(int(value), one.of)
    if one.column == "close_date":
        on = date.fromisoformat(value)
        return f"{on.day} {on:%b %Y}"
    return f"{value} %" if one.column == "probability" else value


def _part(one: Edited) -> str:
    """A person's part on an opportunity: ``Lee Fox joins: user``, ``Lee Fox taken off``, ``Lee Fox is primary``."""
    match one.column:
        case "void":
            return f"{one.of} taken off"
        case "+":
            return f"{one.of} joins: {_role(one.after)}"
        case "is_primary":
            return f"{one.of} is primary" if one.after == "1" else ""
        case _:
            return f"{one.of} {_role(one.before)} → {_role(one.after)}"


def _role(value: str) -> str:
    return value.replace("_", " ")


def _edit(entry: Entry, day: _Day) -> str:
    if entry.opportunity_id is not None:
        return ", ".join(filter(None, map(edited, entry.edits))) or "changed"
    told = [one for one in entry.edits if not (one.column == "state" and _rewritten(one, entry))]
    return f"edited: {', '.join(edited(one) for one in told)}" if told else "edited"


def _rewritten(state: Edited, entry: Entry) -> bool:
    """Whether a number's standing changed only because it is another number now."""
    return any(one.column in ("written_as", "address") and one.of == state.of for one in entry.edits)


_SAYS: dict[EntryKind, Callable[[Entry, _Day], str]] = {
    EntryKind.TOUCH: _touch,
    EntryKind.NOTE: lambda entry, day: "note",
    EntryKind.TASK: _task,
    EntryKind.AMENDMENT: _amendment,
    EntryKind.SIGNAL: _signal,
    EntryKind.CALLBACK: _callback,
    EntryKind.CALLBACK_ENDED: _callback_ended,
    EntryKind.MEETING: _meeting,
    EntryKind.MEETING_RESULT: _meeting_result,
    EntryKind.APPROVAL: _approval,
    EntryKind.APPROVAL_ANSWER: _approval_answer,
    EntryKind.STAGE: _stage,
    EntryKind.STATUS: _status,
    EntryKind.ASSIGNMENT: _assignment,
    EntryKind.CONVERSION: _conversion,
    EntryKind.OPPORTUNITY: _opportunity,
    EntryKind.REVERSAL: _reversal,
    EntryKind.EDIT: _edit,
    EntryKind.HAND_OVER: _hand_over,
    EntryKind.HAND_OVER_ANSWER: _hand_over_answer,
}
