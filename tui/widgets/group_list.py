"""The buying group: people with the part each plays, exactly one of them primary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from store.vocabulary import Role
from tui import present
from tui.theme import Urgency
from tui.widgets.choice_list import Choice

ROLE_LETTERS = {
    Role.DECISION_MAKER: "d",
    Role.CHAMPION: "c",
    Role.ECONOMIC_BUYER: "e",
    Role.EVALUATOR: "v",
    Role.INFLUENCER: "i",
    Role.USER: "u",
    Role.BLOCKER: "b",
    Role.OTHER: "o",
}
PRIMARY = "p"
LEAVES = "x"
_CURSOR = "bold $block-cursor-foreground on $block-cursor-background"
_WIDEST_NAME = 48
_BY_LETTER = {letter: role for role, letter in ROLE_LETTERS.items()}


def role_choices() -> list[Choice[Role]]:
    """Every role with its letter, for a list of choices."""
    return [Choice(letter, role, role.label) for role, letter in ROLE_LETTERS.items()]


@dataclass(frozen=True, slots=True)
class Part:
    """A person of the group: ``words`` name them, ``comes`` tells whether they are asked to a meeting, ``leaves``
    whether they are taken off."""

    contact_id: int
    words: str
    role: Role
    primary: bool = False
    comes: bool = True
    leaves: bool = False


class GroupList(Widget, can_focus=True):
    """One line a person; a letter gives the one under the cursor a role, ``p`` makes them primary. Where people may
    leave, ``x`` takes them off, and takes that back.

    For a meeting (``for_meeting``) nobody has a role to give: ``space`` says who comes.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    GroupList { height: auto; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "over(1)", "Next person", show=False),
        Binding("up", "over(-1)", "Person before", show=False),
        Binding("space", "comes", "Comes or not", show=False),
    ]

    class Changed(Message):
        """A role, the primary, or who comes has changed."""

        def __init__(self, group: GroupList) -> None:
            super().__init__()
            self.group = group

        @property
        def control(self) -> GroupList:
            """The list."""
            return self.group

    def __init__(self, *, may_leave: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._may_leave = may_leave
        self._parts: list[Part] = []
        self._at = 0
        self._for_meeting = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everybody, as they stand."""
        return tuple(self._parts)

    def set_parts(self, parts: Sequence[Part]) -> None:
        """Show these people; without a primary among them the first one is."""
        self._parts = list(parts)
        self._at = 0
        if parts and not any(part.primary for part in parts):
            self._parts[0] = replace(parts[0], primary=True)
        self.refresh(layout=True)

    def show_for_meeting(self, for_meeting: bool) -> None:
        """Ask who comes to a meeting, or who plays which part."""
        if for_meeting is not self._for_meeting:
            self._for_meeting = for_meeting
            self.refresh(layout=True)

    def action_over(self, step: int) -> None:
        """The next person, or the one before."""
        self._at = max(0, min(self._at + step, len(self._parts) - 1))
        self.refresh()

    def action_comes(self) -> None:
        """Whether this person comes to the meeting; the primary always does."""
        if self._for_meeting and self._parts and not self._parts[self._at].primary:
            self._put(comes=not self._parts[self._at].comes)

    def on_key(self, event: events.Key) -> None:
        """Letters belong to this list while it has the focus."""
        letter = event.character or ""
        if not (letter.isalnum() and len(letter) == 1):
            return
        event.stop()
        event.prevent_default()
        if not self._parts or self._for_meeting:
            return
        if letter == PRIMARY:
            self._parts = [replace(part, primary=index == self._at) for index, part in enumerate(self._parts)]
            self._changed()
        elif letter == LEAVES and self._may_leave:
            self._put(leaves=not self._parts[self._at].leaves)
        elif (role := _BY_LETTER.get(letter)) is not None:
            self._put(role=role)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on whoever was clicked."""
        if event.y < len(self._parts):
            self._at = event.y
            self.refresh()

    def on_focus(self) -> None:
        """Show what can be pressed."""
        self.refresh(layout=True)

    def on_blur(self) -> None:
        """Take it away again."""
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line a person, and what can be pressed while it has the focus."""
        return max(len(self._parts), 1) + (len(self._help(width)) if self.has_focus else 0)

    def render(self) -> Content:
        """The cursor is a sign as well as a colour; so is who is primary."""
        if not self._parts:
            return present.joined(("nobody yet", "$muted"))
        width = max(self.size.width, 1)
        names = min(
            _WIDEST_NAME,
            max(cell_len(present.safe(part.words, _WIDEST_NAME)) for part in self._parts),
            max(width - 27, 8),
        )
        lines = [self._line(index, part, names) for index, part in enumerate(self._parts)]
        if self.has_focus:
            lines += [present.joined((line, "$muted")) for line in self._help(width)]
        return Content("\n").join(lines)

    def _line(self, index: int, part: Part, names: int) -> Content:
        at = self.has_focus and index == self._at
        said = "comes" if part.comes else "does not come"
        words = (said, "") if self._for_meeting else (part.role.label, "")
        if part.leaves:
            words = (f"{Urgency.LATE.sign} leaves", Urgency.LATE.style)
        name = (present.cells(part.words, names), _CURSOR if at else "")
        return present.joined("▸" if at else " ", name, "  ", words, ("  ★ primary" if part.primary else "", "bold"))

    def _help(self, width: int) -> list[str]:
        if self._for_meeting:
            return ["space: comes or not"]
        words = [f"{letter} {role.label}" for role, letter in ROLE_LETTERS.items()] + [f"{PRIMARY} primary"]
        words += [f"{LEAVES} takes off"] if self._may_leave else []
        lines = [""]
        for word in words:
            joined = f"{lines[-1]} · {word}" if lines[-1] else word
            if len(joined) > width and lines[-1]:
                lines.append(word)
            else:
                lines[-1] = joined
        return lines

    def _put(self, **changes: object) -> None:
        self._parts[self._at] = replace(self._parts[self._at], **changes)  # type: ignore[arg-type]
        self._changed()

    def _changed(self) -> None:
        self.refresh()
        self.post_message(self.Changed(self))
