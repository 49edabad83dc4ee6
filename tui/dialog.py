"""A dialog that submits itself: errors show inside it and what was typed stays until it is saved or dropped twice.

Each dialog is made once and opened again and again, so everything about one opening is set in ``begin``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from string import ascii_letters, digits
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID, uuid4

from textual import getters, on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from store.errors import Refusal
from tui import present
from tui.commands import Where, bindings
from tui.frame import Frame
from tui.theme import Urgency
from tui.widgets.choice_list import ChoiceList
from tui.widgets.field import Field
from tui.widgets.key_line import KeyLine
from tui.widgets.when_input import WhenInput

Opening = TypeVar("Opening")
Result = TypeVar("Result")

_AROUND_THE_FORM = 9  # lines: border, title, consequence, refusal, keys
LOOKS_AFTER = 0.15  # seconds without a key until something is looked up
SAYS_SAVING_AFTER = 0.1  # seconds; a save that is quicker needs no word


class Dialog(ModalScreen[None], Generic[Opening, Result]):
    """The base of every dialog, opened with ``app.open_dialog(verb, opening, then)``.

    A subclass gives ``heading``, ``compose_form``, ``reset``, ``draft`` and ``operation``, and where useful
    ``consequence`` and ``prepare``. A letter picks a choice and saves at once if ``draft`` then lacks nothing;
    with SAVES_ON_LETTER off it only picks. With LETTERS_STAY a letter means the list that has the focus; where
    letters do not save, also another one that alone has it. ALSO_IN_KEY_LINE names commands of its own.
    """

    app = getters.app(Frame)
    AUTO_FOCUS = ""
    SAVES_ON_LETTER: ClassVar[bool] = True
    LETTERS_STAY: ClassVar[bool] = False
    ALSO_IN_KEY_LINE: ClassVar[tuple[str, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Where.DIALOG),
        Binding("enter", "enter", show=False, priority=True),
        *(Binding(letter, f"letter('{letter}')", show=False) for letter in ascii_letters + digits),
    ]
    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background;
        & > .dialog--box {
            width: 92%; max-width: 100; height: auto; max-height: 100%;
            background: $surface; border: round $border; padding: 0 1;
        }
        .dialog--title { height: auto; text-style: bold; }
        .dialog--form { height: auto; }
        .dialog--consequence { height: auto; margin-top: 1; color: $text-muted; }
        .dialog--said { height: auto; display: none; color: $error; }
        .dialog--said.-shown { display: block; }
        KeyLine { dock: none; margin-top: 1; background: $surface; }
    }
    Dialog.-narrow > .dialog--box { width: 100%; }
    """

    opening: Opening

    def __init__(self) -> None:
        super().__init__()
        self._then: Callable[[Result], None] = lambda result: None
        self._untouched: dict[Widget, str] = {}
        self._unpicked: dict[ChoiceList[Any], Any] = {}
        self._asked_to_drop = False
        self._saving = False
        self._sent: tuple[Any, UUID] | None = None
        self._look_timer: Timer | None = None

    # --- what a subclass gives ---

    def heading(self) -> Content:
        """The title, with the person's name in it."""
        raise NotImplementedError

    def compose_form(self) -> ComposeResult:
        """The fields, each a ``Field`` named as refusals name it."""
        raise NotImplementedError

    async def prepare(self, opening: Opening) -> None:
        """Read what must be known before the dialog shows; nothing by default."""

    def reset(self, opening: Opening) -> None:
        """Fill every field for this opening."""
        raise NotImplementedError

    def draft(self) -> Any:
        """What would be saved now; raises Refusal, naming the field, for what is missing or wrong."""
        raise NotImplementedError

    def operation(self) -> Callable[..., Any]:
        """The store operation that takes the draft."""
        raise NotImplementedError

    def consequence(self) -> Content:
        """What saving will do, shown before it is done; nothing by default."""
        return Content()

    async def carry_out(self, draft: Any) -> Result | Refusal:
        """Save the draft; the same draft sent again after an unknown end is done once."""
        if self._sent is None or self._sent[0] != draft:
            self._sent = (draft, uuid4())
        result: Result | Refusal = await self.app.desk.write(self.operation(), draft, key=self._sent[1])
        return result

    # --- one opening ---

    def compose(self) -> ComposeResult:
        """Title, form that scrolls when it must, consequence, what went wrong, keys."""
        with Vertical(classes="dialog--box"):
            yield Static(classes="dialog--title")
            with VerticalScroll(classes="dialog--form", can_focus=False):
                yield from self.compose_form()
            yield _Consequence(classes="dialog--consequence")
            yield Static(classes="dialog--said")
            yield KeyLine([Where.DIALOG], self.ALSO_IN_KEY_LINE)

    def begin(self, opening: Opening, then: Callable[[Result], None]) -> None:
        """Start afresh on ``opening``; ``then`` gets the result once it is saved."""
        self.opening = opening
        self._then = then
        self._asked_to_drop = False
        self._sent = None
        self.say(None)
        for field in self.query(Field):
            field.show_error(None)
        self.reset(opening)
        self._untouched = {widget: _typed(widget) for widget in self.query("Input, TextArea")}  # shown now or later
        self._unpicked = {choices: choices.value for choices in self.query(ChoiceList)}
        self.query_one(".dialog--title", Static).update(self.heading())
        self.query_one(".dialog--form").scroll_home(animate=False)
        self.show_consequence()
        self.set_focus(None)
        self.focus_first()

    def focus_first(self) -> None:
        """Focus the first choices if there are any, so that letters choose, else the first field."""
        lists = list(self.query(ChoiceList))
        first: Widget | None = lists[0] if lists else next(iter(self._typing_places()), None)
        self.set_focus(first, scroll_visible=False)

    @property
    def typed_something(self) -> bool:
        """Whether there is text that closing would lose."""
        return any(widget.display and _typed(widget) != before for widget, before in self._untouched.items())

    def nothing_saved(self) -> str:
        """What to say when it is left without saving; nothing where nothing was begun."""
        picked = any(choices.value != before for choices, before in self._unpicked.items())
        return "Nothing was saved." if picked or self.typed_something else ""

    def look_soon(self, look: Callable[[], Awaitable[None]]) -> None:
        """Look something up a moment after the last letter; each call puts off, and ends, the one before."""
        if self._look_timer is not None:
            self._look_timer.stop()
        self._look_timer = self.set_timer(LOOKS_AFTER, partial(self._look_now, look))

    @work(exclusive=True, group="look")
    async def _look_now(self, look: Callable[[], Awaitable[None]]) -> None:
        await look()

    def lacks(self, refusal: Refusal) -> Content:
        """What is still missing or wrong, in place of the consequence; a time that is none says so at its own place."""
        field = self._field(refusal.field)
        told = field is not None and any(when.complaint == refusal.sentence for when in field.query(WhenInput))
        return Content("Nothing can be saved with that time.") if told else present.joined(refusal.sentence)

    def say(self, sentence: str | None) -> None:
        """Show a sentence under the form, or none."""
        said = self.query_one(".dialog--said", Static)
        said.set_class(sentence is not None, "-shown")
        if sentence is not None:
            said.update(present.joined((Urgency.LATE.sign, "bold"), " ", sentence))

    def show_consequence(self) -> None:
        """Say anew what saving would do."""
        self.query_one(_Consequence).show(self.consequence())

    def show_refusal(self, refusal: Refusal) -> None:
        """Show why not, at the field it is about, with everything typed kept."""
        field = self._field(refusal.field)
        if field is None:
            self.say(refusal.sentence)
            return
        field.show_error(refusal.sentence)
        self.focus_field(field)

    def focus_field(self, field: Field) -> None:
        """Focus a field and bring it into sight, once it has its place if it was only just shown."""
        self.set_focus(field.focus_target)
        self.call_after_refresh(field.scroll_visible, animate=False)

    def on_resize(self) -> None:
        """The form scrolls in what the lines around it leave, so that what will happen is always in sight."""
        self.query_one(".dialog--form").styles.max_height = max(self.size.height - _AROUND_THE_FORM, 5)
        self.call_after_refresh(self._keep_focus_in_sight)

    # --- keys ---

    def action_letter(self, letter: str) -> None:
        """Pick the choice with this letter; as a capital, pick it without saving and go on to the next field."""
        only_pick = letter.isupper() and not any(
            choice.letter == letter for choices in self.query(ChoiceList) for choice in choices.choices
        )
        picked = self._pick(letter)
        if picked is None and only_pick:
            picked = self._pick(letter.lower())
        if picked is None:
            return
        self.show_consequence()
        try:
            self.draft()
        except Refusal as missing:
            self._go_on(picked, missing)
        else:
            if only_pick or not self.SAVES_ON_LETTER:
                self._go_on(picked, None)
            else:
                self.action_submit()

    def action_enter(self) -> None:
        """Save, from a choice or a line; elsewhere the key is the widget's own."""
        if not isinstance(self.focused, Input | ChoiceList | None):
            raise SkipAction
        self.action_submit()

    def action_submit(self) -> None:
        """Save if nothing is missing; keys pressed meanwhile wait for the outcome."""
        if self._saving or not self.is_current:
            return
        try:
            draft = self.draft()
        except Refusal as refusal:
            self.show_refusal(refusal)
            return
        self._saving = True
        self.app.hold_keys(self._save(draft))

    def action_close_dialog(self) -> None:
        """Close without saving; the first time with text in it, only ask."""
        if self.typed_something and not self._asked_to_drop:
            self._asked_to_drop = True
            save, drop = self.app.key_of("submit"), self.app.key_of("dismiss_dialog")
            self.say(f"What you typed is not saved: {save} saves it, {drop} again drops it.")
            return
        if left := self.nothing_saved():
            self.app.say(left, calm=True)
        self.dismiss()

    async def _save(self, draft: Any) -> None:
        self.say(None)
        slow = self.set_timer(SAYS_SAVING_AFTER, lambda: self.say("Saving …"))
        try:
            result = await self.carry_out(draft)
        finally:
            slow.stop()
            self._saving = False
        self.say(None)
        if isinstance(result, Refusal):
            self.show_refusal(result)
            return
        self.dismiss()
        self._then(result)

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(ChoiceList.Changed)
    def _something_changed(self, event: Input.Changed | TextArea.Changed | ChoiceList.Changed) -> None:
        control = event.control
        for field in self.query(Field):
            if control is field.control or (control is not None and field.control in control.ancestors):
                field.show_error(None)
        if self._asked_to_drop:
            self._asked_to_drop = False
            self.say(None)
        self.show_consequence()
        if control is self.focused and isinstance(control, ChoiceList):
            self.call_after_refresh(self._keep_focus_in_sight)

    def _keep_focus_in_sight(self) -> None:
        """Scroll to the field that has the focus; of a list taller than the form, to the choice selected."""
        focused, form = self.focused, self.query_one(".dialog--form")
        if focused is None or not self.is_current:
            return
        fields = [widget for widget in focused.ancestors if isinstance(widget, Field)]
        fitting = next((widget for widget in (*fields, focused) if widget.size.height <= form.size.height), None)
        if fitting is not None:
            fitting.scroll_visible(animate=False)
        elif isinstance(focused, ChoiceList) and focused.chosen_line is not None:
            line = focused.region.offset - form.content_region.offset + form.scroll_offset + (0, focused.chosen_line)
            form.scroll_to_region(Region(*line, 1, 1), animate=False)

    def _pick(self, letter: str) -> ChoiceList[Any] | None:
        """Pick by letter; the list it was in, if any."""
        return next((choices for choices in self._lists_in_turn(letter) if choices.pick(letter)), None)

    def _lists_in_turn(self, letter: str) -> list[ChoiceList[Any]]:
        """The lists a letter may mean: the focused one, then those without a choice yet, then the others."""
        lists = [choices for choices in self.query(ChoiceList) if choices.display]
        if self.LETTERS_STAY and isinstance(self.focused, ChoiceList):
            having = [choices for choices in lists if any(choice.letter == letter for choice in choices.choices)]
            return [self.focused, *(having if len(having) == 1 and not self.SAVES_ON_LETTER else ())]
        return sorted(lists, key=lambda choices: (choices is not self.focused, choices.chosen is not None))

    def _go_on(self, picked: ChoiceList[Any], missing: Refusal | None) -> None:
        field = self._field(missing.field if missing else None)
        if field is not None:
            self.focus_field(field)
        elif missing is not None:
            self.show_refusal(missing)
        else:
            self.set_focus(picked)
            self.focus_next()

    def _field(self, name: str | None) -> Field | None:
        return next((field for field in self.query(Field) if name and name in (field.field, field.also)), None)

    def _typing_places(self) -> list[Widget]:
        return [widget for widget in self.query("Input, TextArea") if widget.display]


class _Consequence(Static):
    """Words that may change at every key; the dialog is laid out anew only when they take more lines, or fewer."""

    def show(self, words: Content) -> None:
        """Show these words."""
        width = self.content_size.width
        fits = width > 0 and words.get_height({}, width) == self.content_size.height
        self.update(words, layout=not fits)


def _typed(widget: Widget) -> str:
    return widget.text if isinstance(widget, TextArea) else str(getattr(widget, "value", ""))
