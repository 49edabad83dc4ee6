"""What came of it, a letter each: while these have the focus, the letters shown log and go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_letters
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from screens.dialogs.foretold import CHANNEL_OF
from store.rules.touch import DISPOSITIONS
from store.ruleset import RuleSet
from store.vocabulary import Channel, Disposition
from tui.commands import BY_ID, KeyChoices, key_label
from tui.widgets.choice_list import Choice, ChoiceList

# These keep their letters in a session: the same letter cannot name what came of it there.
_KEPT = ("log", "open", "copy", "undo", "previous_lead", "next_lead", "timer", "find", "help", "back")


class Outcomes(ChoiceList[Disposition], inherit_bindings=False):
    """A letter shown here is what came of it; every other key, and all of them without the focus, are commands."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(letter, f"letter('{letter}')", show=False) for letter in ascii_letters),
    ]

    def __init__(self, pick: Callable[[Disposition], None]) -> None:
        super().__init__(id="outcomes")
        self._pick = pick

    def action_letter(self, letter: str) -> None:
        """Log what the letter names."""
        for choice in self.choices:
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
) -> Sequence[Choice[Disposition]]:
    """What can come of a touch by this channel, each with its letter and what it will do.

    One whose letter is a command that a session needs stands at the end, with the two keys that log it everywhere.
    """
    kept = {key for command in _KEPT for key in map(key_label, keys.keys(BY_ID[command]))}
    plain: list[Choice[Disposition]] = []
    clashing: list[Choice[Disposition]] = []
    for disposition in CHANNEL_OF:
        letter = rules.dispositions[disposition].letter
        if disposition not in DISPOSITIONS[channel] or not letter:
            continue
        words, foretold = disposition.label, hint(disposition)
        if letter in kept:
            both = f"{words} ({keys.label(BY_ID['log'])} {letter})"
            clashing.append(Choice("", disposition, both, foretold))
        else:
            plain.append(Choice(letter, disposition, words, foretold))
    return [*plain, *clashing]
