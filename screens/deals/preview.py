"""The pane beside the opportunities: its people, the at bats it came from, what happened last and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import getters, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.deals import words
from screens.deals.words import Scene
from store.rules.path import standing
from store.vocabulary import OpportunityStage
from tui import present
from tui.frame import Frame
from tui.theme import Urgency

if TYPE_CHECKING:
    from store.queries.deals import DealCard, Part

_MUTED = "$muted"
_LABEL_WIDTH = 8
_SHOWN = 6  # people before "and more"


class DealPreview(VerticalScroll, can_focus=False):
    """The opportunity under the cursor; read when the cursor comes to rest."""

    app = getters.app(Frame)

    def __init__(self) -> None:
        super().__init__()
        self._deal_id: int | None = None

    def compose(self) -> ComposeResult:
        """One piece of text."""
        yield Static()

    def show(self, deal_id: int | None) -> None:
        """Show another opportunity, or none."""
        self._deal_id = deal_id
        if deal_id is None:
            self.query_one(Static).update(Content())
        elif self.size.width:
            self._read(deal_id)

    def on_resize(self) -> None:
        """Fit the words to the width; also when a wider window brings the pane back."""
        if self._deal_id is not None:
            self._read(self._deal_id)

    @work(exclusive=True)
    async def _read(self, deal_id: int) -> None:
        from store.queries.deals import deal_card  # after the first frame

        app = self.app
        me = app.person.id if app.person is not None else 0
        now = app.desk.now()
        found = await app.desk.read(deal_card, deal_id, me, now)
        if found is not None and deal_id == self._deal_id:
            scene = Scene(now, app.zone, app.team.rules, app.team.calendar, me)
            width = self.scrollable_content_region.width
            self.query_one(Static).update(pane(found, scene, width))
            self.scroll_home(animate=False)


def pane(card: DealCard, scene: Scene, width: int) -> Content:
    """The whole pane."""
    blocks = (_head(card, scene), _facts(card, scene, width), _people(card), _lives(card, scene), _touches(card, scene))
    shown = [Content("\n").join(lines) for block in blocks if (lines := list(block))]
    return Content("\n\n").join(shown)


def _head(card: DealCard, scene: Scene) -> Iterator[Content]:
    deal = card.deal
    yield present.joined((present.safe(deal.name), "bold"))
    amount = present.money(deal.amount, deal.currency)
    about = " · ".join(part for part in (deal.company if deal.company != deal.name else "", amount) if part)
    yield present.content(about, _MUTED)
    said, urgency = words.why(deal, scene)
    if urgency in (Urgency.LATE, Urgency.DUE, Urgency.DONE):
        yield present.content(f"{urgency.sign} {said}", urgency.style, newlines=False)


def _facts(card: DealCard, scene: Scene, width: int) -> Iterator[Content]:
    deal = card.deal
    yield _answer("stage", words.stage(deal), width)
    if deal.open:
        yield _answer("closes", words.closes(deal, scene), width)
        sign = f"{Urgency.LATE.sign} " if words.stands_long(deal, scene) else ""
        yield _answer("moved", f"{sign}{present.ago(deal.moved_at, scene.now)}", width)
    if deal.lost_reason:
        yield _answer("why", words.reason(deal.lost_reason, scene), width)
    yield _answer("owner", "you" if deal.owner_id == scene.me else deal.owner or "nobody", width)
    if deal.handed_at is not None:
        giver = "you" if deal.giver_id == scene.me else deal.giver
        taker = "you" if deal.taker_id == scene.me else deal.taker
        yield _answer("handed", f"by {giver} to {taker}, {present.day(deal.handed_at, scene.zone, scene.now)}", width)
    if deal.rejected_at is not None:
        yield _answer("back", f"rejected by sales: {words.reason(deal.reject_reason, scene)}", width)
    if card.words:
        yield _answer("said", f"“{card.words}”", width)
    yield _answer("next", _next(card, scene), width)
    if card.campaigns:
        yield _answer("from", ", ".join(card.campaigns), width)


def _next(card: DealCard, scene: Scene) -> str:
    """What there is to do: the earlier of the callback promised and the meeting booked, an answer, else a word."""
    deal = card.deal
    if not deal.open:
        return "over" if deal.stage is not OpportunityStage.WON else "theirs now: a new need is a new at bat"
    if deal.promised_at is not None and not (card.meeting_at is not None and card.meeting_at < deal.promised_at):
        return f"callback {present.exactly(deal.promised_at, scene.zone, scene.now)}"
    if card.meeting_at is not None:
        return f"meeting {present.exactly(card.meeting_at, scene.zone, scene.now)}"
    if deal.rejected_at is not None:
        return "hand it to another, or close it as lost"
    if deal.waits:
        who = "accept or reject it" if deal.taker_id == scene.me else f"{deal.taker} is to answer"
        due = deal.due_at or scene.now
        if due < scene.now:
            return f"{who} by {present.full_day(due, scene.zone, scene.now)}, {present.due(due, scene.now)}"
        return f"{who} by {present.day(due, scene.zone, scene.now)}"
    return "no meeting booked"


def _people(card: DealCard) -> Iterator[Content]:
    yield _rule("people")
    if not card.people:
        yield present.content("nobody yet", _MUTED)
    for part in card.people[:_SHOWN]:
        who = ", ".join(word for word in (part.name, part.title) if word)
        signs = "  ★\N{NO-BREAK SPACE}primary" if part.primary else ""
        bad = _warning(part)
        warned = f"  {Urgency.LATE.sign} {bad}" if bad else ""
        role = (f"  {part.role.label}{signs}", _MUTED)
        yield present.joined(present.safe(who, 60), role, (warned, Urgency.LATE.style), newlines=False)
    if len(card.people) > _SHOWN:
        yield present.content(f"and {len(card.people) - _SHOWN} more", _MUTED)


def _warning(part: Part) -> str:
    """What must be known before somebody is called."""
    if part.bogus:
        return "not real"
    return "do not contact" if part.suppressed else "left the company" if part.left else ""


def _lives(card: DealCard, scene: Scene) -> Iterator[Content]:
    if card.lives:
        yield _rule("came from")
    for life in card.lives:
        what = " · ".join(part for part in (life.motion.label, life.source, life.owner) if part)
        ended = life.closed_at or life.opened_at
        name = present.safe(f"At bat {life.number} of {life.person or 'the company'}", 60)
        yield present.joined((name, "bold"), (f"  {present.day(ended, scene.zone, scene.now)}", _MUTED), newlines=False)
        yield present.content(f"{standing(life.stage, life.status)} · {what}", _MUTED, newlines=False)
        if life.learned:
            yield present.content(f"“{life.learned}”", limit=240, newlines=False)


def _touches(card: DealCard, scene: Scene) -> Iterator[Content]:
    if card.touches:
        yield _rule("last touches")
    for touch in card.touches:
        note = f" “{touch.note}”" if touch.note else ""
        said = f"{touch.channel.label}, {touch.disposition.label}{note}"
        at = present.day(touch.at, scene.zone, scene.now)
        yield present.joined((f"{at:<12} ", _MUTED), present.safe(said, 200), newlines=False)


def _answer(question: str, answer: str, width: int) -> Content:
    """The question at the left, its answer beside it on as many lines as it takes."""
    lines = present.content(answer, limit=300, newlines=False).wrap(max(width - _LABEL_WIDTH, 10))
    indented = Content("\n" + " " * _LABEL_WIDTH).join(lines)
    return present.joined((f"{question:<{_LABEL_WIDTH}}", _MUTED), indented)


def _rule(title: str) -> Content:
    return present.joined((f"── {title} ", _MUTED))
