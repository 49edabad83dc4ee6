"""The two halves of a session's screen: the at bat in front, and what may come of it."""

from __future__ import annotations

from collections.abc import Callable

from textual import getters
from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.session.company import CompanyPane
from screens.session.outcomes import Outcomes, offered
from screens.session.words import story, to_say, who, why_now
from store.queries.session import Turn
from store.vocabulary import Channel, Disposition
from tui import present
from tui.frame import Frame
from tui.widgets.choice_list import Choice

_MUTED, _KEY = "$muted", "bold $footer-key-foreground"
_PAST = {"-middle": 58, "-wide": 72}  # cells of the pane beside it, as in the stylesheet
_PAST_OF_THREE = 58
_THREE = 180  # cells of a window in which a third pane has room
_LOW = 30  # lines of a window under which everything is said shorter


class Front(Container):
    """Who, why now, what to say and what may come of it; at the right, or below in a narrow window, what came before.

    In a very wide window the company has a pane of its own, and what may come of it stands under what to say.
    """

    app = getters.app(Frame)

    def __init__(self, pick: Callable[[Disposition], None]) -> None:
        super().__init__()
        self._pick = pick

    def compose(self) -> ComposeResult:
        """The pieces of text, and the letters."""
        with Vertical(id="front"):
            yield Static(id="who")
            yield Static(id="why-now")
            with VerticalScroll(id="say", can_focus=False):
                yield Static(id="script")
                yield Static(id="story-below")
        with VerticalScroll(id="past", can_focus=False):
            yield Static(id="story")
        yield CompanyPane()
        yield Came(self._pick)

    def show(self, turn: Turn) -> None:
        """Show this at bat, for the room that there is."""
        card = turn.card
        app, now = self.app, self.app.desk.now()
        assert app.person is not None
        rules, me = app.team.rules, app.person
        width = app.size.width - 4
        pane = next((cells for name, cells in _PAST.items() if self.screen.has_class(name)), None)
        self.query_one("#who", Static).update(who(card, now, rules, width, tall=app.size.height >= _LOW))
        self.query_one("#why-now", Static).update(why_now(turn, me.id, now, app.zone, rules))
        self.query_one("#script", Static).update(to_say(turn, now, app.zone, me.name))
        three = app.size.width >= _THREE
        self.set_class(three, "-three")
        pane = _PAST_OF_THREE if three else pane
        self.query_one(CompanyPane).show(card if three else None)
        past = story(card, now, app.zone, me.name, width if pane is None else pane - 4, alone=not three)
        self.query_one("#story", Static).update(Content() if pane is None else past)
        self.query_one("#story-below", Static).update(past if pane is None else Content())

    def to_top(self) -> None:
        """Begin to read at the top."""
        for pane in self.query(VerticalScroll):
            pane.scroll_home(animate=False)

    def read_on(self, way: int) -> None:
        """Scroll what does not fit, half a pane on or back."""
        for pane in self.query(VerticalScroll):
            pane.scroll_relative(y=way * max(pane.size.height // 2, 1), animate=False)


class Came(Vertical):
    """What may come of it, a letter each, under a line that says what the letters mean now."""

    app = getters.app(Frame)
    outcomes = getters.query_one("#outcomes", Outcomes)

    def __init__(self, pick: Callable[[Disposition], None]) -> None:
        super().__init__()
        self._pick = pick
        self._channel = Channel.CALL
        self._commanding = False

    def compose(self) -> ComposeResult:
        """Title, what the planned channel may bring, what another may, and in a low window what the first will do."""
        others = Outcomes(self._pick, id="others")
        yield Static(id="came-title")
        yield Outcomes(self._pick, others, id="outcomes")
        yield others
        yield Static(id="foretold")

    def show(self, channel: Channel, hint: Callable[[Disposition], str]) -> None:
        """Show the outcomes of a step; ``hint`` says what one will do."""
        self._channel = channel
        planned, others = offered(channel, self.app.team.rules, self.app.keys, hint)
        low = self.app.size.height < _LOW
        foretold = self.query_one("#foretold", Static)
        foretold.display = low
        if planned:
            first = planned[0]
            words = f"{first.letter} {first.words}: {first.hint}"
            foretold.update(present.content(words, _MUTED, newlines=False))
        if low:
            planned = [Choice(choice.letter, choice.value, choice.words) for choice in planned]
        self.outcomes.set_choices(planned)
        self.query_one("#others", Outcomes).set_choices(others)
        self._show_title()

    def mean(self, *, commands: bool) -> None:
        """Let letters be commands, or what came of it."""
        self._commanding = commands
        self.screen.set_focus(None if commands else self.outcomes)
        self._show_title()

    @property
    def commanding(self) -> bool:
        """Whether letters are commands now."""
        return self._commanding

    def _show_title(self) -> None:
        what = f"what came of the {self._channel.label}"
        means, then, other = what, "  a letter, or two in brackets, logs it and goes on · ", " for commands"
        if self._commanding:
            means, then, other = "letters are commands, as on every screen", "  ", f" for {what}"
        key = self.app.key_of("letters")
        said = present.joined((means, "bold"), (then, _MUTED), (key, _KEY), (other, _MUTED))
        self.query_one("#came-title", Static).update(said)
