"""A field of a dialog: its label, its control, and under it the sentence about what is wrong with it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui import present
from tui.theme import Urgency


class Field(Vertical):
    """A control with a label and a place for its error; ``field`` is the name that refusals use."""

    DEFAULT_CSS = """
    Field {
        height: auto; margin-top: 1;
        & > .field--label { color: $text-muted; height: 1; }
        & > .field--error { display: none; height: auto; color: $error; }
        &.-wrong > .field--error { display: block; }
        &.-wrong WhenInput > Static { display: none; }
        Input, TextArea { width: 1fr; border: none; padding: 0 1; background: $panel; }
        Input { height: 1; }
        Input:focus, TextArea:focus { background: $input-selection-background; border: none; }
        TextArea { height: 4; }
    }
    """

    def __init__(self, field: str, label: str, control: Widget, *, also: str = "") -> None:
        """``also`` is another name under which refusals may mean this field."""
        super().__init__(id=f"field-{field}")
        self.field = field
        self.also = also
        self.label = label
        self.control = control

    def compose(self) -> ComposeResult:
        """Label, control, error."""
        yield Static(Content(self.label), classes="field--label")
        yield self.control
        yield Static(classes="field--error")

    def show(self, shown: bool) -> None:
        """Show the field or take it away; a list in a field that is away has no letters."""
        self.display = self.control.display = shown

    @property
    def focus_target(self) -> Widget:
        """What gets the focus when this field does: the control, or the first part of it that can have it."""
        parts = [self.control, *self.control.query("*")]
        return next((part for part in parts if part.can_focus), self.control)

    def show_error(self, sentence: str | None) -> None:
        """Mark this field with a sentence, or take the mark away."""
        self.set_class(sentence is not None, "-wrong")
        if sentence is not None:
            said = present.joined((Urgency.LATE.sign, "bold"), " ", sentence)
            self.query_one(".field--error", Static).update(said)


class InlineField(Field):
    """A field with its label at the left: for short controls that belong together."""

    DEFAULT_CSS = """
    InlineField {
        margin-top: 0;
        & > .field--label { dock: left; width: 12; }
        &.-after-a-gap { margin-top: 1; }
    }
    """
