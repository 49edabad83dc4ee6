"""The help: the keys of the screen it was opened on, and the status guide, both made from their tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events, getters
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from store.vocabulary import Status
from tui import present
from tui.commands import BY_ID, KeyChoices, Where, commands_of
from tui.frame import Frame
from tui.guide import Guidance, stage_guide, status_guide
from tui.theme import Urgency

if TYPE_CHECKING:
    from store.ruleset import RuleSet

_HEADING = "bold $accent"
_COLUMNS = (
    ("why", f"what to do now and why it stands here: {Urgency.LATE.sign} late, {Urgency.DUE.sign} due"),
    ("tries", "attempts made, of how many there are before it is over"),
    ("score", "how well they fit and how much interest they showed lately; of equals the higher comes first"),
    ("there", f"what time it is where they are; {Urgency.LATE.sign} outside calling hours, and a call is next"),
)
_TOP_LINE = (
    ("SLA", "of the clocks that were decided today, met or run out, the share that you met"),
    ("late", f"rows of your queue marked {Urgency.LATE.sign}: an hour, a promise or a window is past"),
    ("alerts", "what needs your word, late or going wrong slowly; it stays until its cause is gone"),
    ("back", "hand-overs that an account executive rejected: yours to decide on again"),
)
_WORDS = (
    ("at bat", "one attempt, with a beginning and an end, to start a conversation with somebody"),
    ("MQL", "marketing qualified: enough interest shown for sales to be told"),
    ("SAL", "sales accepted: a rep has taken it and works it"),
    ("SQL", "sales qualified: need, budget, authority and timeline are answered"),
    ("pools", "marketing's, worked in bulk, and sales', worked by you; the team's pool is what nobody has yet"),
    ("in turn", "given to you because it was your turn among those who are here"),
    ("gets it", "who will have the next at bat by the rules: the rep of before, another, or anyone"),
    ("window", "the time an at bat has; when it is over it ends by itself, or is put to you to decide"),
    ("hand-over", "an opportunity given to an account executive, who accepts or rejects it"),
)
_BY_ITSELF = (
    "What happens by itself is done every minute while anybody has the program open, and by atbat tick; "
    "the times are your team's."
)


class Fitted(Static):
    """Words that are laid out anew for every width."""

    def __init__(self, lay_out: Callable[[int], Content], classes: str | None = None) -> None:
        """``lay_out`` makes them for so many cells."""
        super().__init__(classes=classes)
        self._lay_out = lay_out

    def on_resize(self, event: events.Resize) -> None:
        """Fit the words beside their labels."""
        self.update(self._lay_out(max(event.size.width, 1)))


class HelpScreen(ModalScreen[None]):
    """Keys on the left, statuses on the right (below, in a narrow window); the status in front comes first."""

    app = getters.app(Frame)
    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("escape,question_mark,q,enter,backspace", "dismiss", "close"),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("space,pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]
    DEFAULT_CSS = """
    HelpScreen {
        background: $background;
        & > .help--title { dock: top; height: 1; background: $surface; padding: 0 1; }
        & > Horizontal > VerticalScroll { width: 1fr; padding: 0 1; }
        & > Horizontal > VerticalScroll > Static { height: auto; }
        .help--part { margin-bottom: 1; }
    }
    HelpScreen.-narrow > Horizontal { layout: vertical; overflow-y: auto; }
    HelpScreen.-narrow > Horizontal > VerticalScroll { width: 100%; height: auto; }
    """

    def __init__(self, where: Sequence[Where], status: Status | None = None) -> None:
        """``where`` is whose keys to show, ``status`` the one of the lead in front."""
        super().__init__()
        self._where = where
        self._status = status

    def compose(self) -> ComposeResult:
        """A title, and the two halves."""
        title = "Help  ·  what can be pressed here, and what each status means  ·  esc closes"
        yield Static(Content(title), classes="help--title")
        guide = status_guide(self.app.team.rules)
        with Horizontal():
            with VerticalScroll(id="help-keys"):
                if self._status is not None:
                    here = next(entry for entry in guide if entry.status is self._status)
                    heading = f"This lead is {present.label(self._status, capital=True)}"
                    yield Fitted(partial(_guidance, here, heading), classes="help--part")
                yield Fitted(partial(keys_content, self._where, self.app.keys))
            with VerticalScroll(id="help-guide"):
                if Where.DEALS in self._where:
                    yield Fitted(partial(_stages, self.app.team.rules), classes="help--part")
                yield Static(present.joined((_BY_ITSELF, "$muted")), classes="help--part")
                for entry in guide:
                    yield Fitted(partial(_guidance, entry, None), classes="help--part")

    def on_mount(self) -> None:
        """Begin at the top: a window that is made narrow meanwhile would be scrolled to what has the focus."""
        self.set_focus(self.query_one("#help-keys"), scroll_visible=False)

    def action_scroll(self, lines: int) -> None:
        """Scroll what has the focus, or all of it where the halves stand one under the other."""
        narrow = self.has_class("-narrow")
        target = self.query_one(Horizontal) if narrow else (self.focused or self.query_one("#help-keys"))
        target.scroll_relative(y=lines, animate=False)


def keys_content(where: Sequence[Where], keys: KeyChoices, width: int) -> Content:
    """The keys of these places, by place, how dialogs are closed and saved, and the queue's columns, where it is one.

    ``width`` is the cells there are: what is longer goes on under itself.
    """
    blocks = []
    for place in Where:
        if place not in where and place is not Where.DIALOG:
            continue
        commands = commands_of([place])
        rows = [
            (
                keys.labels(command),
                present.joined(
                    command.tooltip, (f" {Urgency.LATE.sign}", Urgency.LATE.style) if command.dangerous else ""
                ),
            )
            for command in commands
        ]
        blocks.append(_table(place.value.capitalize(), rows, width))
    undo = keys.label(BY_ID["undo"])
    blocks.append(
        present.joined(
            (Urgency.LATE.sign, Urgency.LATE.style), f" ends an at bat for good; {undo} takes it back for ten minutes."
        )
    )
    if Where.QUEUE in where:
        for heading, told in (("Columns of the queue", _COLUMNS), ("Top line", _TOP_LINE)):
            blocks.append(_table(heading, [(title, Content(words)) for title, words in told], width))
    blocks.append(_table("Words", [(word, Content(means)) for word, means in _WORDS], width))
    return Content("\n\n").join(blocks)


def _stages(rules: RuleSet, width: int) -> Content:
    rows = [(stage, Content(means)) for stage, means in stage_guide(rules)]
    return _table("Opportunity stages", rows, width)


def _table(heading: str, rows: Sequence[tuple[str, Content]], width: int) -> Content:
    """A heading, and under it labels with their words beside them."""
    return Content("\n").join([Content.styled(heading, _HEADING), *_rows(rows, width, "bold")])


def _rows(rows: Sequence[tuple[str, Content]], width: int, style: str) -> list[Content]:
    """Labels with their words beside them; words that are longer than the line go on under themselves."""
    labels = max(cell_len(label) for label, _words in rows)
    between = Content("\n" + " " * (labels + 2))
    return [
        present.joined(
            (present.cells(label, labels), style), "  ", between.join(words.wrap(max(width - labels - 2, 10)))
        )
        for label, words in rows
    ]


def _guidance(entry: Guidance, heading: str | None, width: int) -> Content:
    """What the guide says of a status."""
    stages = ", ".join(present.label(stage, capital=True) for stage in entry.stages)
    title = (heading or present.label(entry.status, capital=True), _HEADING)
    rows = [
        ("needs", Content(entry.needs)),
        ("by itself", Content(entry.by_itself)),
        ("next", Content(entry.next)),
    ]
    head = [present.joined(title, (f"  in {stages}", "$muted")), Content(entry.means)]
    return Content("\n").join([*head, *_rows(rows, width, "$muted")])
