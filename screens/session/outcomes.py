"""What came of it, a letter each: while these have the focus, the letters shown log and go on."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_letters
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from screens.dialogs.foretold import CHANNEL_OF, told_once
from store.rules.touch import DISPOSITIONS
from store.ruleset import RuleSet
from store.vocabulary import Channel, Disposition
from tui.commands import BY_ID, KeyChoices, key_label
from tui.widgets.choice_list import Choice, ChoiceList

# These keep their letters in a session: the same letter cannot name what came of it there.
_KEPT = ("log", "open", "copy", "undo", "previous_lead", "next_lead", "timer", "find", "help", "back")


class Outcomes(ChoiceList[Disposition], inherit_bindings=False):
    """A letter shown here is what came of it; every other key, and all of them without the focus, are commands.

    ``others`` shows what can come of it by another channel than the planned one; its letters work here too.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(letter, f"letter('{letter}')", show=False) for letter in ascii_letters),
    ]

    def __init__(self, pick: Callable[[Disposition], None], others: Outcomes | None = None, *, id: str) -> None:
        super().__init__(id=id)
        self.can_focus = others is not None
        self._pick = pick
        self._others = others

    def action_letter(self, letter: str) -> None:
        """Log what the letter names."""
        others = self._others.choices if self._others is not None else ()
        for choice in (*self.choices, *others):
            if choice.letter == letter:
                self._pick(choice.value)
                return
        raise SkipAction

    def on_click(self, event: events.Click) -> None:
        """Log what was clicked."""
        rows, columns, width = self._shape(self.size.width)
        index = min(event.x // max(width, 1), columns - 1) * rows + event.y
        if event.y < rows and index < len(self.choices):
            self._pick(self.choices[index].value)


def offered(
    channel: Channel, rules: RuleSet, keys: KeyChoices, hint: Callable[[Disposition], str]
) -> tuple[list[Choice[Disposition]], list[Choice[Disposition]]]:
    """What can come of a touch by this channel, with what it will do, and what only by another.

    So a letter means the same at every at bat. One whose letter is a command that a session needs stands last, with
    the two keys that log it everywhere.
    """
    kept = {key_label(key) for command in _KEPT for key in keys.keys(BY_ID[command])}
    log = keys.label(BY_ID["log"])
    planned: list[Choice[Disposition]] = []
    others: list[Choice[Disposition]] = []
    for disposition in CHANNEL_OF:
        letter = rules.dispositions[disposition].letter
        of_channel = disposition in DISPOSITIONS[channel]
        foretold, words = hint(disposition) if of_channel else "", disposition.label
        if letter in kept:
            letter, words = "", f"{words} ({log} {letter})"
        if letter or words != disposition.label:
            (planned if of_channel else others).append(Choice(letter, disposition, words, foretold))
    return told_once(_by_letter(planned)), _by_letter(others)


def _by_letter(choices: list[Choice[Disposition]]) -> list[Choice[Disposition]]:
    return sorted(choices, key=lambda choice: not choice.letter)
