"""What a session shows of the at bat in front: who and why now, what to say, and what came before."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from screens.queue.painter import URGENCIES
from screens.queue.preview import before, group, head, questions, rule, script, touches, ways
from store.instants import Instant
from store.queries.lead_card import LeadCard
from store.queries.queue import why_row
from store.queries.session import Promised, Turn
from store.rules.path import standing
from store.rules.touch import attempt_limit
from store.ruleset import RuleSet
from store.vocabulary import Answer
from tui import present

_MUTED = "$muted"
_GAP = Content("   ")
_SIGNS = {Answer.YES: ("✓ ", "$success"), Answer.NO: ("✗ ", "$error"), Answer.UNKNOWN: ("? ", "$warning")}


def who(card: LeadCard, now: Instant, rules: RuleSet, width: int, *, tall: bool) -> Content:
    """The person, the company and how to reach them; in a low window on as few lines as it takes."""
    names, reached = list(head(card)), list(ways(card, now, rules))
    if not reached:
        reached = [present.content("no number and no address is known", "$warning")]
    if tall:
        return Content("\n").join([*names, *reached])
    lines = [_GAP.join(names), _GAP.join(reached)]
    return Content("\n").join(line.truncate(max(width, 1), ellipsis=True) for line in lines)


def why_now(turn: Turn, me: int | None, now: Instant, zone: str, rules: RuleSet) -> Content:
    """Why it is their turn, as the queue of ``me`` says it, where it stands, how often they were tried."""
    lead = turn.card.lead
    why = why_row(turn.row, me, now, zone, rules)
    urgency = URGENCIES[why.urgency]
    limit = attempt_limit(lead, rules)
    tries = f"{lead.attempts} of {limit} attempts" if limit else present.count(lead.attempts, "attempt")
    return present.joined(
        (f"{urgency.sign} {why.words}".strip(), f"{urgency.style} bold"),
        (f"  {standing(lead.stage, lead.status)} · {tries}", _MUTED),
    )


def to_say(turn: Turn, now: Instant, zone: str, me: str) -> Content:
    """What was promised, else the script of the step that is due; and what was said last time."""
    card, promised = turn.card, turn.promised
    said: list[Content] = []
    if promised is not None:
        said = list(_promise(promised, card, now, zone, me))
    elif turn.step is not None:
        said = list(script(card))
    if not said:
        decides = card.lead.decision is not None
        none_left = "the cadence has no step left: one more try, or a decision"
        planned = "a decision is due, not a step" if decides else card.lead.next_words or none_left
        said = [rule("no script"), present.content(planned, _MUTED)]
    blocks = [Content("\n").join(said)]
    if card.last_words and (promised is None or card.last_words != promised.words):
        at = f", {present.day(card.last_at, zone, now)}" if card.last_at is not None else ""
        words = present.content(f"“{card.last_words}”", limit=1_000)
        blocks.append(Content("\n").join([rule(f"said last time{at}"), words]))
    return Content("\n\n").join(blocks)


def _promise(promised: Promised, card: LeadCard, now: Instant, zone: str, me: str) -> Iterator[Content]:
    """When they are to be called and in what words it was promised; the cadence waits until then."""
    due = present.exactly(promised.due_at, zone, now)
    yield rule(f"callback promised for {due}")
    theirs = present.exactly(promised.due_at, card.zones[0], now) if card.zones else due
    there = f"{theirs} there · " if theirs != due else ""
    by = "by you" if promised.by == me else f"by {promised.by}" if promised.by else "for anyone"
    made = present.exactly(promised.promised_at, zone, now)
    yield present.content(f"{there}promised {made} {by}", _MUTED, limit=200)
    if promised.words:
        yield present.content(f"“{promised.words}”", limit=1_000)
    if card.step is not None:
        yield present.content(f"then step {card.step.number} of {card.step.total}: {card.step.channel.label}", _MUTED)


def story(card: LeadCard, now: Instant, zone: str, me: str, width: int, *, alone: bool = True) -> Content:
    """The five questions, the four answers, the last touches, who else is in it, earlier at bats.

    Where another pane stands beside it, that has the last two, and there is room for more touches.
    """
    last = touches(card, now, zone) if alone else touches(card, now, zone, len(card.touches))
    blocks = (questions(card, now, zone, me, width), _answers(card), last)
    later = (group(card), before(card, now, zone)) if alone else ()
    shown = [Content("\n").join(lines) for block in (*blocks, *later) if (lines := list(block))]
    return Content("\n\n").join(shown)


def _answers(card: LeadCard) -> Iterator[Content]:
    lead = card.lead
    yield rule("qualification")
    answers = {"need": lead.need, "budget": lead.budget, "authority": lead.authority, "timeline": lead.timeline}
    parts: list[Content] = []
    for question, answer in answers.items():
        sign, style = ("– ", _MUTED) if answer is None else _SIGNS[answer]
        parts.append(present.joined((sign, style), question))
    yield _GAP.join(parts)
