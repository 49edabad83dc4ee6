"""Every command once: from this one table come bindings, footer, help screen, palette and the README's key table.

A letter means the same on every screen. Inside a dialog letters name its choices, so dialogs have commands of
their own on keys that type nothing. People change keys by a command's ``id`` in their config file. What moves in a
list is bound by the list itself (``tui.widgets.line_table``), under the same ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS, KEY_TO_UNICODE_NAME, Keys, _character_to_key, key_to_character


class Where(StrEnum):
    """Where a command can be pressed; the value is its heading in the help."""

    LEADS = "on a lead"
    QUEUE = "in the queue"
    TIMELINE = "in a timeline"
    SESSION = "in a session"
    DEALS = "on an opportunity"
    DEAL_LIST = "in the list of opportunities"
    ACCOUNT = "on a company's page"
    RECYCLING = "on the recycling list"
    TEAM = "on the team's board"
    SPOT_CHECKS = "on the spot checks"
    REPORTS = "in the reports"
    LIST = "moving in a list"
    MARKS = "marking rows"
    EVERYWHERE = "everywhere"
    DIALOG = "in a dialog"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do, with the key it has unless remapped (several are parted by commas).

    What is seldom done has no key: the palette has it. ``action`` is the Textual action it runs (its id, if not
    given); ``footer`` its rank in the footer, from 1, or 0 to stay out of it; ``dangerous`` marks what ends an at bat
    for good; ``also`` names other places it works in.
    """

    id: str
    key: str
    words: str
    tooltip: str
    where: Where
    footer: int = 0
    dangerous: bool = False
    action: str = ""
    priority: bool = False
    also: tuple[Where, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys as Textual names them."""
        return tuple(textual_key(key) for key in self.key.split(",") if key.strip())

    def binding(self) -> Binding:
        """The Textual binding of this command; its id lets a keymap move it."""
        return Binding(
            ",".join(self.keys),
            self.action or self.id,
            self.words,
            show=bool(self.footer),
            tooltip=self.tooltip,
            id=self.id,
            priority=self.priority,
        )


_LEADS, _QUEUE, _TIMELINE, _SESSION = Where.LEADS, Where.QUEUE, Where.TIMELINE, Where.SESSION
_LIST, _MARKS, _ALL, _DIALOG = Where.LIST, Where.MARKS, Where.EVERYWHERE, Where.DIALOG

COMMANDS: tuple[Command, ...] = (
    Command("log", "l", "log", "Log a touch: what was done and what came of it.", _LEADS, 1),
    Command("convert", "c", "convert", "Convert: an opportunity or a booked meeting.", _LEADS, 2, dangerous=True),
    Command("close", "x", "close", "End this at bat with an outcome and a reason.", _LEADS, 3, dangerous=True),
    Command("callback", "b", "callback", "Promise to call back, at a time as you would say it.", _LEADS, 4),
    Command("accept", "a", "accept", "Take this lead on.", _LEADS, 5),
    Command("snooze", "s", "snooze", "Put the next step off; no clock stops.", _LEADS, 11),
    Command("extend", "M", "more time", "Give it more time before its window is over, with a reason.", _LEADS),
    Command("note", "n", "note", "Write something down about this at bat.", _LEADS, 10),
    Command("status", "t", "status", "Set the status by hand where it is wrong (kept as an override).", _LEADS),
    Command("qualify", "Q", "qualify", "Answer need, budget, authority and timeline.", _LEADS, 12),
    Command("reassign", "r", "reassign", "Reassign to yourself, a team lead to anybody; no clock starts anew.", _LEADS),
    Command("motion", "", "set motion", "Work it by another motion; no clock that runs is lengthened.", _LEADS),
    Command("campaign", "", "set campaign", "Say which campaign it belongs to; what happened stays.", _LEADS),
    Command("lift", "", "lift suppression", "Team lead: let who is suppressed be worked again, with a reason.", _LEADS),
    Command("person", "p", "person", "Add a person to this at bat, with the part they play.", _LEADS),
    Command("reverse", "U", "reverse", "Team lead: take back a conversion of today, with a reason.", _LEADS),
    Command("set_back", "", "set back", "Team lead: set the stage back where it was wrong, with a reason.", _LEADS),
    Command("approve", "A", "approve", "Approve, or send back, a closing that waits for a team lead.", _LEADS),
    Command("signal", "w", "signal", "Record something they did: what it does is said beforehand.", _LEADS),
    Command("calendar", "I", "calendar file", "Write the callback or meeting as an .ics file.", _LEADS),
    Command("explain", "W", "explain", "Why it stands here: what rules did, what holds it, what comes next.", _LEADS),
    Command("timeline", "enter", "timeline", "Everything that ever happened with this person.", _LEADS, 6),
    Command("company", "C", "company", "The whole company: everybody there, both pools, one stream.", _LEADS, 15),
    Command("edit", "E", "edit", "Edit a name, title, number, address or employer.", _LEADS, 16),
    Command("open", "o", "call or write", "Open your phone or mail program on this number or address.", _LEADS),
    Command("copy", "y", "copy", "Copy the number or address.", _LEADS),
    Command("session", "S", "session", "Call through this list, or its marked rows, one at bat at a time.", _QUEUE, 7),
    Command("saved_view", "v", "view", "The next saved view: all, hot, callbacks, expiring and your own.", _QUEUE),
    Command("save_view", "V", "save view", "Keep what is shown as a view of your own; rename or remove one.", _QUEUE),
    Command("order", "O", "order", "Order by score, value, last touch, company, age, or due time again.", _QUEUE),
    Command("later", "d", "later", "Show or hide what is due later.", _QUEUE),
    Command("claim_next", "N", "take next", "Take the best at bat that nobody has; it is yours, and accepted.", _QUEUE),
    Command("refresh", "R", "refresh", "Take in what others changed; until then nothing moves.", _QUEUE),
    Command("previous_lead", "left_square_bracket", "previous", "The lead before this one in the list.", _TIMELINE, 7,
            also=(_SESSION,)),
    Command("next_lead", "right_square_bracket", "next", "The lead after this one in the list.", _TIMELINE, 7,
            also=(_SESSION,)),
    Command("amend", "e", "amend", "Amend the touch you logged within the last day.", _TIMELINE),
    Command("filter", "f", "filter", "Narrow the list, or a timeline, letter by letter; esc shows all of it again.",
            _TIMELINE, also=(_QUEUE, Where.ACCOUNT)),
    Command("kinds", "h", "hide", "Hide or show kinds of entries.", _TIMELINE),
    Command("use_reference", "", "use as reference", "Count that this person speaks for us, twice a quarter.",
            _TIMELINE, also=(Where.ACCOUNT,)),
    Command("timer", "T", "timer", "Start or stop the call's time; opening the phone program starts it too.", _SESSION),
    Command("copy_script", "Y", "copy script", "Copy what to say, with the names filled in.", _SESSION),
    Command("letters", "tab", "letters", "What the letters mean: what came of it, or the commands as everywhere.",
            _SESSION),
    Command("spot_checks", "J", "spot checks", "Judge five random changes of status of each rep and month.",
            Where.TEAM, 4),
    Command("cell_left", "left", "figure before", "The figure at the left.", Where.REPORTS),
    Command("cell_right", "right", "next figure", "The figure at the right; in the list of reports: into the report.",
            Where.REPORTS),
    Command("compare", "equals_sign", "compare", "Against the period before, or alone again.", Where.REPORTS, 4),
    Command("save_report", "X", "save", "Save the report as a page, a table or data.", Where.REPORTS, 7),
    Command("list.down", "j,down", "down", "Next row.", _LIST),
    Command("list.up", "k,up", "up", "Previous row.", _LIST),
    Command("list.first", "g,home", "first", "Top.", _LIST),
    Command("list.last", "G,end", "last", "Bottom.", _LIST),
    Command("list.page_down", "pagedown", "page down", "One page down.", _LIST),
    Command("list.page_up", "pageup", "page up", "One page up.", _LIST),
    Command("list.half_down", "ctrl+d", "half down", "Half a page down.", _LIST),
    Command("list.half_up", "ctrl+u", "half up", "Half a page up.", _LIST),
    Command("list.mark", "space", "mark", "Mark or unmark this row and go on; commands act on all marked.", _MARKS, 13),
    Command("list.mark_all", "ctrl+a", "mark all", "Mark every row, or none.", _MARKS),
    Command("find", "slash", "find", "Find a person, company, opportunity, phone or e-mail.", _ALL, 8),
    Command("undo", "u", "undo", "Undo the last thing you did (for ten minutes).", _ALL, 9),
    Command("new_lead", "i,plus", "new", "An inbound call: a new account, person and lead in one go.", _ALL),
    Command("back", "escape,backspace", "back", "Back to where you came from, same row, same place.", _ALL),
    Command("view_queue", "1", "queue", "Your queue: the best next at bat first.", _ALL, action="view('queue')"),
    Command("view_deals", "2", "deals", "Opportunities: what was handed to you first.", _ALL, action="view('deals')"),
    Command("view_recycling", "3", "recycling", "Who may come back: now and in the weeks to come, with what.", _ALL,
            action="view('recycling')"),
    Command("view_team", "4", "team", "The team now: who is on what, what is late, and how the day goes.", _ALL,
            action="view('team')"),
    Command("view_reports", "5", "reports", "Every figure of the field, with the records it counts.", _ALL,
            action="view('reports')"),
    Command("alerts", "exclamation_mark", "alerts", "What needs a word from you: late, unrouted, silent, to approve.",
            _ALL),
    Command("help", "question_mark", "help", "What can be pressed here, and what each status means.", _ALL, 14),
    Command("palette", "colon,ctrl+p", "commands", "Find a command by its words.", _ALL),
    Command("theme", "ctrl+t", "dark or light", "Change between the dark and the light theme.", _ALL),
    Command("bell", "B", "bell", "Silence the bell until you leave, or let it ring again.", _ALL, action="silence"),
    Command("quit", "ctrl+q", "quit", "Save what is under way and leave.", _ALL, priority=True),
    Command("submit", "ctrl+s", "save", "Save what the dialog says it will do.", _DIALOG, 1),
    Command("anyone", "ctrl+o", "you or anyone", "A callback: yours, or anyone's of the team.", _DIALOG),
    Command("allowed_hour", "ctrl+n", "allowed hour", "Take the next time at which they may be called.", _DIALOG),
    Command("when", "f2", "other time", "In the log dialog: when it was, if that was not now.", _DIALOG),
    Command("dismiss_dialog", "escape,ctrl+g", "close", "Close without saving; asks once if you typed something.",
            _DIALOG, 2, action="close_dialog"),
)  # fmt: skip

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}


def _on_a_deal(id: str, words: str, tooltip: str, footer: int = 0, *, dangerous: bool = False) -> Command:
    """What a lead's command does on an opportunity, under the same key."""
    return replace(BY_ID[id], words=words, tooltip=tooltip, where=Where.DEALS, footer=footer, dangerous=dangerous)


def _in_the_list(id: str, words: str, tooltip: str, footer: int = 0) -> Command:
    """What a command of the queue does in the list of opportunities, likewise."""
    return replace(_on_a_deal(id, words, tooltip, footer), where=Where.DEAL_LIST, also=())


DEAL_COMMANDS: tuple[Command, ...] = (
    _on_a_deal("log", "log", "Log a call, an e-mail or a meeting with somebody on it.", 2),
    _on_a_deal("callback", "callback", "Promise to call somebody on it; due, it comes to the top.", 7),
    _on_a_deal("accept", "accept", "Take on what was handed to you.", 1),
    _on_a_deal("close", "end", "End it: won, lost, or a hand-over rejected, with a reason.", 3, dangerous=True),
    _on_a_deal("status", "stage", "Set the stage.", 4),
    _on_a_deal("edit", "edit", "Edit amount, close date, probability, name or owner.", 5),
    _on_a_deal("timeline", "story", "Everything that happened on it and on the at bats it came from.", 6),
    _on_a_deal("reassign", "hand over", "Hand it to an account executive, who accepts or rejects it.", 9),
    _on_a_deal("person", "people", "The part each person plays, who is primary, who joins and who leaves.", 8),
    _on_a_deal("note", "note", "Write something down about it.", 10),
    _on_a_deal("calendar", "calendar file", "Write the callback promised or the meeting on it as an .ics file."),
    _on_a_deal("company", "company", "The whole company: everybody there, both pools, one stream."),
    _on_a_deal("open", "call or write", "Open your phone or mail program on its primary contact."),
    _on_a_deal("copy", "copy", "Copy the number or address of its primary contact."),
    _in_the_list("filter", "filter", "Narrow the list letter by letter; esc shows all of it again.", 11),
    _in_the_list("order", "order", "Order by close date, amount, stage, unmoved longest, company, or due again."),
    _in_the_list("later", "ended", "Show or hide what was won or lost in the last 90 days.", 12),
    _in_the_list("refresh", "refresh", "Take in what others changed; until then nothing moves."),
)


def _coming_back(id: str, words: str, tooltip: str, footer: int = 0) -> Command:
    """What a command does on the recycling list, under the same key."""
    return replace(BY_ID[id], words=words, tooltip=tooltip, where=Where.RECYCLING, footer=footer, also=())


RECYCLING_COMMANDS: tuple[Command, ...] = (
    _coming_back("accept", "bring back", "A new at bat: yours, or whose the rules say. A team lead has it routed.", 1),
    _coming_back("timeline", "timeline", "Everything that ever happened with this person.", 2),
    _coming_back("company", "company", "The whole company: everybody there, both pools, one stream.", 3),
    _coming_back("edit", "edit", "Edit a name, title, number, address or employer."),
    _coming_back("open", "call or write", "Open your phone or mail program on this number or address."),
    _coming_back("copy", "copy", "Copy the number or address."),
    _coming_back("filter", "filter", "Narrow the list letter by letter; esc shows all of it again.", 4),
    _coming_back("order", "order", "Order by track, company, number of at bats, last words, or due again.", 5),
    _coming_back("later", "to come", "Show or hide who may come back in the weeks to come.", 6),
    _coming_back("refresh", "refresh", "Take in what others changed; until then nothing moves."),
)
TEAM_COMMANDS: tuple[Command, ...] = (
    replace(BY_ID["timeline"], words="queue", tooltip="This rep's queue as it stands; esc comes back to the same row.",
            where=Where.TEAM, footer=1),
    replace(BY_ID["approve"], words="approvals", tooltip="What waits for a team lead's word: of this rep, or of all.",
            where=Where.TEAM, footer=2),
    replace(BY_ID["edit"], words="rep", tooltip="Say of this rep: away, back, nothing new, another share, leaving.",
            where=Where.TEAM, footer=3),
    replace(BY_ID["approve"], words="judge", tooltip="Right, or wrong: say what it should have been.",
            where=Where.SPOT_CHECKS, footer=1),
    replace(BY_ID["timeline"], tooltip="Everything that happened with this person, to judge by.",
            where=Where.SPOT_CHECKS, footer=2),
)  # fmt: skip


def _in_reports(id: str, words: str, tooltip: str, footer: int = 0) -> Command:
    """What a command does in the reports, under the same key."""
    return replace(BY_ID[id], words=words, tooltip=tooltip, where=Where.REPORTS, footer=footer, also=())


# What nobody guesses comes first in the line of keys: a narrow window has room for six or seven.
REPORT_COMMANDS: tuple[Command, ...] = (
    _in_reports("timeline", "records", "Exactly the records that this figure counts; in the list: the report.", 8),
    _in_reports("saved_view", "report", "Go to a report by its letter.", 1),
    _in_reports("filter", "filter", "Narrow it by days, team, rep, motion, source, campaign or segment.", 2),
    _in_reports("previous_lead", "before", "The period before this one.", 3),
    _in_reports("next_lead", "after", "The period after this one.", 3),
    _in_reports("order", "order", "Order by this column: largest first, smallest first, as it was.", 5),
    _in_reports("kinds", "chart", "Show or hide the chart.", 6),
    _in_reports("refresh", "count again", "Count again, with what was done since.", 9),
)
_OF_OTHER_PLACES = (*DEAL_COMMANDS, *RECYCLING_COMMANDS, *TEAM_COMMANDS, *REPORT_COMMANDS)

_KEY_LABELS = {"escape": "esc", "pagedown": "page down", "pageup": "page up", "space": "space"}
_SYMBOLS = {short: unicode_name for unicode_name, short in KEY_NAME_REPLACEMENTS.items()}
# Terminals send these as another key (ctrl+m is enter, ctrl+h backspace …) or not at all.
_UNREACHABLE = frozenset({"ctrl+m", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+enter"})
_RESERVED = frozenset({"tab", "shift+tab", "ctrl+c"})
_NAMED_KEYS = frozenset(key.value for key in Keys) | frozenset(KEY_TO_UNICODE_NAME)


def textual_key(key: str) -> str:
    """A key as Textual names it: ``?`` becomes ``question_mark``; longer names stay."""
    key = key.strip() or key
    return _character_to_key(key) if len(key) == 1 else key


def key_label(key: str) -> str:
    """A Textual key as people read it: ``question_mark`` is ``?``, ``escape`` is ``esc``."""
    if label := _KEY_LABELS.get(key):
        return label
    character = key_to_character(_SYMBOLS.get(key, key))
    return character if character and character.isprintable() and not character.isspace() else key


def bindings(*where: Where) -> list[Binding]:
    """The bindings of every command of these places."""
    return [command.binding() for command in commands_of(where) if command.keys]


def commands_of(where: Iterable[Where]) -> list[Command]:
    """The commands of these places, in the table's order."""
    places = frozenset(where)
    return [
        *(command for command in _OF_OTHER_PLACES if command.where in places),
        *(command for command in COMMANDS if command.where in places or not places.isdisjoint(command.also)),
    ]


class KeyChoices:
    """A person's own keys, checked against the table.

    ``accepted`` maps command ids to keys, for Textual's keymap; ``problems`` says, a sentence each, what was refused.
    A refused entry leaves that command on its usual key.
    """

    def __init__(self, wanted: Mapping[str, str] | None = None) -> None:
        self.accepted: dict[str, str] = {}
        self.problems: list[str] = []
        for command_id, keys in (wanted or {}).items():
            if problem := _problem(command_id, keys):
                self.problems.append(problem)
            else:
                self.accepted[command_id] = ",".join(textual_key(key) for key in _split(keys))
        while clash := self._clash():
            self.problems.append(clash)

    def keys(self, command: Command) -> tuple[str, ...]:
        """The keys of a command as Textual names them, after remapping."""
        chosen = self.accepted.get(command.id)
        return tuple(chosen.split(",")) if chosen else command.keys

    def label(self, command: Command) -> str:
        """The first key of a command as people read it."""
        return key_label(keys[0]) if (keys := self.keys(command)) else ""

    def labels(self, command: Command) -> str:
        """All keys of a command as people read them: ``esc or backspace``."""
        return " or ".join(key_label(key) for key in self.keys(command))

    def _clash(self) -> str | None:
        """Take one clashing override back and say so; None when no key is used twice."""
        taken: dict[tuple[bool, str], Command] = {}
        for command in sorted(COMMANDS, key=lambda command: command.id in self.accepted):
            for key in self.keys(command):
                first = taken.setdefault((command.where is Where.DIALOG, key), command)
                if first is not command:
                    refused = command if command.id in self.accepted else first
                    kept = first if refused is command else command
                    del self.accepted[refused.id]
                    return (
                        f"The key {key_label(key)} for {refused.id} is already {kept.id}: "
                        f"{refused.id} stays on {self.labels(refused)}; choose another key in the config file."
                    )
        return None


def _split(keys: str) -> list[str]:
    return [","] if keys.strip() == "," else [key for key in keys.split(",") if key.strip()]


def _problem(command_id: str, keys: object) -> str | None:
    """Why an override cannot be taken, as a sentence; None if it can."""
    command = BY_ID.get(command_id)
    if command is None:
        from difflib import get_close_matches  # only for a mistake

        near = get_close_matches(command_id, BY_ID, 1)
        meant = f"did you mean {near[0]}?" if near else "`?` and the README list them."
        return f"The keymap names {command_id!r}, which is no command: {meant}"
    if not command.keys:
        return f"The keymap names {command_id}, which has no key: the palette has it."
    if not isinstance(keys, str) or not _split(keys):
        return f'The keymap gives {command_id} no key: write one such as {command_id} = "f2".'
    for key in map(textual_key, _split(keys)):
        base = key.rpartition("+")[2] or key
        if len(base) > 1 and base not in _NAMED_KEYS and not (key_to_character(base) or "é").isascii():
            return f"The keymap gives {command_id} the key {key!r}, which is no key: try a letter, f2 or ctrl+t."
        if key in _UNREACHABLE or key.startswith("ctrl+shift+"):
            return f"The keymap gives {command_id} {key}, which terminals do not send: choose another key."
        if key in _RESERVED:
            return f"The keymap gives {command_id} {key}, which moves between fields or copies: choose another key."
        if command.where is Where.DIALOG and key_to_character(key) is not None:
            return f"The keymap gives {command_id} {key_label(key)}, but letters name choices in dialogs: try ctrl+t."
    return None


def key_table_markdown() -> str:
    """The README's table of keys, a Markdown table per place."""
    usual = KeyChoices()
    parts = []
    every = (*COMMANDS, *_OF_OTHER_PLACES)
    for where in (where for where in Where if any(command.where is where for command in every)):
        lines = [f"**{where.value.capitalize()}**", "", "| key | command | does |", "| --- | --- | --- |"]
        for command in (command for command in every if command.where is where):
            keys = " ".join(f"`{key_label(key)}`" for key in usual.keys(command))
            lines.append(f"| {keys} | {command.id} | {command.tooltip} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
