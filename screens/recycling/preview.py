"""The pane beside the recycling list: how the last at bat ended, what was said, and how to come back."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.recycling import words
from screens.recycling.words import Scene
from store.queries.recycling import Recyclable
from store.rules.recycling import cadence_of
from tui import present

_MUTED = "$muted"
_LABEL_WIDTH = 9


class RecyclingPreview(VerticalScroll, can_focus=False):
    """The person under the cursor; everything it says is in the row."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Recyclable, Scene] | None = None

    def compose(self) -> ComposeResult:
        """One piece of text."""
        yield Static()

    def show(self, row: Recyclable | None, scene: Scene) -> None:
        """Show another person, or nobody."""
        self._shown = None if row is None else (row, scene)
        self._draw()
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """Fit the words to the width; also when a wider window brings the pane back."""
        self._draw()

    def _draw(self) -> None:
        if self._shown is None:
            self.query_one(Static).update(Content())
        elif self.size.width:
            self.query_one(Static).update(pane(*self._shown, self.scrollable_content_region.width))


def pane(row: Recyclable, scene: Scene, width: int) -> Content:
    """The whole pane."""
    blocks = (_head(row, scene), _back(row, scene, width), _last(row, scene, width))
    return Content("\n\n").join(Content("\n").join(list(block)) for block in blocks)


def _head(row: Recyclable, scene: Scene) -> Iterator[Content]:
    yield present.joined((present.safe(row.name), "bold"))
    about = " · ".join(part for part in (row.title, row.company) if part)
    if about:
        yield present.content(about, _MUTED)
    said, urgency = words.why(row, scene)
    yield present.content(f"{urgency.sign} {said}".strip(), urgency.style or _MUTED, newlines=False)


def _back(row: Recyclable, scene: Scene, width: int) -> Iterator[Content]:
    yield _rule("coming back")
    yield _answer("with", words.advice(row, scene), width)
    if row.competitor:
        yield _answer("left for", row.competitor, width)
    yield _answer("gets it", words.gets_because(row, scene), width)
    rules = scene.rules
    key = cadence_of(row.track, row.motion, row.earlier_cadence, row.outcome, rules)
    yield _answer("as", f"at bat {row.number + 1}, {row.motion.label}", width)
    first = rules.cadences[key].steps[0]
    yield _answer("by", f"{rules.cadences[key].label}, first {first.channel.label}", width)


def _last(row: Recyclable, scene: Scene, width: int) -> Iterator[Content]:
    yield _rule(f"at bat {row.number}, the last")
    at = present.day(row.closed_at, scene.zone, scene.now)
    yield _answer("ended", f"{at}: {words.outcome(row, scene)}", width)
    yield _answer("worked by", "you" if row.rep_id == scene.me else row.rep or "nobody", width)
    if row.note:
        yield _answer("note", f"“{row.note}”", width)
    said = f"“{row.last_words}”" if row.last_words else "nothing was noted"
    when = f", {present.day(row.last_at, scene.zone, scene.now)}" if row.last_at is not None else ""
    yield _answer("said", f"{present.safe(said, 500)}{when}", width)


def _answer(question: str, answer: str, width: int) -> Content:
    """The question at the left, its answer beside it on as many lines as it takes."""
    lines = present.content(answer, limit=600, newlines=False).wrap(max(width - _LABEL_WIDTH - 1, 10))
    indented = Content("\n" + " " * (_LABEL_WIDTH + 1)).join(lines)
    return present.joined((f"{question:<{_LABEL_WIDTH}} ", _MUTED), indented)


def _rule(title: str) -> Content:
    return present.joined((f"── {title} ", _MUTED))
