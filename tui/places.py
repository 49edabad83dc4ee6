"""Which main views, screens and dialogs there are; each is loaded when it is first gone to."""

from __future__ import annotations

from collections.abc import Sequence

from store.vocabulary import UserRole
from tui.frame import MainView, Person, load_class
from tui.view import View

MAIN_VIEWS = (
    MainView("queue", "Queue", "screens.queue.screen:QueueScreen"),
    MainView("deals", "Deals", "screens.deals.screen:DealsScreen", first_for=(UserRole.AE,)),
    MainView("recycling", "Recycling", "screens.recycling.screen:RecyclingScreen"),
    MainView("team", "Team", "screens.team.screen:TeamScreen", first_for=(UserRole.LEAD,)),
    MainView("reports", "Reports", "screens.reports.screen:ReportsScreen"),
)
DIALOGS: dict[str, str] = {
    "log": "screens.dialogs.log:LogDialog",
    "callback": "screens.dialogs.callback:CallbackDialog",
    "snooze": "screens.dialogs.callback:SnoozeDialog",
    "note": "screens.dialogs.note:NoteDialog",
    "signal": "screens.dialogs.signal:SignalDialog",
    "extend": "screens.dialogs.extend:ExtendDialog",
    "find": "screens.dialogs.find:FindDialog",
    "amend": "screens.dialogs.amend:AmendDialog",
    "status": "screens.dialogs.note:StatusDialog",
    "close": "screens.dialogs.close:CloseDialog",
    "convert": "screens.dialogs.convert:ConvertDialog",
    "qualify": "screens.dialogs.qualify:QualifyDialog",
    "person": "screens.dialogs.person_role:PersonRoleDialog",
    "new_lead": "screens.dialogs.new_lead:NewLeadDialog",
    "session_log": "screens.session.log:SessionLogDialog",
    "session_resume": "screens.session.start:ResumeDialog",
    "reverse": "screens.dialogs.reverse:ReverseDialog",
    "rep": "screens.dialogs.rep:RepDialog",
    "judge": "screens.dialogs.judge:JudgeDialog",
    "set_back": "screens.dialogs.set_back:SetBackDialog",
    "approve": "screens.dialogs.approve:ApproveDialog",
    "assign": "screens.dialogs.assign:AssignDialog",
    "edit_person": "screens.dialogs.edit_person:EditPersonDialog",
    "edit_account": "screens.dialogs.edit_account:EditAccountDialog",
    "follow": "screens.dialogs.follow:FollowDialog",
    "to_all": "screens.dialogs.bulk:BulkDialog",
    "undo_all": "screens.dialogs.bulk:UndoDialog",
    "motion": "screens.dialogs.reclassify:MotionDialog",
    "campaign": "screens.dialogs.reclassify:CampaignDialog",
    "lift": "screens.dialogs.lift:LiftDialog",
    "assign_marked": "screens.dialogs.marked:AssignMarkedDialog",
    "extend_marked": "screens.dialogs.marked:ExtendMarkedDialog",
    "approve_marked": "screens.dialogs.marked:ApproveMarkedDialog",
    "motion_marked": "screens.dialogs.marked:MotionMarkedDialog",
    "campaign_marked": "screens.dialogs.marked:CampaignMarkedDialog",
    "snooze_marked": "screens.dialogs.marked:SnoozeMarkedDialog",
    "status_marked": "screens.dialogs.marked:StatusMarkedDialog",
    "close_marked": "screens.dialogs.marked:CloseMarkedDialog",
    "save_view": "screens.dialogs.save_view:SaveViewDialog",
    "deal_end": "screens.dialogs.deal_end:DealEndDialog",
    "deal_stage": "screens.dialogs.deal_stage:DealStageDialog",
    "deal_edit": "screens.dialogs.deal_edit:DealEditDialog",
    "deal_hand_over": "screens.dialogs.deal_hand_over:DealHandOverDialog",
    "deal_people": "screens.dialogs.deal_people:DealPeopleDialog",
    "deal_note": "screens.dialogs.deal_note:DealNoteDialog",
    "deal_log": "screens.dialogs.deal_log:DealLogDialog",
    "deal_callback": "screens.dialogs.deal_callback:DealCallbackDialog",
    "save_report": "screens.reports.save:SaveReportDialog",
    "report": "screens.reports.choose:ReportDialog",
    "opportunity": "screens.dialogs.deal_open:DealOpenDialog",
}
SCREENS: dict[str, str] = {
    "timeline": "screens.timeline.screen:TimelineScreen",
    "session": "screens.session.screen:SessionScreen",
    "session_summary": "screens.session.summary:SummaryScreen",
    "account": "screens.account.screen:AccountScreen",
    "deal_story": "screens.deals.story:DealStoryScreen",
    "spot_checks": "screens.team.spot_checks:SpotCheckScreen",
    "rep_queue": "screens.team.queue:RepQueueScreen",
    "alerts": "screens.alerts.screen:AlertScreen",
    "records": "screens.records.screen:RecordsScreen",
    "explain": "screens.dialogs.explain:ExplainScreen",
}
ASK = "ask"
STYLED = ("queue", "timeline", "account", "deals", "session", "team", "recycling", "reports", "alerts")


def first_view(views: Sequence[MainView], person: Person) -> str:
    """The view that somebody starts on: the one for their role, else the first."""
    return next((view.id for view in views if person.role in view.first_for), views[0].id)


def screen_of(view: MainView) -> View:
    """A new screen of a main view."""
    screen: View = load_class(view.screen)()
    return screen
