"""The pane beside the queue: the five questions about one at bat, and what came before it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from textual import getters, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from store.instants import Instant
from store.rules.calling import may_call
from store.rules.path import standing
from store.rules.standing import WAITS_FOR
from store.ruleset import RuleSet
from store.vocabulary import Reachability
from tui import present
from tui.frame import Frame
from tui.theme import Urgency

if TYPE_CHECKING:
    from store.queries.lead_card import LeadCard, Pace

_MUTED = "$muted"
_LABEL_WIDTH = 6
_SHOWN = 3  # numbers, earlier at bats and group members before "and more"


class Preview(VerticalScroll, can_focus=False):
    """The at bat under the cursor; read when the cursor comes to rest."""

    app = getters.app(Frame)

    def __init__(self) -> None:
        super().__init__()
        self._lead_id: int | None = None
        self._promised = ""

    def compose(self) -> ComposeResult:
        """One piece of text."""
        yield Static()

    def show(self, lead_id: int | None, promised: str = "") -> None:
        """Show another at bat, or none; ``promised`` says whose promise brought it here, where it is another's."""
        self._lead_id, self._promised = lead_id, promised
        if lead_id is None:
            self.query_one(Static).update(Content())
        elif self.size.width:
            self._read(lead_id)

    def on_resize(self) -> None:
        """Fit the words to the width; also when a wider window brings the pane back."""
        if self._lead_id is not None:
            self._read(self._lead_id)

    @work(exclusive=True)
    async def _read(self, lead_id: int) -> None:
        from store.queries.lead_card import card  # after the first frame

        now = self.app.desk.now()
        found = await self.app.desk.read(card, lead_id, now)
        if found is not None and lead_id == self._lead_id:
            me = self.app.person.name if self.app.person else ""
            width = self.scrollable_content_region.width
            shown = words(found, now, self.app.zone, me, self.app.team.rules, width)
            if self._promised:
                sign = present.joined((f"{Urgency.LATE.sign} {present.safe(self._promised)}\n", "$warning"))
                shown = Content.assemble(sign, shown)
            self.query_one(Static).update(shown)
            self.scroll_home(animate=False)


def words(card: LeadCard, now: Instant, zone: str, me: str, rules: RuleSet, width: int) -> Content:
    """The whole pane."""
    blocks = (
        chain(head(card), ways(card, now, rules)),
        questions(card, now, zone, me, width),
        script(card),
        touches(card, now, zone),
    )
    later = (group(card), before(card, now, zone), score(card))
    shown = [Content("\n").join(lines) for block in (*blocks, *later) if (lines := list(block))]
    return Content("\n\n").join(shown)


def head(card: LeadCard) -> Iterator[Content]:
    """Who it is."""
    title = f", {card.title}" if card.title else ""
    yield present.joined((present.safe(card.name), "bold"), present.safe(title))
    about = [card.company if card.company != card.name else ""]
    about += [f"{present.number(card.company_size)} people" if card.company_size else "", card.industry]
    if any(about):
        yield present.content(" · ".join(part for part in about if part), _MUTED)
    if card.suppressed:
        yield present.joined((f"{Urgency.LATE.sign} asked not to be contacted: {card.suppressed_why}", "$error"))


def ways(card: LeadCard, now: Instant, rules: RuleSet) -> Iterator[Content]:
    """How they are reached, each number with what time it is there."""
    for phone in card.phones[:_SHOWN]:
        extension = f" ext. {phone.extension}" if phone.extension else ""
        bad = f"  {Urgency.LATE.sign} bad" if phone.state is Reachability.BAD else ""
        of_company = ", company" if phone.of_company else ""
        kind = f"  {phone.kind.label}{of_company}{bad}"
        number = present.phone(phone.e164 or phone.written_as)
        yield present.joined(present.safe(f"{number}{extension}"), (kind, _MUTED), *_hour(card, now, rules))
    for email in card.emails[:_SHOWN]:
        bad = f"  {Urgency.LATE.sign} bounced" if email.state is Reachability.BAD else ""
        stopped = f"  {Urgency.LATE.sign} unsubscribed" if card.email_stopped else ""
        yield present.joined(present.safe(email.address), (f"{bad}{stopped}", "$warning"))


def _hour(card: LeadCard, now: Instant, rules: RuleSet) -> tuple[present.Part, ...]:
    """What time it is where they are, marked when they may not be called."""
    if not card.zones:
        return ((" · zone not known: ask", _MUTED),)
    there = f" · {present.local_time(now, card.zones[0])} there"
    if may_call(now, card.zones, rules.calling):
        return ((there, _MUTED),)
    return ((f"{there} {Urgency.LATE.sign} outside calling hours", "$warning"),)


def questions(card: LeadCard, now: Instant, zone: str, me: str, width: int) -> Iterator[Content]:
    """The five questions."""
    lead = card.lead
    trigger = card.trigger or card.signal
    started = trigger if lead.motion.label in trigger else ", ".join(filter(None, (lead.motion.label, trigger)))
    told = filter(None, (started, card.campaign, lead.source, present.day(lead.opened_at, zone, now)))
    yield _answer("why", ", ".join(told) + (f": {lead.why}" if lead.why else ""), width)
    owner = "you" if card.owner == me else card.owner or "nobody yet"
    since = f", since {present.day(card.since, zone, now)}" if card.since else ""
    yield _answer("who", f"{owner}{since}" + (f" ({card.rule})" if card.rule else ""), width)
    yield _answer("where", f"{standing(lead.stage, lead.status)}{f', {_pace(card.pace)}' if lead.open else ''}", width)
    if card.clock is not None and card.clock_due_at is not None:
        late = f"{Urgency.LATE.sign} " if card.clock_due_at < now else ""
        due = f"by {present.day(card.clock_due_at, zone, now)}, {present.due(card.clock_due_at, now)}"
        yield _answer("clock", f"{late}{WAITS_FOR[card.clock]}: {due}", width)
    said = f"“{card.last_words}”" if card.last_words else "nothing said yet"
    yield _answer("what", lead.learned or said, width)
    yield _answer("when", _when(card, now, zone), width)
    yield _answer("score", card.score.words.removeprefix("score "), width)
    if card.approval is not None:
        asked = card.approval
        yield _answer("waits", f"for a team lead: {asked.outcome}, asked by {asked.asked_by}", width)
    for opportunity in card.opportunities[:_SHOWN]:
        amount = present.money(opportunity.amount, opportunity.currency)
        yield _answer("open", f"{opportunity.name}, {amount}, {opportunity.stage.label}, {opportunity.owner}", width)


def _pace(pace: Pace) -> str:
    if pace.of is None:
        return f"day {pace.day}"
    if pace.day > pace.of:
        over = present.count(pace.day - pace.of, "day")
        return f"{Urgency.LATE.sign} {over} over the {pace.of} {pace.aim}"
    return f"day {pace.day} of {pace.of} {pace.aim}"


def _when(card: LeadCard, now: Instant, zone: str) -> str:
    lead = card.lead
    if not lead.open:
        return "over"
    parts = []
    if card.ends_at is not None:
        parts.append(f"over by {present.day(card.ends_at, zone, now)}")
    if card.attempt_limit is not None:
        parts.append(f"after {card.attempt_limit} attempts ({lead.attempts} made)")
    if not parts and lead.connected:
        return "no window: they were reached"
    return ", or ".join(parts) or card.ends_when


def script(card: LeadCard) -> Iterator[Content]:
    """The step, and what to say."""
    if card.step is not None and card.lead.open:
        yield rule(f"step {card.step.number} of {card.step.total}: {card.step.channel.label}")
        yield present.content(card.step.script)


def touches(card: LeadCard, now: Instant, zone: str, most: int = _SHOWN) -> Iterator[Content]:
    """The last touches."""
    if card.touches:
        yield rule("last touches")
    days = [present.day(touch.at, zone, now) for touch in card.touches[:most]]
    for touch, day in zip(card.touches, days, strict=False):
        note = f" “{touch.note}”" if touch.note else ""
        said = f"{touch.channel.label}, {touch.disposition.label}{note}"
        yield present.joined((f"{day:<{max(map(len, days))}}  ", _MUTED), present.safe(said, 200))


def group(card: LeadCard) -> Iterator[Content]:
    """Who else is in it."""
    others = [member for member in card.group if not member.primary]
    if others:
        yield rule("with")
    for member in others[:_SHOWN]:
        yield present.joined(present.safe(member.name), (f"  {member.role.label}", _MUTED))
    if len(others) > _SHOWN:
        yield present.content(f"and {len(others) - _SHOWN} more", _MUTED)


def before(card: LeadCard, now: Instant, zone: str) -> Iterator[Content]:
    """Earlier at bats, and how each ended."""
    if card.earlier:
        yield rule("before")
    for earlier in card.earlier[: _SHOWN + 1]:
        how = earlier.outcome or standing(earlier.stage, earlier.status)
        at = earlier.closed_at or earlier.opened_at
        said = f"{how} · {earlier.motion.label} · {present.day(at, zone, now)}"
        yield present.joined((f"{earlier.number:<3}", "bold"), (present.safe(said), _MUTED))


def score(card: LeadCard) -> Iterator[Content]:
    """What gave how much of the score."""
    yield rule(f"score {card.score.total}")
    for line in (*card.score.fit.lines, *card.score.intent.lines):
        yield present.content(line.words, _MUTED, limit=200, newlines=False)


def _answer(question: str, answer: str, width: int) -> Content:
    """The question at the left, its answer beside it on as many lines as it takes."""
    lines = present.content(answer, limit=300, newlines=False).wrap(max(width - _LABEL_WIDTH, 10))
    indented = Content("\n" + " " * _LABEL_WIDTH).join(lines)
    return present.joined((f"{question:<{_LABEL_WIDTH}}", _MUTED), indented)


def rule(title: str) -> Content:
    """A heading inside a pane."""
    return present.joined((f"── {title} ", _MUTED))
