"""Why an at bat is where it is: its story by the rules, in the sentences that ``atbat rules explain`` says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from store.instants import Instant
from store.queries.explain import explain
from store.rules.story import Event, EventKind, Story, stamp
from tui import present
from tui.frame import Frame
from tui.lead_screen import LeadRow
from tui.theme import Urgency

_MUTED = "$muted"
_STYLES = {
    EventKind.RULE: "bold",
    EventKind.ALERT: Urgency.DUE.style,
    EventKind.NEXT: "",
}


class ExplainScreen(ModalScreen[None]):
    """Opened with ``app.open_screen("explain", row)``; it only tells, and opens at how it stands now."""

    app = getters.app(Frame)
    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,W,q,enter,backspace", "dismiss", "close"),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("space,pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("g,home", "scroll(-100000)", show=False),
        Binding("G,end", "scroll(100000)", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    ExplainScreen {
        align: center middle;
        background: $background;
        & > Vertical {
            width: 92%; max-width: 120; height: 100%;
            background: $surface; border: round $border; padding: 0 1;
        }
        .explain--title { height: auto; text-style: bold; }
        .explain--keys { height: 1; color: $text-muted; }
        VerticalScroll { height: 1fr; scrollbar-gutter: stable; }
        VerticalScroll > Static { height: auto; }
    }
    ExplainScreen.-narrow > Vertical { width: 100%; }
    """

    _story: Story
    _now: Instant

    async def prepare(self, opening: LeadRow) -> None:
        """Read the story."""
        self._now = self.app.desk.now()
        self._story = await self.app.desk.read(explain, opening.id, self._now, zone=self.app.zone)

    def compose(self) -> ComposeResult:
        """Title, what holds it and what comes, the story newest first, keys."""
        with Vertical():
            yield Static(classes="explain--title")
            with VerticalScroll():
                yield Static(id="explain-story")
            yield Static(Content("j and k scroll · esc closes"), classes="explain--keys")

    def begin(self) -> None:
        """Show it from the top."""
        title = present.joined("Why · ", present.content(self._story.title, limit=160, newlines=False))
        self.query_one(".explain--title", Static).update(title)
        self._lay_out()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def on_resize(self) -> None:
        """Fit the lines to the width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        width = self.query_one(VerticalScroll).scrollable_content_region.width
        self.query_one("#explain-story", Static).update(words(self._story, self.app.zone, self._now, width))

    def action_scroll(self, lines: int) -> None:
        """Scroll the story."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def words(story: Story, zone: str, now: Instant, width: int) -> Content:
    """How it stands and what comes first, then what happened, the newest at the top; lines go on under themselves."""

    def block(title: str, lines: Iterable[Content]) -> Content:
        return Content("\n").join([present.joined((f"── {title} ", _MUTED)), *lines])

    def told(events: Iterable[Event]) -> Iterator[Content]:
        for event in events:
            when = f"  {stamp(event.at, zone, now):<15} "
            yield _line(when, event.words, _STYLES.get(event.kind, ""), width)
            for line in event.more:
                yield _line(" " * len(when), line, _MUTED, width)

    blocks: list[Content] = []
    if story.holds:
        lines = [_line("  ", line, _MUTED if line.startswith(" ") else "", width) for line in story.holds]
        blocks.append(block("now", lines))
    if story.comes:
        blocks.append(block("if nobody does anything", told(story.comes)))
    blocks.append(block("what happened, the newest first", told(reversed(story.events))))
    if story.score:
        first, *rest = story.score
        blocks.append(block(first, (_line("  ", line.strip(), _MUTED, width) for line in rest)))
    return Content("\n\n").join(blocks)


def _line(start: str, line: str, style: str, width: int) -> Content:
    said = present.content(line, style, limit=500, newlines=False).wrap(max(width - len(start), 20))
    return present.joined((start, _MUTED), Content("\n" + " " * len(start)).join(said))
