"""The whole story of one opportunity: every touch, signal and note of the at bats it came from, and its own life."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content

from screens.deals import words
from screens.deals.screen import DealsScreen
from screens.deals.words import Scene
from screens.timeline.painter import TimelinePainter
from screens.timeline.screen import TimelineScreen
from screens.timeline.stream import Sight, Subject
from store.queries import deals as queries
from store.queries.deals import Deal
from tui import present
from tui.commands import Where
from tui.deal_screen import DealScreen
from tui.desk import Done
from tui.theme import Urgency


class DealStoryScreen(TimelineScreen, DealScreen):
    """Opened with ``app.open_screen("deal_story", deal)``; the verbs are those of an opportunity."""

    WHERE: ClassVar[tuple[Where, ...]] = (Where.DEALS, Where.TIMELINE, Where.LIST, Where.EVERYWHERE)

    _deal: Deal

    async def prepare(self, opening: Deal) -> None:  # type: ignore[override]  # a story of something else
        """Read what the first frame shows."""
        self._deal = opening
        self._turn_to(_subject(opening), Sight())
        self._story, self._stream = await self._read()

    def begin(self) -> None:
        """Show what was read, with the opportunity where a person's at bat stands."""
        self.head.about = self._about
        super().begin()

    # --- what the verbs ask ---

    def current_deal(self) -> Deal | None:
        """The one it is about."""
        return self._deal

    def deal_done(self, done: Done) -> None:
        """Show it at once; the list behind hears of it when it is in front again."""
        self._done.append(done)
        self.app.hold_keys(self._once_more())

    def lead_done(self, done: Done) -> None:
        """As for what was done to the opportunity."""
        self.deal_done(done)

    def why_none(self, verb: str) -> str:
        """What to say for a verb that only leads have."""
        return DealScreen.why_none(self, verb)

    async def _gone(self, behind: object, step: int) -> None:
        """The opportunity before or after this one in the list behind."""
        found = None
        if isinstance(behind, DealsScreen):
            here = behind.current_deal()
            left = here is not None and here.id != self._deal.id  # what was done here took it off the list
            found = here if left and step > 0 else behind.next_deal(step)
        if found is None:
            self.app.say("That is the end of the list.")
            return
        self._deal = found
        self._turn_to(_subject(found), Sight(self._sight.hidden))
        self._story, self._stream = await self._read()
        self.begin()

    async def _once_more(self) -> None:
        actor = self.app.desk.actor
        me = actor.user_id if actor is not None else 0
        everyone = actor is not None and actor.leads_team
        found = await self.app.desk.read(queries.deal, self._deal.id, me, everyone=everyone, now=self.app.desk.now())
        if found is not None:
            self._deal = found
        await self._again()

    # --- drawing ---

    def _painter(self) -> TimelinePainter:
        app = self.app
        return TimelinePainter(app.zone, app.desk.now, company=False)

    def _about(self) -> Content:
        """``Claims, five sites · €36,000 · proposal 40 % · closes 5 Dec · Ines``."""
        deal, app = self._deal, self.app
        me = app.person.id if app.person is not None else 0
        scene = Scene(app.desk.now(), app.zone, app.team.rules, app.team.calendar, me)
        said, urgency = words.why(deal, scene)
        amount = present.money(deal.amount, deal.currency)
        stands = " · ".join((amount, words.stage(deal), deal.owner or "nobody’s"))
        sign = f"{urgency.sign} " if urgency is not Urgency.CALM and urgency.sign.strip() else ""
        return present.joined(
            (present.safe(deal.name, 60), "bold"), " · ", present.safe(stands), " · ", (f"{sign}{said}", urgency.style)
        )


def _subject(deal: Deal) -> Subject:
    return Subject(deal.contact_id, deal.account_id, opportunity_id=deal.id)
