"""Let somebody be contacted again who asked not to be: a team lead, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from store.errors import Refusal
from store.operations.suppression import LiftDraft, why_not_lifted
from store.queries.facts import Facts, facts
from tui import present
from tui.desk import Done
from tui.dialog import Dialog
from tui.lead_screen import Whose
from tui.widgets.field import Field


class LiftDialog(Dialog[Whose, Done]):
    """One line: why. Refused at once where it is not for this person to do, or nothing is suppressed."""

    known: Facts

    def heading(self) -> Content:
        """``Lift the suppression · Dana Ortiz · Acme [UK] Ltd``."""
        who = " · ".join(filter(None, (present.safe(self.known.name, 80), present.safe(self.known.company, 60))))
        return present.joined(("Lift the suppression", "bold"), f" · {who}")

    async def prepare(self, opening: Whose) -> None:
        """Read who it is; raises Refusal where it cannot be lifted."""
        desk = self.app.desk
        assert desk.actor is not None
        self._contact_id = opening.contact_id or 0
        if why := await desk.read(why_not_lifted, desk.actor, self._contact_id):
            raise Refusal(why)
        known = await desk.read(facts, *opening)
        assert known is not None
        self.known = known

    def compose_form(self) -> ComposeResult:
        """Why."""
        yield Field("reason", "Why they may be contacted again", Input(max_length=2_000))

    def reset(self, opening: Whose) -> None:
        """Empty."""
        self.query_one(Input).value = ""

    def draft(self) -> LiftDraft:
        """The reason."""
        reason = self.query_one(Input).value
        if not reason.strip():
            raise Refusal("Say why they may be contacted again.", "reason")
        return LiftDraft(self._contact_id, reason)

    def operation(self) -> Callable[..., Any]:
        """Lift it."""
        from store.operations.suppression import lift_suppression

        return lift_suppression

    def consequence(self) -> Content:
        """Since when, and what follows."""
        assert self.known.suppressed_at is not None
        since = present.day(self.known.suppressed_at, self.app.zone, self.app.desk.now())
        new = self.app.key_of("new_lead")
        return present.joined(
            f"suppressed since {since}; kept with the reason, as an override. They come back by a high-intent signal or"
            f" a new at bat by hand ({new}); an unsubscribed address stays so"
        )
