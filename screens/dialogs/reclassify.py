"""Set right what an at bat is counted as: the motion it is worked by, the campaign it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content

from screens.dialogs.lead_dialog import LeadDialog
from screens.dialogs.new_lead import MOTIONS
from store.errors import Refusal
from store.operations.reclassify import LeadCampaignDraft, MotionDraft, require_own
from store.queries.campaigns import CampaignRow, campaigns
from store.queries.queue import QueueRow
from store.rules.expiry import rule_words
from store.vocabulary import Motion
from tui import present
from tui.lead_screen import Offered
from tui.widgets.choice_list import Choice, ChoiceList, lettered
from tui.widgets.field import Field

_NONE = 0  # the id that stands for no campaign


class MotionDialog(LeadDialog):
    """The motions but its own, each with what ends an at bat of it."""

    VERB = "Motion"

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Refuse at once where it is not for this person to say."""
        await super().prepare(opening)
        assert self.app.desk.actor is not None
        require_own(self.lead, self.app.desk.actor, "changes its motion")

    def compose_form(self) -> ComposeResult:
        """One list."""
        yield Field("motion", "Worked by which motion from now on", ChoiceList[Motion]())

    def reset(self, opening: QueueRow | Offered) -> None:
        """Every motion but the one it has."""
        rules = self.app.team.rules
        self.query_one(ChoiceList).set_choices(
            [
                Choice(choice.letter, choice.value, choice.value.label, f"ends after {rule_words(choice.value, rules)}")
                for choice in MOTIONS
                if choice.value is not self.now_motion
            ]
        )

    @property
    def now_motion(self) -> Motion | None:
        """The motion that it has."""
        return self.lead.motion

    def draft(self) -> MotionDraft:
        """The motion chosen."""
        motion: Motion | None = self.query_one(ChoiceList).value
        if motion is None:
            raise Refusal("Press the letter of a motion.", "motion")
        return MotionDraft(self.lead.id, motion, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Set it."""
        from store.operations.reclassify import set_motion

        return set_motion

    def consequence(self) -> Content:
        """What follows the motion, and what does not."""
        was = f"{self.now_motion.label} so far; " if self.now_motion is not None else ""
        return Content(
            f"{was}cadence and window are the new one’s, the window counted from the opening;"
            " no clock that runs is lengthened, what only the new one has begins now"
        )


class CampaignDialog(LeadDialog):
    """The campaigns that there are, those that run first; and none."""

    VERB = "Campaign"
    _campaigns: tuple[CampaignRow, ...] = ()

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Refuse at once where it is not for this person to say; also which campaigns there are."""
        await super().prepare(opening)
        assert self.app.desk.actor is not None
        require_own(self.lead, self.app.desk.actor, "says which campaign it belongs to")
        await self.read_campaigns()

    async def read_campaigns(self) -> None:
        """Read which there are."""
        self._campaigns = await self.app.desk.read(campaigns, self.app.desk.now())

    def compose_form(self) -> ComposeResult:
        """One list."""
        yield Field("campaign", "Belongs to which campaign", ChoiceList[int](id="campaign"))

    def reset(self, opening: QueueRow | Offered) -> None:
        """Every campaign but the one it has."""
        found = [row for row in self._campaigns if row.id != self.lead.campaign_id]
        choices = [
            Choice(choice.letter, choice.value, choice.words, self._stands(row))
            for choice, row in zip(
                lettered([(row.id, present.safe(row.name, 40)) for row in found]), found, strict=True
            )
        ]
        if self.may_have_none:
            choices.append(Choice("-", _NONE, "no campaign"))
        self._list.set_choices(choices)

    @property
    def may_have_none(self) -> bool:
        """Whether there is a campaign to be taken away."""
        return self.lead.campaign_id is not None

    def draft(self) -> LeadCampaignDraft:
        """The campaign chosen."""
        campaign_id = self._list.value
        if campaign_id is None:
            raise Refusal("Which campaign? Press a letter.", "campaign")
        return LeadCampaignDraft(self.lead.id, campaign_id or None, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Set it."""
        from store.operations.reclassify import set_campaign

        return set_campaign

    def consequence(self) -> Content:
        """What it leaves as it is."""
        if not self._list.choices:
            return Content("There is no campaign yet: a signal or an import that names one adds it.")
        return Content("source, signals and first touch stay; a window that ends with the campaign follows it")

    def _stands(self, row: CampaignRow) -> str:
        window = " – ".join(day for day in (row.starts, row.ends) if day)
        return " · ".join(filter(None, (present.safe(row.source, 30), window, "" if row.runs else "over")))

    @property
    def _list(self) -> ChoiceList[int]:
        return self.query_one("#campaign", ChoiceList)
