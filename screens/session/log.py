"""The log dialog as a session opens it: preset on what came of it, with the call's time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from textual.widgets import Input

from screens.dialogs.foretold import ASKS_WHAT_WAS_LEARNED
from screens.dialogs.log import LogDialog
from store.errors import Refusal
from store.queries.queue import QueueRow
from store.vocabulary import Channel, Disposition
from tui.desk import Done
from tui.lead_screen import Offered
from tui.widgets.field import Field


@dataclass(frozen=True, slots=True)
class Preset(Offered):
    """An at bat to log on, what came of it if that is known, and how long the call took, in seconds."""

    disposition: Disposition | None = None
    length: Callable[[], int | None] = lambda: None


class SessionLogDialog(LogDialog):
    """Opened on a ``Preset``."""

    _preset: Preset
    _took: int | None

    def reset(self, opening: QueueRow | Offered) -> None:
        """As the preset says; its choice is picked, not saved."""
        super().reset(opening)
        assert isinstance(opening, Preset)
        self._preset, self._took = opening, None
        if opening.disposition is not None:
            self.take_channel_of(opening.disposition)
            self._list("disposition").select(opening.disposition)

    def focus_first(self) -> None:
        """What is still asked for, else the choices."""
        disposition = self._preset.disposition
        if disposition in ASKS_WHAT_WAS_LEARNED:
            self.set_focus(self.query_one("#note", Input))
        elif disposition is Disposition.CALLBACK_REQUESTED:
            self.focus_field(next(field for field in self.query(Field) if field.field == "when"))
        else:
            super().focus_first()

    def nothing_saved(self) -> str:
        """Also where what came of it was said in the session."""
        return "Nothing was saved." if self._preset.disposition is not None else super().nothing_saved()

    async def carry_out(self, draft: Any) -> Done | Refusal:
        """Save it with the time the call had taken when it was first saved."""
        if self._took is None:
            self._took = self._preset.length()
        took = self._took if draft.channel is Channel.CALL else None
        return await super().carry_out(replace(draft, duration=took))
