"""What every dialog about one at bat shares: whose it is, and the version it was seen in."""

from __future__ import annotations

from typing import Any

from textual.content import Content

from store.errors import Conflict, Refusal
from store.instants import Instant
from store.lead_state import LeadState
from store.queries import queue
from store.queries.queue import QueueRow
from store.rules.calling import may_call, next_allowed
from store.vocabulary import Outcome
from tui import present
from tui.desk import Done
from tui.dialog import Dialog
from tui.lead_screen import Offered
from tui.theme import Urgency


class LeadDialog(Dialog[QueueRow | Offered, Done]):
    """A dialog on one at bat; a subclass says in VERB what it does, for the title."""

    VERB = ""

    row: QueueRow
    lead: LeadState
    offered: Outcome | None
    seen: int

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Take up the row; nothing is read."""
        if isinstance(opening, Offered):
            self.row, self.offered = opening.row, opening.outcome
        else:
            self.row, self.offered = opening, None
        self.lead = self.row.lead
        self.seen = self.row.version

    def heading(self) -> Content:
        """``Log · Dana Ortiz, CFO · Acme [UK] Ltd``."""
        row = self.row
        who = ", ".join(part for part in (row.name or "nobody yet", row.title) if part)
        return present.joined(
            (self.VERB, "bold"), " · ", present.content(who, limit=80), *self._company(), newlines=False
        )

    def _company(self) -> tuple[Any, ...]:
        return (" · ", present.content(self.row.company, limit=60)) if self.row.company else ()

    @property
    def contact_zone(self) -> str | None:
        """The zone times are typed in: the person's, where one is known."""
        return self.row.zone.split(" ", 1)[0] or None

    def hours_warning(self, at: Instant | None) -> str:
        """What to say of calling this person at ``at``, with the next allowed time; nothing where it is allowed."""
        zones, calling = self.row.reach.zones, self.app.team.rules.calling
        if at is None or may_call(at, zones, calling):
            return ""
        if not zones:
            return "nobody knows their time zone: ask before calling"
        allowed = next_allowed(at, zones, calling)
        now = self.app.desk.now()
        there = present.local_time(at, zones[0])
        better = f"; allowed from {present.exactly(allowed, zones[0], now)} there" if allowed is not None else ""
        return f"{Urgency.LATE.sign} {there} there is outside calling hours{better}"

    async def carry_out(self, draft: Any) -> Done | Refusal:
        """Save; having been told of somebody else's act, the next try is made in that knowledge."""
        result = await super().carry_out(draft)
        if isinstance(result, Conflict):
            row = await self.app.desk.read(queue.row, self.lead.id)
            if row is not None:
                self.row, self.lead, self.seen = row, row.lead, row.version
                self.show_consequence()
        return result
