"""What every screen may ask of the app around it: the desk, the keys, one line to say something, a dialog to open."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from textual import events
from textual._styles_cache import StylesCache
from textual.await_complete import AwaitComplete
from textual.reactive import var
from textual.screen import Screen
from textual.signal import Signal
from textual.timer import Timer
from textual.widgets import Input

from store.errors import Refusal
from store.instants import Instant
from store.vocabulary import UserRole
from tui import present
from tui.commands import BY_ID, Command, KeyChoices, Where, commands_of, key_label
from tui.config import Goals
from tui.desk import Change, Desk, Done
from tui.key_order import OrderedKeysApp, Typed
from tui.programs import Programs
from tui.typed_on import TypedOn

if TYPE_CHECKING:
    from store.rules.business import Calendar
    from store.ruleset import RuleSet
    from tui.dialog import Dialog

NOTICE_SECONDS = 8.0
_FULL_STOP = re.compile(r"(?<!\b\w)\.$")  # but for the one of Tom B.
_MARKS = frozenset({"list.mark", "list.mark_all"})
ANSWERS = "-answers"  # the class of a screen that says so when a key does nothing
_MEAN_NOTHING = frozenset({"tab", "shift+tab", "ctrl+c", "enter", "left", "right", "shift", "escape"})
RUNNING = "-running"  # the class of a dialog that the key which closes it stops, even while other keys wait


class Person(Protocol):
    """A user as the screens know one; the rows of ``store.queries`` have more."""

    @property
    def id(self) -> int:
        """The user's id."""

    @property
    def name(self) -> str:
        """The user's name."""

    @property
    def role(self) -> UserRole:
        """What the user may do."""

    @property
    def zone(self) -> str:
        """The user's zone, empty where it is the team's."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for a moment: what was done, what was not (``calm``), or why something cannot be done (``urgent``).

    It belongs to the act it was said of and goes when another opens a dialog; what nobody here did (``news``) stays.
    """

    sentence: str
    urgent: bool = False
    news: bool = False
    calm: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures of the top line: the share of clocks kept (None before the first), what is late, what came back."""

    sla: float | None
    late: int
    came_back: int = 0


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """What the screens know of the team from the start: its zone, working hours and rules."""

    zone: str
    calendar: Calendar
    rules: RuleSet


@dataclass(frozen=True, slots=True)
class MainView:
    """One of the main views: its mode, its name in the top line, and where its screen class is (module:Class).

    ``first_for`` are the roles that start on it.
    """

    id: str
    words: str
    screen: str
    first_for: tuple[UserRole, ...] = ()


def load_class(place: str) -> Any:
    """The class at ``module:Class``, imported when first needed: the first frame pays only for its own screen."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


class Frame(OrderedKeysApp[int]):
    """The app as the screens see it."""

    notice: var[Notice | None] = var(None)
    standing: var[Standing | None] = var(None)
    clock: var[Instant] = var(0)
    person: var[Person | None] = var(None)
    rules_problem: var[str] = var("")  # of the team's rules file, where other rules than its own are in force
    damaged: var[bool] = var(False)  # the file: nothing is written to it any more
    programs = Programs()
    goals = Goals()
    calendar_folder = Path()  # where .ics files go

    def __init__(
        self,
        desk: Desk,
        keys: KeyChoices,
        views: tuple[MainView, ...],
        dialogs: Mapping[str, str],
        team: TeamFacts,
        screens: Mapping[str, str] | None = None,
    ) -> None:
        """``dialogs`` maps a verb to its dialog class (module:Class), ``screens`` a name to a screen over a view."""
        super().__init__()
        self.desk = desk
        self.keys = keys
        self.views = views
        self.team = team
        self.zone = team.zone
        self.changed: Signal[Change] = Signal(self, "changed")
        self._dialog_places = dict(dialogs)
        self._screen_places = dict(screens or {})
        self._screens: dict[str, Any] = {}
        self._dialogs: dict[str, Dialog[Any, Any]] = {}
        self._notice_timer: Timer | None = None
        self._view_before: str | None = None
        self._typed_on = TypedOn()
        self._opened = 0  # how often another screen came in front
        self._act: object = None  # what the person did last: a key, or a command chosen otherwise
        self._said_of: object = None
        self._moves = frozenset(
            key for command in commands_of((Where.LIST,)) if command.id not in _MARKS for key in keys.keys(command)
        )

    # --- saying something ---

    def say(self, sentence: str, *, urgent: bool = False, news: bool = False, calm: bool = False) -> None:
        """Show one line at the foot of the screen for a few seconds."""
        self.notice = Notice(sentence, urgent, news, calm)
        self._said_of = self._act
        if self._notice_timer is not None:
            self._notice_timer.stop()
        self._notice_timer = self.set_timer(NOTICE_SECONDS, self._forget_notice)

    def say_done(self, done: Done) -> None:
        """Say what an operation did, and how to take it back."""
        undoable = done.undo_until is not None
        self.say(f"{_FULL_STOP.sub('', done.sentence)}{self._undoes}" if undoable else done.sentence)

    @property
    def _undoes(self) -> str:
        return f" · {self.key_of('undo')} undoes"

    def refuse(self, why: str) -> None:
        """Say why a dialog does not open; what is typed on, as if it had, is held back."""
        self._typed_on.refused(why)
        self.say(why, urgent=True)

    def key_of(self, command_id: str) -> str:
        """The key a command has for this person, as they read it."""
        return self.keys.label(BY_ID[command_id])

    def let_go(self) -> None:
        """Take away what was said of an earlier act: something else is shown now."""
        if self.notice is not None and not self.notice.news and self._said_of is not self._act:
            self._forget_notice()

    def _forget_notice(self) -> None:
        self.notice = None

    # --- writing without a dialog ---

    def do(self, operation: Callable[..., Any], draft: Any, then: Callable[[Any], None]) -> None:
        """Write at once; keys wait for the outcome. ``then`` gets what was done; a refusal is only said."""
        self.hold_keys(self._do(operation, draft, then))

    async def _do(self, operation: Callable[..., Any], draft: Any, then: Callable[[Any], None]) -> None:
        done = await self.desk.write(operation, draft)
        if isinstance(done, Refusal):
            self.say(done.sentence, urgent=True)
        else:
            then(done)

    # --- dialogs ---

    def open_dialog(self, verb: str, opening: Any, then: Callable[[Any], None]) -> None:
        """Open the dialog of a verb on ``opening``; ``then`` gets its result before the next key is acted on.

        The same dialog serves every opening. One that is open already stays as it is. What its ``prepare`` refuses
        is said and it stays shut; what was said of an earlier act goes when it opens.
        """
        if verb not in self._dialog_places:
            self.refuse(f"This version cannot {BY_ID[verb].words if verb in BY_ID else verb} yet.")
            return
        self.hold_keys(self._open_dialog(verb, opening, then, self._opened))

    async def _open_dialog(self, verb: str, opening: Any, then: Callable[[Any], None], opened: int) -> None:
        if self._opened != opened:
            return  # clicks do not wait as keys do: this one was meant for what is covered by now
        dialog = self._dialogs.get(verb)
        if dialog is None:
            dialog = self._dialogs[verb] = load_class(self._dialog_places[verb])()
            self.install_screen(dialog, f"dialog-{verb}")
        if dialog in self.screen_stack:
            return
        try:
            await dialog.prepare(opening)
        except Refusal as refusal:
            self.refuse(refusal.sentence)
            return
        self._typed_on.opened()
        self._opened += 1
        self.let_go()
        if self.notice is not None:  # of what offers this dialog, in which that key is a letter
            self.notice = replace(self.notice, sentence=self.notice.sentence.removesuffix(self._undoes))
        with self.batch_update():
            await self.push_screen(dialog)
            dialog.begin(opening, then)
            await _taken_in(dialog)
        dialog.check_idle()

    # --- screens over a view ---

    def open_screen(self, name: str, opening: Any) -> None:
        """Push a screen on ``opening``; what its first frame shows is read before it is seen.

        One screen of each name is kept and serves again and again; while it is open, others are made for the moment.
        """
        self.hold_keys(self._open_screen(name, opening, self._opened))

    async def _open_screen(self, name: str, opening: Any, opened: int) -> None:
        if self._opened != opened:
            return  # a second click on what the first one opens
        screen = self._screens.get(name)
        if screen is None:
            screen = self._screens[name] = load_class(self._screen_places[name])()
            self.install_screen(screen, f"screen-{name}")
        elif any(screen in stack for stack in self._screen_stacks.values()):
            screen = load_class(self._screen_places[name])()
        await screen.prepare(opening)
        self._opened += 1
        self.let_go()
        with self.batch_update():
            await self.push_screen(screen)
            screen.begin()

    async def _go_to(self, view: str) -> None:
        """Leave what was opened over the view in front, and go to another: a letter typed next is meant for that."""
        self._opened += 1
        with self.batch_update():
            while len(self.screen_stack) > 1:
                if (put_away := getattr(self.screen, "put_away", None)) is not None:
                    await put_away()  # what it does when it is left by another way than its own
                await self.pop_screen()
            if self.current_mode != view:
                self._view_before = self.current_mode
                self.let_go()
                await self.switch_mode(view)

    def go_to_view_before(self) -> None:
        """Back to the main view that was in front before this one, the first time asked; then there is none."""
        before, self._view_before = self._view_before, None
        if before is not None and any(view.id == before for view in self.views):
            self.hold_keys(self._back_to(before))

    async def _back_to(self, view: str) -> None:
        await self._go_to(view)
        self._view_before = None  # back is no way to go forth again

    def pop_screen(self) -> AwaitComplete:
        """Leave a screen and let go of what it drew: Textual has a cache that is keyed by widgets and keeps them."""
        StylesCache.get_inner_outer.cache_clear()
        self.let_go()
        return super().pop_screen()

    # --- commands ---

    async def run_command(self, command: Command) -> None:
        """Do what a command's key would do on the current screen."""
        self._act = object()
        target = self.focused or self.screen
        for node in target.ancestors_with_self:
            keyless = not command.keys and hasattr(node, f"action_{command.id}")
            if keyless or any(binding.id == command.id for _key, binding in node._bindings):
                await self.run_action(command.action or command.id, node)
                return
        self.say(f"Nothing to {command.words} here.", urgent=True)

    async def _send_key(self, event: Typed) -> None:
        if isinstance(event, events.Paste) and isinstance(self.focused, Input):
            self._make_fit(event, self.focused)
        if isinstance(event, events.Key) and self._typed_on.takes(event, self._moves):
            self.say(f"“{self._typed_on.held}” not taken, nothing was opened: {self._typed_on.why}", urgent=True)
            return
        self._act = event
        await super()._send_key(event)

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """Also say so where a key does nothing on a main screen: silence looks like a program that hangs."""
        handled = await super()._check_bindings(key, priority)
        if not handled and not priority and self.screen.has_class(ANSWERS) and key not in _MEAN_NOTHING:
            help_key = self.key_of("help")
            self.say(f"{key_label(key)} does nothing here · {help_key} says what can be pressed", calm=True)
        return handled

    def _make_fit(self, paste: events.Paste, field: Input) -> None:
        """All lines of a paste as one: an input takes the first only, and nothing of what is longer than it holds."""
        text = " ".join(line.strip() for line in paste.text.splitlines() if line.strip())
        room = len(text)
        if field.max_length:
            room = max(field.max_length - len(field.value) + len(field.selected_text), 0)
        if len(text) > room:
            self.say(f"Only the first {present.count(room, 'letter')} of what was pasted fit here.", urgent=True)
        paste.text = text[:room]

    def _must_not_wait(self, event: Typed) -> bool:
        if not isinstance(event, events.Key):
            return False
        if event.key in self.keys.keys(BY_ID["dismiss_dialog"]):
            return any(screen.has_class(RUNNING) for screen in self.screen_stack[-1:])
        return event.key in self.keys.keys(BY_ID["quit"])


async def _taken_in(screen: Screen[Any]) -> None:
    """Wait until each widget has told the screen what changed of it, so that one frame shows all of it.

    It idles meanwhile, held back from drawing: whoever lets it draw again has to wake it.
    """
    told: asyncio.Queue[None] = asyncio.Queue()
    for _ in [widget for widget in screen.walk_children() if widget.call_later(told.put_nowait, None)]:
        await told.get()
