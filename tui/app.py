"""The composition root: which screens and dialogs there are, how the app starts, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.filter import LineFilter
from textual.worker import WorkerFailed

from store.actor import Actor
from store.errors import StoreError
from store.instants import MINUTE, SECOND, Instant
from tui.bell import Bell
from tui.commands import KeyChoices, Where, bindings
from tui.config import ConfigError, Goals
from tui.desk import Change, Desk, Done
from tui.frame import Frame, MainView, Person, TeamFacts, load_class
from tui.garbage import Garbage
from tui.lead_screen import LeadScreen
from tui.logs import record_fault
from tui.places import ASK, DIALOGS, MAIN_VIEWS, SCREENS, STYLED, first_view, screen_of
from tui.programs import Programs
from tui.terminal_end import GONE_WITHIN, die
from tui.terminal_filter import COLOUR_FILTER, TERMINAL_FILTER
from tui.theme import THEMES
from tui.upkeep import Upkeep
from tui.view import View

if TYPE_CHECKING:
    from store.rules_kept import RulesFile

log = logging.getLogger(__name__)

WARM_AFTER = 0.2  # seconds after the first frame
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def _command_provider() -> type[Provider]:
    from tui.palette import CommandProvider  # when the palette is first opened

    return CommandProvider


class AtBat(Frame, inherit_bindings=False):
    """At Bat, once its desk is open."""

    TITLE = "At Bat"
    # All at once: a stylesheet that comes with a screen makes Textual parse every other one again.
    CSS_PATH = [
        "tui.tcss",
        *(f"../screens/{name}/{name}.tcss" for name in STYLED),
    ]
    ENABLE_COMMAND_PALETTE = False  # Textual would bind it inside dialogs too; the table binds it
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_command_provider}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-middle"), (160, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Where.EVERYWHERE),
        Binding("ctrl+c", "say_quit", show=False, system=True),
    ]

    def __init__(
        self,
        desk: Desk,
        team: TeamFacts,
        person: Person | None,
        *,
        people: Sequence[Person] = (),
        remember: Callable[[str], None] = lambda name: None,
        keep_theme: Callable[[str], None] = lambda name: None,
        keys: KeyChoices | None = None,
        theme: str | None = None,
        log_file: Path = Path("atbat.log"),
        views: tuple[MainView, ...] | None = None,
        dialogs: dict[str, str] | None = None,
        upkeep: Upkeep | None = None,
        programs: Programs | None = None,
        goals: Goals | None = None,
        bell: Bell | None = None,
        calendar_folder: Path | None = None,
        rules_file: RulesFile | None = None,
        rules_problem: str = "",
        first_words: str = "",
        ticks: bool = False,
    ) -> None:
        """Without a ``person`` the app asks which of ``people`` it is, and hands the name to ``remember``.

        With ``ticks`` the rules are applied at the start and every minute.

        ``rules_file`` is looked at every minute; ``rules_problem`` is what was wrong with it at the start.

        ``keep_theme`` gets the name of a theme chosen here; a ConfigError from it is said.
        """
        views = views or MAIN_VIEWS
        self.DEFAULT_MODE = first_view(views, person) if person is not None else ASK  # type: ignore[misc]  # no blank screen first
        super().__init__(
            desk,
            keys or KeyChoices(),
            views,
            {ASK: "screens.dialogs.person:PersonDialog", **(DIALOGS if dialogs is None else dialogs)},
            team,
            SCREENS,
        )
        self.use_command_palette = True
        self._people = people
        self._remember = remember
        self._keep_theme = keep_theme
        self._log_file = log_file
        self._upkeep = upkeep
        self.programs = programs or Programs()
        self.goals = goals or Goals()
        self.calendar_folder = calendar_folder or Path()
        self._bell = bell
        self._rules_file = rules_file
        self.set_reactive(Frame.rules_problem, rules_problem)
        self._first_words = first_words
        self._ticks = ticks
        self._leaving = False
        self._garbage = Garbage()
        for look in THEMES:
            self.register_theme(look)
        self.theme = theme if theme in self.available_themes else THEMES[0].name
        self._looks = self.get_css_variables()
        self.stylesheet.set_variables(self._looks)
        self.add_mode(ASK, View)
        for view in views:
            self.add_mode(view.id, partial(screen_of, view))
        if person is not None:
            self._sign_in(person)

    def refresh_css(self, animate: bool = True) -> None:
        """Parse the styles again where the theme is another; at the start Textual asks for it without a reason."""
        looks = self.get_css_variables()
        if looks == self._looks:
            self.stylesheet.update(self, animate=animate)
            return
        self._looks = looks
        super().refresh_css(animate=animate)

    async def on_event(self, event: events.Event) -> None:
        """No key waits for garbage to be collected."""
        if isinstance(event, events.InputEvent):
            self._garbage.typed()
        await super().on_event(event)

    # --- start ---

    async def on_load(self) -> None:
        """What must stand before the first screen."""
        self.set_keymap(self.keys.accepted)
        self._tick_clock()
        loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                loop.add_signal_handler(number, self._end_on_signal, number)

    def on_mount(self) -> None:
        """Ask who it is if need be, and begin to follow the store."""
        self.desk.listen(self._store_changed)
        self.desk.watch()
        self.watch(self, "clock", self._listen, init=False)
        self.watch(self, "clock", self._look_at_rules, init=False)
        self.watch(self, "clock", self._let_time_pass, init=False)
        if self.person is None:
            self.open_dialog(ASK, self._people, self._signed_in)
        for problem in [*filter(None, [self.rules_problem]), *self.keys.problems][:1]:
            self.say(problem, urgent=True)
        if self._first_words and self.notice is None:
            self.say(self._first_words, calm=True)
        self.call_after_refresh(self._first_frame_is_there)

    def _first_frame_is_there(self) -> None:
        self._garbage.start()
        if self._upkeep is not None:
            self._upkeep.start(
                partial(self.call_later, self._file_is_damaged),
                partial(self.call_later, partial(self.say, urgent=True)),
            )
        self.set_timer(WARM_AFTER, self._warm)
        self._listen()
        self._let_time_pass()

    def _warm(self) -> None:
        """Load in the background what the first key would otherwise wait for: the dialogs and the holidays."""
        places = [*self._dialog_places.values(), *SCREENS.values()]
        threading.Thread(target=_load, args=(places, self.team, self.desk.now()), name="warm", daemon=True).start()

    def _file_is_damaged(self, sentence: str) -> None:
        self.damaged = True
        self.desk.rescue(sentence)
        self.say(sentence, urgent=True)

    def on_unmount(self) -> None:
        """Give the signals back."""
        self._garbage.stop()
        if threading.current_thread() is threading.main_thread():
            loop = asyncio.get_running_loop()
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _sign_in(self, person: Person) -> None:
        self.desk.actor = Actor(person.id, role=person.role)
        self.zone = person.zone or self.team.zone
        self.person = person
        if self._bell is not None:
            self._bell.forget()

    def _signed_in(self, person: Person) -> None:
        self._sign_in(person)
        try:
            self._remember(person.name)
        except Exception as problem:  # the file is the user's own: the app works without it
            self.say(str(problem), urgent=True)
        self.switch_mode(first_view(self.views, person))
        self._listen()

    def _tick_clock(self) -> None:
        now = self.desk.now()
        self.clock = now
        self.set_timer((MINUTE - now % MINUTE) / SECOND + 0.01, self._tick_clock)

    def _look_at_rules(self) -> None:
        if self._rules_file is not None and not self._leaving:
            self.run_worker(self._take_rules(self._rules_file), group="rules")

    def _let_time_pass(self) -> None:
        if self._ticks and not self._leaving and not self.damaged:
            self.run_worker(self._tick(), group="tick", exclusive=True)

    async def _tick(self) -> None:
        from store.operations.tick import tick  # after the first frame

        await self.desk.let_time_pass(tick)

    async def _take_rules(self, file: RulesFile) -> None:
        """Have the team's rules in force where their file has changed; a bad one changes nothing but is told."""
        found = await self.desk.look_at_rules(file)
        if isinstance(found, StoreError):
            self.rules_problem = str(found)
            self.say(f"The rules stay as they were: {found}", urgent=True)
        elif found is not None:
            self.rules_problem = ""
            self.team = await self.desk.read(team_facts)
            self.say("The rules were changed: the new ones are in force.", news=True)

    def _store_changed(self, change: Change) -> None:
        self.changed.publish(change)
        self._listen(change.done)

    # --- the bell ---

    def _listen(self, done: object = None) -> None:
        """Look whether there is something to ring for, after a write or when a minute has passed."""
        if self._bell is not None and self.person is not None and not self._leaving:
            self.run_worker(self._ring(self._bell, self.person.id, getattr(done, "lead_id", None)), group="bell")

    async def _ring(self, bell: Bell, person_id: int, own: int | None) -> None:
        from store.queries.rings import rings  # after the first frame

        news = bell.news(await self.desk.read(rings, person_id, self.desk.now()), own)
        if not news:
            return
        if bell.on:
            self.bell()
        more = f" · and {len(news) - 1} more" if len(news) > 1 else ""
        self.say(f"{news[0].words}: {news[0].name}{more}", urgent=True, news=True)

    def action_silence(self) -> None:
        """Silence the bell until the program is left, or let it ring again."""
        if self._bell is None:
            self._bell = Bell(on=False)
        self._bell.on = not self._bell.on
        self.say("The bell rings for hot leads, replies and promises." if self._bell.on else "The bell is silent.")

    # --- end ---

    async def action_quit(self) -> None:
        """Save what is under way and leave."""
        self.run_worker(self._leave(0))

    async def _leave(self, code: int, patience: float = GONE_WITHIN) -> None:
        if self._leaving:
            return
        self._leaving = True
        if self._upkeep is not None:
            self._upkeep.stop()
        finished = await self.desk.close(patience)
        sentence = None if finished else Text("A change was still waiting for the database and was not saved.")
        self.exit(code, return_code=code, message=sentence)

    def _end_on_signal(self, number: signal.Signals) -> None:
        code = 128 + number
        backstop = threading.Timer(GONE_WITHIN - 0.1, die, [code])
        backstop.daemon = True
        backstop.start()
        self._ending = asyncio.get_running_loop().create_task(self._leave(code, GONE_WITHIN - 0.5))

    def _handle_exception(self, error: Exception) -> None:
        if not self.is_running and isinstance(error, WorkerFailed):
            log.info("what was being read came after its screen had gone", exc_info=error.error)
            return
        if isinstance(error, WorkerFailed) and isinstance(error.error, StoreError):
            log.error("a read failed", exc_info=error.error)
            self.say(str(error.error), urgent=True)
            return
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        error = self._exception
        cause = error.error if isinstance(error, WorkerFailed) else error
        if self._exit_renderables:
            return  # one sentence is enough: what follows a fault is its echo
        self.bell()
        if isinstance(cause, StoreError):
            log.error("the database failed the screen", exc_info=cause)
            self.panic(Text(str(cause)))
            return
        self.panic(Text(record_fault(cause or RuntimeError("unknown"), self._log_file)))

    def panic(self, *renderables: RenderableType) -> None:
        """End with a sentence: a traceback, which Textual's own threads would print, goes to the log."""
        for renderable in renderables:
            if isinstance(renderable, Text):
                super().panic(renderable)
                continue
            trace = getattr(renderable, "trace", None)
            kinds = ", ".join(stack.exc_type for stack in trace.stacks) if trace is not None else "unknown"
            super().panic(Text(record_fault(RuntimeError(f"outside the screens: {kinds}"), self._log_file)))

    # --- commands that work everywhere ---

    def action_view(self, view: str) -> None:
        """Go to a main view: to itself, whatever lies over this one or was left over it."""
        if self.person is not None:
            self.hold_keys(self._go_to(view))

    def action_alerts(self) -> None:
        """Go to what needs a word from this person."""
        from screens.alerts.screen import AlertScreen  # when first asked for

        if self.person is not None and not isinstance(self.screen, AlertScreen):
            self.open_screen("alerts", None)

    def go_to_view_before(self) -> None:
        """Go back to the view that was in front before; the one a person starts on is home, where esc stays."""
        if self.person is None or self.current_mode != first_view(self.views, self.person):
            super().go_to_view_before()

    def action_help(self) -> None:
        """Show what can be pressed here, and the status guide."""
        from screens.help.screen import HelpScreen  # when first asked for

        screen = self.screen
        lead = screen.current_lead() if isinstance(screen, LeadScreen) else None
        where = screen.WHERE if isinstance(screen, View) else (Where.EVERYWHERE,)
        self.push_screen(HelpScreen(where, lead.lead.status if lead is not None else None))

    def action_palette(self) -> None:
        """Find a command by its words."""
        from tui.palette import Palette  # when first opened

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_theme(self) -> None:
        """Change between dark and light."""
        names = [look.name for look in THEMES]
        self.theme = names[1] if self.theme == names[0] else names[0]
        try:
            self._keep_theme(self.theme)
        except ConfigError as problem:
            self.say(str(problem), urgent=True)

    def action_find(self) -> None:
        """Find anybody."""
        self.open_dialog("find", None, self.say_done)

    def action_new_lead(self) -> None:
        """Make an account, contact and lead from an inbound call."""
        self.open_dialog("new_lead", None, self._done)

    def action_undo(self) -> None:
        """Undo the last act of this person."""
        from store.operations.undo import UndoDraft, undo

        self.do(undo, UndoDraft(), self._undone)

    def _undone(self, done: Any) -> None:
        """An act on many goes back batch by batch, and shows how far it is."""
        if not getattr(done, "act", ""):
            self._done(done)
        elif done.left:
            self.open_dialog("undo_all", done, self._all_undone)
        else:
            self._all_undone(done)

    def _all_undone(self, done: Done) -> None:
        self.say_done(done)
        for screen in self.screen_stack:
            if isinstance(screen, LeadScreen):
                screen.marked_done(done, frozenset())

    def _done(self, done: Done) -> None:
        self.say_done(done)
        if isinstance(screen := self.screen, LeadScreen):
            screen.lead_done(done)

    def action_say_quit(self) -> None:
        """Say how to leave, for whoever pressed ctrl+c."""
        self.say(f"{self.key_of('quit')} leaves.")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Nothing that a terminal would obey gets through from data, and no colour where none is wanted."""
        colours = (COLOUR_FILTER,) if self.no_color else super().get_line_filters()
        return (*colours, TERMINAL_FILTER)


def team_facts(store: Any) -> TeamFacts:
    """What of the team and its rules the screens keep at hand."""
    return TeamFacts(store.zone, store.calendar, store.rules)


def _load(places: Sequence[str], team: TeamFacts, now: Instant) -> None:
    try:
        team.calendar.is_open(now)
        for place in places:
            load_class(place)
    except Exception:  # whoever needs it next says it better
        log.info("could not load ahead", exc_info=True)
