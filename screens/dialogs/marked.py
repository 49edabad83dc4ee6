"""A verb's own dialog filled once for all marked rows; saving it goes on to what it would do to them."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from textual.content import Content

from screens.dialogs.approve import ApproveDialog
from screens.dialogs.assign import AssignDialog
from screens.dialogs.callback import SnoozeDialog
from screens.dialogs.close import CloseDialog
from screens.dialogs.extend import ExtendDialog
from screens.dialogs.lead_dialog import LeadDialog
from screens.dialogs.note import StatusDialog
from screens.dialogs.person_fields import PersonFields
from screens.dialogs.reclassify import CampaignDialog, MotionDialog
from store.errors import Refusal
from store.operations.bulk import ONE_BY_ONE, Verb, preview, stages
from store.queries import queue
from store.queries.closing import CloseChoices, asked_of_many
from store.rules.closing import CloseDraft
from store.rules.path import ALLOWED_STATUSES
from store.vocabulary import LOCKED_STAGES, Outcome, Stage, Status
from tui import present
from tui.guide import status_guide
from tui.lead_screen import Marked, ToAll
from tui.widgets.choice_list import Choice, ChoiceList

_ASKS_SHOWN = 6  # kinds of asking listed


class MarkedDialog(LeadDialog):
    """What a dialog of one at bat is when it is filled for many: no person in it, nothing saved by it."""

    ACT: ClassVar[Verb]

    async def prepare(self, opening: Any) -> None:
        """Take up the marked ones; one of them, in no particular state, stands for all in what is worked out."""
        self.ids = cast(Marked, opening).ids
        row = await self.app.desk.read(queue.row, self.ids[0])
        assert row is not None
        lead = row.lead._replace(stage=Stage.ATTEMPTING, status=Status.ATTEMPTING, open=1, value=0, callback_at=None)
        self.row, self.lead, self.offered, self.seen = row, lead, None, 0

    def heading(self) -> Content:
        """``Snooze · 50 at bats``."""
        return present.joined((self.VERB, "bold"), f" · {present.count(len(self.ids), 'marked at bat')}")

    @property
    def contact_zone(self) -> str | None:
        """Times are one's own: the marked ones may be anywhere."""
        return None

    def action_submit(self) -> None:
        """Go on to what it would do."""
        if not self.is_current:
            return
        try:
            draft = self.draft()
        except Refusal as refusal:
            self.show_refusal(refusal)
            return
        self.app.hold_keys(self._look(draft))

    async def _look(self, draft: Any) -> None:
        desk = self.app.desk
        assert desk.actor is not None
        act = self.act()
        try:
            seen = await desk.read(preview, desk.actor, desk.now(), act, draft, self.ids)
        except Refusal as refusal:
            self.show_refusal(refusal)
            return
        self.app.open_dialog("to_all", ToAll(act, draft, seen, self.given_to()), self._done)

    def act(self) -> Verb:
        """What is done to all of them."""
        return self.ACT

    def given_to(self) -> str:
        """Whom or what they are given to, where the act gives them to somebody or something."""
        return ""

    def _done(self, account: Any) -> None:
        self.dismiss()
        self._then(account)


class SnoozeMarkedDialog(MarkedDialog, SnoozeDialog):
    """Put all marked ones off until the same time."""

    ACT = Verb.SNOOZE

    def consequence(self) -> Content:
        """What comes next."""
        return Content("no clock stops; what it will do to each is shown before anything is saved")


class StatusMarkedDialog(MarkedDialog, StatusDialog):
    """The statuses that any of the marked ones may have."""

    ACT = Verb.STATUS

    async def prepare(self, opening: Any) -> None:
        """Also the stages they stand in."""
        await super().prepare(opening)
        self.stages = await self.app.desk.read(stages, self.ids)

    def reset(self, opening: Any) -> None:
        """Those that a stage of theirs allows."""
        means = {guidance.status: guidance.means for guidance in status_guide(self.app.team.rules)}
        open_stages = self.stages.difference(LOCKED_STAGES, {Stage.DISQUALIFIED})
        found = dict.fromkeys(status for stage in Stage if stage in open_stages for status in ALLOWED_STATUSES[stage])
        choices = [Choice(status.label[0], status, status.label, means[status]) for status in found]
        self.query_one(ChoiceList).set_choices(choices)

    def consequence(self) -> Content:
        """That it is an override, and what comes next."""
        if not self.query_one(ChoiceList).choices:
            return Content("None of them is open: there is no status to set.")
        return Content("kept as an override of the rules; what it will do to each is shown before anything is saved")


class CloseMarkedDialog(MarkedDialog, CloseDialog):
    """One outcome and reason for all marked ones, of those that name nothing of their own on each."""

    ACT = Verb.CLOSE

    async def prepare(self, opening: Any) -> None:
        """Nothing of one at bat can be chosen."""
        await super().prepare(opening)
        self.choices = CloseChoices(None, False, "", (), ())

    def _outcomes(self) -> list[Choice[Outcome]]:
        return [choice for choice in super()._outcomes() if choice.value not in ONE_BY_ONE]

    def _follow(self) -> None:
        super()._follow()
        self.query_one(PersonFields).show(False)

    def _told(self, draft: CloseDraft) -> str:
        return "each company becomes a customer, and its owner is told"


class AssignMarkedDialog(MarkedDialog, AssignDialog):
    """Everybody there is: whoever has some of them already keeps those, which the preview says."""

    ACT = Verb.ASSIGN

    async def prepare(self, opening: Any) -> None:
        """Also who is here."""
        await super().prepare(opening)
        self.lead = self.lead._replace(owner_id=None)
        await self.read_staff()

    def given_to(self) -> str:
        """Who was chosen."""
        return present.safe(next(one.name for one in self._staff if one.id == self._owners.value), 40)

    def _clocks(self) -> list[present.Part]:
        return ["their clocks run on; the new owner’s own first touches are timed from now"]

    def _whose(self) -> str:
        chosen = next((one for one in self._staff if one.id == self._owners.value), None)
        if chosen is None:
            return "what it will do to each is shown before anything is saved"
        limit = self.app.team.rules.routing.open_lead_limit
        held = chosen.open + len(self.ids)
        over = f", more than the {limit:,} that routing gives a rep" if held > limit else ""
        return f"{present.safe(chosen.name, 40)} then has up to {held:,} open{over}"


class ExtendMarkedDialog(MarkedDialog, ExtendDialog):
    """One reason, and one time or as long as may be for each."""

    ACT = Verb.EXTEND

    def consequence(self) -> Content:
        """What each gets."""
        return Content("each as long again as its window was unless you type a time; kept with the reason")


class ApproveMarkedDialog(MarkedDialog, ApproveDialog):
    """One word on all of them: they close as was asked, or go back with the same note."""

    async def prepare(self, opening: Any) -> None:
        """Only for a team lead; also what was asked for."""
        desk = self.app.desk
        if desk.actor is None or not desk.actor.leads_team:
            raise Refusal("Only a team lead decides this.")
        await super().prepare(opening)
        self._asked = await desk.read(asked_of_many, self.ids)

    def act(self) -> Verb:
        """What was decided."""
        return Verb.SEND_BACK if self.sends_back else Verb.APPROVE

    def consequence(self) -> Content:
        """Where they go."""
        if self.query_one(ChoiceList).value is None:
            return Content("approving closes them for good; sent back, each is its owner's again, at the top")
        return Content("back to the stage before · an override" if self.sends_back else "closed for good, as was asked")

    def _asked_words(self) -> Content:
        if not self._asked:
            return Content("Nothing waits for approval among them.")
        asks = [f"{count:,} asked by {present.safe(by, 40)}: {outcome.label}" for by, outcome, count in self._asked]
        more = len(asks) - _ASKS_SHOWN
        return Content("\n".join([*asks[:_ASKS_SHOWN], *([f"and {more:,} more kinds"] if more > 0 else [])]))


class MotionMarkedDialog(MarkedDialog, MotionDialog):
    """One motion for all of them."""

    ACT = Verb.MOTION
    now_motion = None


class CampaignMarkedDialog(MarkedDialog, CampaignDialog):
    """One campaign for all of them, or none."""

    ACT = Verb.CAMPAIGN
    may_have_none = True

    async def prepare(self, opening: Any) -> None:
        """Also which campaigns there are."""
        await super().prepare(opening)
        self.lead = self.lead._replace(campaign_id=None)
        await self.read_campaigns()

    def given_to(self) -> str:
        """Which was chosen."""
        names = {row.id: f"campaign {present.safe(row.name, 40)}" for row in self._campaigns}
        return names.get(self._list.value or 0, "no campaign")
