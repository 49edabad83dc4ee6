"""Whatever is typed into any field of the dialogs about an at bat, they show it and go on.

The quick tests type a sample, another in each run; the long ones type every string.
"""

from __future__ import annotations

import os
import random
import sys
import unicodedata

import pytest
from textual.widgets import Input

from store.rules.closing import NewPerson
from store.vocabulary import Stage
from tests.factories import ANA, Floor
from tests.hostile import HOSTILE
from tests.screens.lead_app import at_the_plate
from tui.dialog import Dialog

OPENINGS = {
    "close": ("x", "f", "o"),
    "not ready": ("x", "n", "c"),
    "wrong person": ("x", "w"),
    "convert": ("c",),
    "qualify": ("Q",),
    "person": ("p",),
    "new lead": ("i",),
    "approve": ("A", "s"),
    "reverse": ("U",),
    "assign": ("r",),
    "log": ("l", "c"),
    "callback": ("b",),
    "snooze": ("s",),
    "extend": ("M",),
    "note": ("n",),
    "signal": ("w",),
    "meeting": ("c", "m"),
}
STAGES = {"approve": Stage.DISQUALIFIED, "reverse": Stage.CONVERTED}


def sample() -> list[str]:
    """Twenty-five of the strings; the seed is printed, and ATBAT_SEED repeats one."""
    seed = int(os.environ.get("ATBAT_SEED") or int.from_bytes(os.urandom(4), "big"))
    sys.stdout.write(f"\nATBAT_SEED={seed} ")
    return random.Random(seed).sample(HOSTILE, 25)


TURNS = set("\u061c\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")


def harmless(text: str) -> bool:
    """Whether a terminal would only show it."""
    shown = text.replace("\n", "")
    return not any(unicodedata.category(letter) in ("Cc", "Cs") or letter in TURNS for letter in shown)


@pytest.mark.parametrize("opening", OPENINGS)
async def test_hostile_text_in_every_field(floor: Floor, opening: str) -> None:
    await type_all(floor, opening, sample())


@pytest.mark.soak
@pytest.mark.parametrize("opening", OPENINGS)
async def test_every_hostile_text_in_every_field(floor: Floor, opening: str) -> None:
    await type_all(floor, opening, HOSTILE)


async def type_all(floor: Floor, opening: str, texts: list[str]) -> None:
    """Type each text into every field of a dialog and try to save it."""
    stage = STAGES.get(opening, Stage.CONNECTED)
    floor.lead(company="[/] Ltd", person=NewPerson("[b", "x[/b]", "$t %s", "", "m@x.example"))
    lead_id = floor.lead(
        stage, company="[/] Ltd", person=NewPerson("[@click=app.quit]x[/]", "{0}", "", "", "a@x.example")
    )
    async with at_the_plate(floor, lead_id, ANA, size=(80, 24)) as d:
        for text in texts:
            if not isinstance(d.app.screen, Dialog):
                key, *letters = OPENINGS[opening]
                await d.press(key)
                if not isinstance(d.app.screen, Dialog):
                    break  # the text was taken, and with it the at bat has ended
                await d.press(*letters)
            for box in d.app.screen.query(Input):
                box.value = text
            await d.idle()
            assert harmless(d.screen_text()), repr(text[:40])
            await d.press("ctrl+s")
            assert d.app.is_running, repr(text[:40])
            assert harmless(d.screen_text()), repr(text[:40])
        assert d.app.return_code is None
