"""What every dialog about one at bat shares: whose it is, and the version it was seen in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.content import Content

from store.errors import Conflict, Refusal
from store.instants import Instant, moment
from store.lead_state import LeadState
from store.queries import queue
from store.queries.queue import QueueRow
from store.queries.returned import returned
from store.rules.calling import may_call, next_allowed
from store.vocabulary import Decision, Outcome, Stage
from tui import present
from tui.desk import Done
from tui.dialog import Dialog
from tui.lead_screen import Offered
from tui.theme import Urgency
from tui.widgets.when_input import WhenInput


class LeadDialog(Dialog[QueueRow | Offered, Done]):
    """A dialog on one at bat; a subclass says in VERB what it does, for the title."""

    VERB = ""
    LOOKS_BACK = False
    """Whether it tells of a team lead's giving back at all times, not only while the at bat waits because of it."""

    row: QueueRow
    lead: LeadState
    offered: Outcome | None
    seen: int
    _meanwhile = _given_back = ""

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Take up the row as it stands now; raises Refusal, saying who did what, where others left nothing to do."""
        if isinstance(opening, Offered):
            self.row, self.offered = opening.row, opening.outcome
        else:
            self.row, self.offered = opening, None
        self._meanwhile = ""
        now = await self.app.desk.read(queue.row, self.row.id)
        if now is not None and now.version != self.row.version:
            await self._take_in(now)
        self.lead = self.row.lead
        self.seen = self.row.version
        self._given_back = await self._told_of_return()

    async def _told_of_return(self) -> str:
        """What a team lead said when this at bat was given back; nothing where it was not."""
        if not (self.LOOKS_BACK or self.lead.decision is Decision.RETURNED):
            return ""
        back = await self.app.desk.read(returned, self.lead.id)
        if back is None:
            return ""
        when = present.day(back.at, self.app.zone, self.app.desk.now())
        return f"{present.safe(back.by, 40)} {back.deed} {when}: “{present.safe(back.why, 160)}”"

    def works_on(self, lead: LeadState) -> bool:
        """Whether it can be saved on an at bat that stands like this."""
        return bool(lead.open) and lead.stage is not Stage.DISQUALIFIED

    async def _take_in(self, row: QueueRow) -> None:
        """Go on with what somebody did since the row was shown, and say who."""
        from store.operations.at_bat import deed_since, who_ended

        desk, seen = self.app.desk, self.row.version
        assert desk.actor is not None
        if not row.lead.open and not self.works_on(row.lead):
            raise Refusal(await desk.read(who_ended, row.lead, desk.actor, desk.now()))
        deed = await desk.read(deed_since, row.lead, seen, desk.actor, desk.now())
        if not self.works_on(row.lead):
            raise Refusal(f"{deed or 'It was changed'}, and this cannot be done any more; nothing was saved.")
        self.row, self._meanwhile = row, f"{deed}: this is how it stands now." if deed else ""

    def begin(self, opening: QueueRow | Offered, then: Callable[[Done], None]) -> None:
        """Also say what a team lead said of it, and what somebody else did since the row was shown."""
        super().begin(opening, then)
        if told := " ".join(filter(None, (self._meanwhile, self._given_back))):
            self.say(told)

    def heading(self) -> Content:
        """``Log · Dana Ortiz, CFO · Acme [UK] Ltd``."""
        row = self.row
        who = ", ".join(part for part in (row.name or "nobody yet", row.title) if part)
        return present.joined(
            (self.VERB, "bold"), " · ", present.content(who, limit=80), *self._company(), newlines=False
        )

    def _company(self) -> tuple[Any, ...]:
        return (" · ", present.content(self.row.company, limit=60)) if self.row.company else ()

    def nothing_saved(self) -> str:
        """Also where the dialog was offered, or opened by an outcome chosen in another."""
        if not isinstance(self.opening, Offered):
            return super().nothing_saved()
        if self.opening.saved:
            return f"Nothing more was saved; what was logged before stays ({self.app.key_of('undo')} undoes it)."
        return "Nothing was saved." if self.opening.outcome is not None else super().nothing_saved()

    @property
    def contact_zone(self) -> str | None:
        """The zone times are typed in: the person's, where one is known."""
        return self.row.zone.split(" ", 1)[0] or None

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones that the person may be in."""
        return self.row.reach.zones

    def hours_warning(self, at: Instant | None) -> str:
        """What to say of calling this person at ``at``, with the next allowed time; nothing where it is allowed."""
        zones, calling = self.zones, self.app.team.rules.calling
        if at is None or may_call(at, zones, calling):
            return ""
        if not zones:
            return "nobody knows their time zone: ask before calling"
        where = next(zone for zone in zones if not may_call(at, (zone,), calling))
        there = "there" if len(zones) == 1 else f"in {where.rpartition('/')[2].replace('_', ' ')}, where they may be,"
        said = f"{Urgency.LATE.sign} {present.local_time(at, where)} {there} is outside calling hours"
        allowed = next_allowed(at, zones, calling)
        if allowed is None:
            return f"{said}, and no hour suits every place they may be in: ask where they are"
        proposed = present.exactly(allowed, zones[0], self.app.desk.now())
        return f"{said}; allowed from {proposed} there, {self.app.key_of('allowed_hour')} takes it"

    def action_allowed_hour(self) -> None:
        """Put the next time at which this person may be called into the field for times."""
        zones, calling = self.zones, self.app.team.rules.calling
        for when in [each for each in self.query(WhenInput) if each.display and not each.past][:1]:
            try:
                at = when.at or self.app.desk.now()
            except Refusal as refusal:
                self.show_refusal(refusal)
                return
            allowed = next_allowed(at, zones, calling)
            if allowed is None:
                self.say("Nobody knows when they may be called: ask where they are.")
                return
            when.set_text(f"{moment(allowed, zones[0]):%Y-%m-%d %H:%M}")

    async def carry_out(self, draft: Any) -> Done | Refusal:
        """Save; having been told of somebody else's act, the next try is made in that knowledge."""
        result = await super().carry_out(draft)
        if isinstance(result, Conflict):
            row = await self.app.desk.read(queue.row, self.lead.id)
            if row is not None:
                self.row, self.lead, self.seen = row, row.lead, row.version
                self.show_consequence()
        return result
