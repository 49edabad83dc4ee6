"""How At Bat looks: two calm themes, and the signs of urgency.

Colour says urgency and nothing else, and a sign or a word always says it too, so that nothing is lost without colour.
"""

from __future__ import annotations

from enum import Enum

from textual.theme import Theme

DARK = Theme(
    name="atbat-dark",
    primary="#7aa2c4",
    secondary="#5f7f99",
    accent="#7aa2c4",
    warning="#d9a94c",
    error="#ec8a7e",
    success="#86b98a",
    foreground="#d5d9de",
    background="#15181c",
    surface="#1b1f24",
    panel="#242a31",
    dark=True,
    variables={
        "muted": "#8d959e",  # $text-muted blends by itself in a stylesheet only, not in a piece of Content
        "block-cursor-background": "#263647",
        "block-cursor-foreground": "#f2f4f6",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#262e37",
        "block-cursor-blurred-foreground": "#d5d9de",
        "block-hover-background": "#20262d",
        "border": "#5f7f99",
        "border-blurred": "#39424c",
        "footer-key-foreground": "#9dbdd8",
        "footer-background": "#1b1f24",
        "input-selection-background": "#405366",
        "scrollbar": "#4a5561",
        "scrollbar-background": "#1b1f24",
    },
)

LIGHT = Theme(
    name="atbat-light",
    primary="#2c5d86",
    secondary="#56728a",
    accent="#2c5d86",
    warning="#7d5300",
    error="#a62f22",
    success="#2f6b38",
    foreground="#23282d",
    background="#f7f7f5",
    surface="#efefec",
    panel="#e4e5e2",
    dark=False,
    variables={
        "muted": "#656b70",
        "block-cursor-background": "#c9dcec",
        "block-cursor-foreground": "#12161a",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#dfe4e8",
        "block-cursor-blurred-foreground": "#23282d",
        "block-hover-background": "#e8eae9",
        "border": "#56728a",
        "border-blurred": "#c3c8cc",
        "footer-key-foreground": "#2c5d86",
        "footer-background": "#efefec",
        "input-selection-background": "#adbfcc",
        "scrollbar": "#aab3ba",
        "scrollbar-background": "#efefec",
    },
)

THEMES = (DARK, LIGHT)

REVERSED = tuple(
    colour
    for look in THEMES
    for colour in (
        look.foreground or "",  # the cell of a field's cursor
        look.variables["block-cursor-background"],
        look.variables["input-selection-background"],
        look.variables["scrollbar"],
    )
)
"""Backgrounds that say where one is: reversed where there is no colour, and so never blended with another."""


class Urgency(Enum):
    """How pressing something is: its sign and its colour, always used together.

    ``style`` is for ``present.content`` and works in every Textual theme; ``component`` names the field of a line
    table's ``Palette``.
    """

    LATE = ("!", "$error", "late")
    DUE = ("•", "$warning", "due")
    DONE = ("✓", "$success", "done")
    CALM = (" ", "", "text")
    QUIET = (" ", "$muted", "muted")

    def __init__(self, sign: str, style: str, component: str) -> None:
        self.sign = sign
        self.style = style
        self.component = component


def urgency(due_at: int | None, now: int, soon: int) -> Urgency:
    """How pressing a due time is at ``now``: late, due within ``soon`` (microseconds, all three), else calm.

    Something without a due time is quiet.
    """
    if due_at is None:
        return Urgency.QUIET
    if due_at <= now:
        return Urgency.LATE
    return Urgency.DUE if due_at - now <= soon else Urgency.CALM
