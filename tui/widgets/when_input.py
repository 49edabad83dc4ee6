"""A time as people say it, with what it means said back at every key."""

from __future__ import annotations

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from store.errors import Refusal
from store.instants import Instant
from tui import present
from tui.frame import Frame
from tui.theme import Urgency

LONGEST = 60


class WhenInput(Vertical):
    """An input for a time in the contact's zone (the user's, where theirs is not known, and for the past).

    Words at its end say otherwise: ``15:00 my time``, ``15:00 here``, ``15:00 their time``, ``15:00 there``.
    ``at`` is what the text means, None while it is empty; it raises Refusal for words that mean no time.
    """

    app = getters.app(Frame)
    DEFAULT_CSS = """
    WhenInput { height: auto; }
    WhenInput > Static { height: 1; color: $text-muted; }
    """

    def __init__(self, *, past: bool = False, placeholder: str = "tomorrow 3pm, tue, +2bd, in 2h") -> None:
        """``past`` for something already done, such as yesterday's call: people remember by their own clock."""
        super().__init__()
        self.past = past
        self._placeholder = placeholder
        self._contact_zone: str | None = None

    def compose(self) -> ComposeResult:
        """The input and, under it, the time it means."""
        yield Input(placeholder=self._placeholder, max_length=LONGEST)
        yield Static()

    def reset(self, text: str = "", contact_zone: str | None = None) -> None:
        """Start with ``text``, for a person in ``contact_zone``."""
        self._contact_zone = contact_zone
        self.query_one(Input).select_on_focus = True
        self.query_one(Input).value = text
        self._echo()

    def set_text(self, text: str) -> None:
        """Put words in place of those typed."""
        self.query_one(Input).value = text
        self.query_one(Input).cursor_position = len(text)

    def type_on(self, text: str) -> None:
        """Put the cursor behind these words, so that what is typed next goes on from them."""
        self.query_one(Input).select_on_focus = False
        self.set_text(self.text + text)
        self.screen.set_focus(self.query_one(Input))  # at once, before the next key

    @property
    def text(self) -> str:
        """What was typed."""
        return self.query_one(Input).value

    @property
    def complaint(self) -> str:
        """Why what was typed means no time; empty where it does, or nothing was typed."""
        try:
            self._at(self.app.desk.now())
        except Refusal as refusal:
            return refusal.sentence
        return ""

    @property
    def at(self) -> Instant | None:
        """The instant meant, None for nothing typed; raises Refusal with a sentence that says what to write."""
        return self._at(self.app.desk.now())

    def _at(self, now: Instant) -> Instant | None:
        from store.rules.when import parse_when, whose_time  # only where a time is typed

        if not self.text.strip():
            return None
        words, mine = whose_time(self.text)
        zone = self.app.zone if (self.past if mine is None else mine) else self._theirs
        return parse_when(words, now, zone, self.app.team.calendar, self.past)

    @property
    def _theirs(self) -> str:
        return self._contact_zone or self.app.zone

    def focus_input(self) -> None:
        """Put the cursor into it."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _echo(self) -> None:
        said, meaning = self.query_one(Static), self._meaning()
        rows = 2 if meaning.cell_length > said.size.width > 0 else 1
        if said.styles.height is None or said.styles.height.value != rows:
            said.styles.height = rows
        said.update(meaning, layout=False)

    def _meaning(self) -> Content:
        app = self.app
        now = app.desk.now()
        try:
            at = self._at(now)
        except Refusal as refusal:
            return present.joined((refusal.sentence, Urgency.QUIET.style))
        if at is None:
            return Content()
        theirs = present.exactly(at, self._theirs, now)
        parts = [present.due(at, now) if not self.past else present.ago(at, now), f"{theirs}"]
        ours = present.exactly(at, app.zone, now)
        if ours != theirs:
            parts[1] += " there"
            parts.append(f"{ours} here")
        return present.joined(" · ".join(parts))
