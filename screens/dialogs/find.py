"""Find anybody: results at every letter, enter opens the best."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from screens.timeline.stream import Subject
from store.queries.deals import deal
from store.queries.search import Hit, Matched, find
from tui import present
from tui.commands import Where, bindings
from tui.frame import Frame
from tui.lead_screen import Whose
from tui.theme import Urgency
from tui.widgets.line_painter import Column, ColumnPainter
from tui.widgets.line_table import LineTable

_LONGEST = 100
_ROWS = 14
_HINT = "A name, a company, an opportunity, a number in any writing, an e-mail, or any three letters of them."


def _who(hit: Hit) -> tuple[str, str]:
    if hit.deal is not None and hit.company not in ("", hit.name):
        return f"{hit.name} · {hit.company}", "strong"
    if hit.contact_id is None:
        return hit.name, "strong"
    return f"{hit.name or 'nobody yet'}{f' · {hit.title}' if hit.title else ''}", "strong"


def _company(hit: Hit) -> str:
    if hit.deal is not None:
        return "opportunity"
    return "company" if hit.contact_id is None else hit.company


def _matched(hit: Hit) -> tuple[str, str]:
    if hit.deal is not None:
        return present.money(hit.deal.amount, hit.deal.currency), "muted"
    number = hit.matched is Matched.PHONE and hit.value.startswith("+")
    return (present.phone(hit.value) if number else hit.value) if hit.matched in _WITH_VALUE else "", "muted"


def _standing(hit: Hit) -> tuple[str, str]:
    if hit.suppressed:
        return f"{Urgency.LATE.sign} do not contact", "late"
    if hit.deal is not None:
        stage, owner = present.label(hit.deal.stage, capital=True), hit.owner or "nobody’s"
        return (f"{stage} · {owner}", "text") if hit.deal.open else (stage, "muted")
    if hit.lead_id is None or hit.stage is None:
        if hit.contact_id is not None:
            return "no open at bat", "muted"
        return f"{hit.owner}’s account" if hit.owner else "", "muted"
    return f"{present.label(hit.stage, capital=True)} · {hit.owner or 'nobody’s'}", "text"


_WITH_VALUE = frozenset({Matched.PHONE, Matched.EMAIL})
_COLUMNS: tuple[Column[Hit], ...] = (
    Column("", _who, 22, 3),
    Column("", _company, 14, 2),
    Column("", _matched, 16, 1, needs=90),
    Column("", _standing, 20, 1),
)


class FindDialog(ModalScreen[None]):
    """A line to type in, and who matches; up and down choose without leaving the line."""

    app = getters.app(Frame)
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Where.DIALOG),
        Binding("enter", "open", show=False, priority=True),
        Binding("down,ctrl+n", "over(1)", show=False, priority=True),
        Binding("up,ctrl+p", "over(-1)", show=False, priority=True),
        Binding("pagedown", "over(10)", show=False, priority=True),
        Binding("pageup", "over(-10)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    FindDialog {
        align: center top;
        background: $background 60%;
        & > Vertical {
            width: 92%; max-width: 120; height: auto; max-height: 100%; margin-top: 1;
            background: $surface; border: round $border; padding: 0 1;
        }
        Input, Input:focus { height: 1; border: none; padding: 0 1; background: $panel; }
        LineTable { height: auto; background: $surface; margin-top: 1; }
        Static { height: 1; color: $text-muted; margin-top: 1; }
    }
    FindDialog.-narrow > Vertical { width: 100%; margin-top: 0; }
    """

    table: getters.query_one[LineTable[Hit]] = getters.query_one(LineTable)

    def __init__(self) -> None:
        super().__init__()
        self._hits_of: str | None = None  # the text that the hits on the screen are for

    async def prepare(self, opening: Any) -> None:
        """Nothing needs reading."""

    def compose(self) -> ComposeResult:
        """The line, the hits, a word of help."""
        with Vertical():
            yield Input(placeholder="find", max_length=_LONGEST)
            yield LineTable(ColumnPainter(_COLUMNS), markable=False)
            yield Static(classes="find--hint")

    def begin(self, opening: Any, then: Callable[[Any], None]) -> None:
        """Start with an empty line."""
        self.query_one(Input).value = ""
        self._show("", ())
        self.set_focus(self.query_one(Input))

    def on_mount(self) -> None:
        """Hits are chosen from the line: the list itself takes no keys."""
        self.table.can_focus = False

    def on_resize(self) -> None:
        """As many hits as the window has room for."""
        self.table.styles.max_height = max(min(_ROWS, self.size.height - 6), 3)

    # --- keys ---

    def action_over(self, step: int) -> None:
        """Choose another hit, once the hits are those of what was typed."""
        self.app.hold_keys(self._over(step))

    def action_open(self) -> None:
        """Open the chosen hit, likewise."""
        self.app.hold_keys(self._open())

    def action_submit(self) -> None:
        """As enter."""
        self.action_open()

    def action_close_dialog(self) -> None:
        """Close it; nothing typed here is worth a question."""
        self.dismiss()

    # --- looking ---

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._hits_of = None
        self._look(event.value)

    @work(exclusive=True)
    async def _look(self, text: str) -> None:
        self._show(text, await self.app.desk.read(find, text))

    async def _catch_up(self) -> None:
        """Have the hits of what was typed."""
        text = self.query_one(Input).value
        if text != self._hits_of:
            self.workers.cancel_node(self)
            self._show(text, await self.app.desk.read(find, text))

    async def _over(self, step: int) -> None:
        await self._catch_up()
        if self.table.row_count:
            self.table.move_to(max(0, min(self.table.cursor_index + step, self.table.row_count - 1)))

    async def _open(self) -> None:
        await self._catch_up()
        hit = self.table.cursor_row
        if hit is not None:
            self._open_hit(hit)

    def _open_hit(self, hit: Hit) -> None:
        self.dismiss()
        if hit.deal is not None:
            self.app.hold_keys(_open_story(self.app, hit.deal.id))
        elif hit.contact_id is None and hit.account_id is not None:
            self.app.open_screen("account", Whose(None, hit.account_id))
        else:
            self.app.open_screen("timeline", Subject(hit.contact_id, hit.account_id, hit.lead_id))

    @on(LineTable.Selected)
    def _clicked(self, event: LineTable.Selected) -> None:
        self._open_hit(event.row)

    def _show(self, text: str, hits: tuple[Hit, ...]) -> None:
        self._hits_of = text
        self.table.load(range(len(hits)), dict(enumerate(hits)))
        self.table.display = bool(hits)
        self.query_one(".find--hint", Static).update(self._hint(text, hits))

    def _hint(self, text: str, hits: tuple[Hit, ...]) -> Content:
        if not text.strip():
            return Content(_HINT)
        if not hits:
            return present.joined(
                f"Nobody and nothing is like that. {self.app.key_of('new_lead')} on a list opens a new one."
            )
        return Content("↑ ↓ choose · enter opens the timeline, the company or the opportunity’s story · esc closes")


async def _open_story(app: Frame, deal_id: int) -> None:
    """The story of an opportunity, as it lies on the desk of whoever is here."""
    actor = app.desk.actor
    if actor is not None:
        found = await app.desk.read(deal, deal_id, actor.user_id, everyone=actor.leads_team)
        if found is not None:
            app.open_screen("deal_story", found)
