"""What is typed on after a refusal, in the belief that a dialog had opened, does nothing.

Whoever presses the key of a dialog types the next letters without looking. Where the dialog was refused these
letters would be commands on what is in front. So they are held back and told, as long as they come typed on. Only
the times of the key events count: a slow line or a slow machine changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from textual import events

WITHIN = 0.7  # seconds from one key to the next for them to be typed on
_GO_ON_TYPING = frozenset({"enter", "backspace", "tab"})


class TypedOn:
    """Told of every key before it is acted on; ``held`` is the text held back since the last refusal."""

    def __init__(self) -> None:
        self.why = ""
        self.held = ""
        self._last = 0.0

    def refused(self, why: str) -> None:
        """What the last key asked for was refused for this reason, and would have opened a dialog."""
        self.why, self.held = why, ""

    def opened(self) -> None:
        """A dialog opened after all: what is typed is for it."""
        self.why = ""

    def takes(self, key: events.Key, moves: Collection[str]) -> bool:
        """Whether this key is held back; ``moves`` are the keys that move in a list, which never are.

        A key that is not text ends it, and so does a move right after the refusal: whoever moves has read it.
        """
        typed_on, self._last = key.time - self._last <= WITHIN, key.time
        if not self.why:
            return False
        text = key.is_printable or (bool(self.held) and key.key in _GO_ON_TYPING)
        if not typed_on or not text or (key.key in moves and not self.held):
            self.why = ""
            return False
        if key.key in moves:
            return False
        self.held += key.character if key.is_printable and key.character else ""
        return True
