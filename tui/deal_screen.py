"""The verbs on an opportunity once, for every screen that shows one; they have the letters of the lead verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from store.queries.deals import Deal
from store.rules.deals import locked
from tui import present
from tui.commands import BY_ID, Command, Where
from tui.desk import Done
from tui.lead_screen import LeadRow, LeadScreen, Whose

_VERBS = frozenset(["log", "callback", "accept", "close", "status", "edit", "reassign", "person", "note"])
_LOOKS = frozenset({"timeline", "calendar"})
_NOT_THE_OWNERS = frozenset({"timeline", "note", "log", "callback"})


class OnDeal(NamedTuple):
    """An opportunity, and the person on it that a dialog is about; its primary contact where none is named."""

    deal: Deal
    contact_id: int | None = None


class DealScreen(LeadScreen):
    """A screen with opportunities on it: say which one is in front, and what to do when something was done to it."""

    WHERE: ClassVar[tuple[Where, ...]] = (Where.DEALS, Where.EVERYWHERE)

    # --- what a subclass gives ---

    def current_deal(self) -> Deal | None:
        """The opportunity that a verb pressed now is about."""
        raise NotImplementedError

    def deal_done(self, done: Done) -> None:
        """Bring this screen in line with what was just done; runs before the next key is acted on."""
        raise NotImplementedError

    # --- what a screen of leads gives ---

    def current_lead(self) -> LeadRow | None:
        """None: the at bats behind an opportunity are locked."""
        return None

    def whose(self) -> Whose | None:
        """Its primary contact, and its company."""
        deal = self.current_deal()
        return Whose(deal.contact_id, deal.account_id) if deal is not None else None

    def lead_done(self, done: Done) -> None:
        """As for what was done to the opportunity."""
        self.deal_done(done)

    def why_none(self, verb: str) -> str:
        """What to say for a verb that only leads have."""
        return f"{BY_ID[verb].words.capitalize()} is for an at bat, and this is an opportunity."

    # --- the verbs ---

    def action_log(self) -> None:
        """Log what was done on it."""
        self._open_deal("log", "deal_log")

    def action_callback(self) -> None:
        """Promise a callback on it."""
        self._open_deal("callback", "deal_callback")

    def action_accept(self) -> None:
        """Take on what was handed over, at once."""
        from store.operations.hand_over import AcceptDraft, accept_hand_over

        if (deal := self._deal_for("accept")) is not None:
            self.app.do(accept_hand_over, AcceptDraft(deal.id, deal.version), self.verb_done)

    def action_close(self) -> None:
        """End it: won, lost, or rejected."""
        self._open_deal("close", "deal_end")

    def action_status(self) -> None:
        """Set the stage."""
        self._open_deal("status", "deal_stage")

    def action_edit(self) -> None:
        """Edit its facts."""
        self._open_deal("edit", "deal_edit")

    def action_reassign(self) -> None:
        """Hand it to an account executive."""
        self._open_deal("reassign", "deal_hand_over")

    def action_person(self) -> None:
        """The people on it."""
        self._open_deal("person", "deal_people")

    def action_note(self) -> None:
        """Write something down."""
        self._open_deal("note", "deal_note")

    def action_calendar(self) -> None:
        """Write what was agreed on it as an .ics file."""
        if (deal := self._deal_for("calendar")) is not None:
            from store.queries.calendar_file import of_deal  # only where a file is asked for

            self.app.hold_keys(self._save_calendar(of_deal, deal.id))

    def offers(self, command: Command) -> bool:
        """What can be done to the opportunity in front."""
        deal = self.current_deal() if command.id in _VERBS else None
        return deal is None or self.why_not_deal(command.id, deal) is None

    def why_not_deal(self, verb: str, deal: Deal) -> str | None:
        """Why a verb cannot be used on this opportunity now, judged from the row alone; None if it can."""
        if verb in _LOOKS:
            return None
        if why := locked(deal.stage):
            return why
        actor = self.app.desk.actor
        leads_team, me = actor is not None and actor.leads_team, actor.user_id if actor is not None else 0
        if verb == "accept":
            if not deal.waits:
                return self._nothing_to_accept(deal, me)
            if deal.taker_id != me and not leads_team:
                return f"This was handed to {deal.taker}: they answer it, or a team lead."
        elif verb not in _NOT_THE_OWNERS and not leads_team:
            its = {deal.owner_id, *((deal.taker_id,) if deal.waits else ())}
            if verb == "reassign" and deal.waits:
                its.add(deal.giver_id)
            if me not in its:
                return f"This opportunity is {deal.owner or 'nobody'}’s: ask them, or a team lead."
        return None

    def _nothing_to_accept(self, deal: Deal, me: int) -> str:
        """That it was never handed over, or who answered when, and how one's own answer is taken back."""
        app = self.app
        now = app.desk.now()
        if deal.rejected_at is not None:
            return f"Sales rejected this: {app.key_of('reassign')} hands it over again."
        if deal.answered_at is None or not deal.accepted:
            return "Nothing waits for an answer here: this opportunity was not handed over."
        who, at = "You" if deal.taker_id == me else deal.taker, present.clock(deal.answered_at, app.zone, now)
        fresh = deal.taker_id == me and now - deal.answered_at <= app.team.rules.undo
        undo = f": {app.key_of('undo')} undoes it if you did nothing since" if fresh else ""
        return f"{who} accepted this {at} already{undo}."

    def _open_deal(self, verb: str, dialog: str) -> None:
        if (deal := self._deal_for(verb, self.app.refuse)) is not None:
            self.app.open_dialog(dialog, deal, self.verb_done)

    def _deal_for(self, verb: str, refuse: Callable[[str], None] | None = None) -> Deal | None:
        """The opportunity in front, if the verb can be used on it; otherwise None, and the reason has been said.

        ``refuse`` says it where the verb would have opened a dialog.
        """
        deal = self.current_deal()
        reason = "No opportunity is selected." if deal is None else self.why_not_deal(verb, deal)
        if reason is not None:
            refuse(reason) if refuse is not None else self.app.say(reason, urgent=True)
            return None
        return deal
