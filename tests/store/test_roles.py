"""Who may do what: every operation for every role, and what is refused is refused in one sentence, without a trace.

A new operation must be put in the table: that none is forgotten is what this file is for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

import store.operations
from store import Actor, Refusal
from store.actor import SYSTEM
from store.instants import DAY, HOUR
from store.operations.accounts import AccountDraft, add_account
from store.operations.attendance import (
    AbsenceDraft,
    CapacityDraft,
    ComingDraft,
    UserActDraft,
    ZoneDraft,
    pause_intake,
    set_absent,
)
from store.operations.bulk import Like, Verb, batches, do_batch, preview
from store.operations.campaigns import CampaignDraft, add_campaign
from store.operations.converting import ConvertDraft, QualifyDraft, ReverseDraft
from store.operations.deal_touch import DealCallbackDraft
from store.operations.edit import ContactDraft, PoolDraft, edit_contact
from store.operations.edit_account import AccountEdit, edit_account
from store.operations.employment import FollowDraft
from store.operations.experiments import ArmDraft, EndDraft, ExperimentDraft, begin_experiment, end_experiment
from store.operations.extend import ExtendDraft, extend
from store.operations.hand_over import AcceptDraft, HandOverDraft, RejectDraft
from store.operations.init import UserDraft, add_user
from store.operations.judge_status import JudgeDraft
from store.operations.leaving import LeaveDraft
from store.operations.new_lead import NewLeadDraft
from store.operations.opportunity import DealNoteDraft, GroupDraft, LoseDraft, OpportunityDraft, WinDraft
from store.operations.people import PersonDraft
from store.operations.promises import CallbackDraft, SnoozeDraft
from store.operations.receive_signal import SignalIn, receive_signal
from store.operations.reclassify import LeadCampaignDraft, MotionDraft
from store.operations.record_signal import SignalDraft
from store.operations.recycle import RecycleDraft
from store.operations.references import ReferenceDraft
from store.operations.routing import AssignDraft, ClaimDraft
from store.operations.sessions import AdvanceDraft, SessionDraft, StartDraft, pause_session, start_session
from store.operations.set_back import SetBackDraft
from store.operations.suppression import LiftDraft
from store.operations.transaction import Operation
from store.operations.undo import UndoDraft
from store.operations.views import DropViewDraft, RenameViewDraft, SaveViewDraft, save_view
from store.operations.working import AmendDraft, ApprovalDraft, LeadDraft, NoteDraft, StatusDraft
from store.queries.spot_checks import spot_checks
from store.rules.closing import CloseDraft
from store.rules.deal_touch import DealTouchDraft
from store.rules.queue_views import Spec
from store.rules.touch import TouchDraft
from store.vocabulary import (
    Channel,
    Disposition,
    Motion,
    OpportunityStage,
    Outcome,
    Pool,
    Role,
    Stage,
    Status,
    Subject,
    UserRole,
)
from tests.factories import ANA, BEN, CLOSE_DATE, ED, PRIYA, YES, Floor

# Whatever an act is on is Priya's.
ROLES: Mapping[str, Actor] = {
    "owner": PRIYA,
    "rep": BEN,
    "ae": ED,
    "lead": ANA,
    "admin": Actor(ANA.user_id, role=UserRole.ADMIN),
    "system": SYSTEM,
}
EVERYBODY = frozenset(ROLES)
LEADS = frozenset({"lead", "admin", "system"})
OWN = LEADS | {"owner"}
PROGRAM = {"init", "import", "tick", "review", "route_waiting", "new_rules", "move_in_time"}
"""What nobody does by hand: the program itself, or the command line with the file in its hands."""


class Row(NamedTuple):
    """Who may, how the others are told why not, and a draft on something new each time."""

    may: frozenset[str]
    why: str
    make: Callable[[Floor], Any]


def on(stage: Stage, draft: Callable[[Floor, int], Any]) -> Callable[[Floor], Any]:
    """A draft on an at bat of Priya's at this stage."""
    return lambda floor: draft(floor, floor.lead(stage))


def on_deal(draft: Callable[[int], Any], taker: int | None = None) -> Callable[[Floor], Any]:
    """A draft on an opportunity of Priya's, handed to somebody where ``taker`` says so."""

    def make(floor: Floor) -> Any:
        lead_id = floor.lead(Stage.QUALIFIED)
        floor.convert(lead_id, taker_id=taker)
        return draft(floor.value("SELECT opportunity_id FROM conversion WHERE lead_id = ?", lead_id))

    return make


def person_of(floor: Floor, lead_id: int) -> int:
    contact_id = floor.state(lead_id).contact_id
    assert contact_id is not None
    return contact_id


def extended(floor: Floor) -> ExtendDraft:
    lead_id = floor.lead()
    extend(floor.store, PRIYA, floor.later(), ExtendDraft(lead_id, "on holiday"))
    return ExtendDraft(lead_id, "and once more")


def touched(floor: Floor) -> AmendDraft:
    lead_id = floor.lead(Stage.ATTEMPTING)
    return AmendDraft(floor.value("SELECT max(id) FROM touch WHERE lead_id = ?", lead_id), "better")


def unrouted(floor: Floor) -> ClaimDraft:
    floor.raw('UPDATE "user" SET paused = 0')
    for rep in (PRIYA, BEN):
        pause_intake(floor.store, ANA, floor.later(), UserActDraft(rep.user_id))
    who = floor.person()
    draft = SignalIn("demo_request", "website", name=who.name, email=who.email)
    receive_signal(floor.store, SYSTEM, floor.later(), draft)
    return ClaimDraft()


def may_return(floor: Floor) -> RecycleDraft:
    lead_id = floor.lead(Stage.CLOSED)
    floor.later(91 * DAY)
    return RecycleDraft(lead_id)


def reference(floor: Floor) -> ReferenceDraft:
    contact_id = person_of(floor, floor.lead())
    edit_contact(floor.store, PRIYA, floor.later(), ContactDraft(contact_id, reference=True))
    return ReferenceDraft(contact_id)


def moved(floor: Floor) -> FollowDraft:
    contact_id = person_of(floor, floor.lead(Stage.CLOSED))
    edit_contact(floor.store, PRIYA, floor.later(), ContactDraft(contact_id, company=f"New {contact_id}"))
    return FollowDraft(contact_id, "they moved")


def suppressed(floor: Floor) -> LiftDraft:
    lead_id = floor.lead()
    floor.close(lead_id, Outcome.SUPPRESS)
    return LiftDraft(person_of(floor, lead_id), "they called us")


def met(floor: Floor) -> ConvertDraft:
    lead_id = floor.lead(Stage.QUALIFIED)
    floor.meet(lead_id)
    return ConvertDraft(lead_id, close_date=CLOSE_DATE)


def fair(floor: Floor) -> int:
    floor.people += 1
    done = add_campaign(floor.store, ANA, floor.later(), CampaignDraft(f"Fair {floor.people}"))
    return (done.made or {})["campaign_id"]


def view(floor: Floor) -> int:
    floor.people += 1
    done = save_view(floor.store, PRIYA, floor.later(), SaveViewDraft(f"Mine {floor.people}", Spec()))
    return (done.made or {})["view_id"]


def session(floor: Floor) -> int:
    done = start_session(floor.store, PRIYA, floor.later(), StartDraft((floor.lead(),)))
    return (done.made or {})["session_id"]


def paused(floor: Floor) -> SessionDraft:
    id = session(floor)
    pause_session(floor.store, PRIYA, floor.later(), SessionDraft(id))
    return SessionDraft(id)


def experiment(floor: Floor) -> ExperimentDraft:
    floor.people += 1
    for (id,) in floor.store.rows("SELECT id FROM experiment WHERE ends_at IS NULL"):
        end_experiment(floor.store, ANA, floor.later(), EndDraft(id))
    return ExperimentDraft(f"Try {floor.people}", Subject.CADENCE, [ArmDraft("as now"), ArmDraft("other", 1, "event")])


def running(floor: Floor) -> EndDraft:
    done = begin_experiment(floor.store, ANA, floor.later(), experiment(floor))
    return EndDraft((done.made or {})["experiment_id"])


def a_month_ago(floor: Floor) -> JudgeDraft:
    floor.lead(Stage.ATTEMPTING)
    floor.now += 31 * DAY
    return JudgeDraft(spot_checks(floor.store, floor.now)[0].id, right=True)


def here(draft: Any) -> Callable[[Floor], Any]:
    """A draft about Priya, who is here and takes new ones."""

    def make(floor: Floor) -> Any:
        floor.raw("UPDATE \"user\" SET paused = 0, zone = ''")
        floor.raw("UPDATE absence SET void = 1")
        return draft

    return make


def away(floor: Floor) -> UserActDraft:
    here(None)(floor)
    today = floor.store.calendar.day(floor.now).isoformat()
    set_absent(floor.store, ANA, floor.later(), AbsenceDraft(PRIYA.user_id, today, today))
    return UserActDraft(PRIYA.user_id)


def away_later(floor: Floor) -> ComingDraft:
    here(None)(floor)
    set_absent(floor.store, ANA, floor.later(), AbsenceDraft(PRIYA.user_id, ends_later(floor), ends_later(floor)))
    return ComingDraft(PRIYA.user_id, ends_later(floor))


def intake_paused(floor: Floor) -> UserActDraft:
    here(None)(floor)
    pause_intake(floor.store, ANA, floor.later(), UserActDraft(PRIYA.user_id))
    return UserActDraft(PRIYA.user_id)


def newcomer(floor: Floor) -> int:
    floor.people += 1
    done = add_user(floor.store, ANA, floor.later(), UserDraft(f"Rep {floor.people}"))
    return (done.made or {})["user_id"]


def company(floor: Floor) -> int:
    floor.people += 1
    done = add_account(floor.store, ANA, floor.later(), AccountDraft(f"Works {floor.people}"))
    return (done.made or {})["account_id"]


def bens(floor: Floor) -> int:
    id = company(floor)
    edit_account(floor.store, BEN, floor.later(), AccountEdit(id, owner="Ben"))
    return id


def ends_later(floor: Floor) -> str:
    return floor.store.calendar.day(floor.now + 3 * DAY).isoformat()


TEAM_LEAD = r"Only a team lead"
TABLE: dict[str, Row] = {
    # what anybody may do on anybody's at bat: colleagues help out
    "log_touch": Row(EVERYBODY, "", on(Stage.NEW, lambda f, id: TouchDraft(id, Channel.CALL, Disposition.NO_ANSWER))),
    "callback": Row(EVERYBODY, "", on(Stage.NEW, lambda f, id: CallbackDraft(id, f.now + HOUR))),
    "snooze": Row(EVERYBODY, "", on(Stage.NEW, lambda f, id: SnoozeDraft(id, f.now + DAY))),
    "note": Row(EVERYBODY, "", on(Stage.NEW, lambda f, id: NoteDraft(id, "a word"))),
    "set_status": Row(EVERYBODY, "", on(Stage.CONNECTED, lambda f, id: StatusDraft(id, Status.WORKING))),
    "qualify": Row(EVERYBODY, "", on(Stage.NEW, lambda f, id: QualifyDraft(id, YES))),
    "add_person": Row(EVERYBODY, "", on(Stage.NEW, lambda f, id: PersonDraft(id, Role.USER, person=f.person()))),
    "convert": Row(
        EVERYBODY, "", on(Stage.QUALIFIED, lambda f, id: ConvertDraft(id, close_date=CLOSE_DATE, answers=YES))
    ),
    "close": Row(EVERYBODY, "", on(Stage.NEW, lambda f, id: CloseDraft(id, Outcome.NO_RESPONSE))),
    "reassign": Row(EVERYBODY - {"owner"}, r"yours already", on(Stage.NEW, lambda f, id: LeadDraft(id))),
    "open_opportunity": Row(EVERYBODY, "", met),
    "recycle": Row(EVERYBODY, "", may_return),
    "claim_next": Row(EVERYBODY, "", unrouted),
    # people, companies, signals
    "new_lead": Row(
        EVERYBODY,
        "",
        lambda f: NewLeadDraft(Motion.OUTBOUND_TARGET, "list", company="Acme", person=f.person(), why="try"),
    ),
    "add_account": Row(EVERYBODY, "", lambda f: AccountDraft(f"Acme {company(f)}")),
    "edit_contact": Row(EVERYBODY, "", lambda f: ContactDraft(person_of(f, f.lead()), title=f"Head {f.people}")),
    "edit_account": Row(EVERYBODY, "", lambda f: AccountEdit(company(f), industry="steel")),
    "change_pool": Row(EVERYBODY, "", on(Stage.CLOSED, lambda f, id: PoolDraft(person_of(f, id), Pool.MARKETING))),
    "use_reference": Row(EVERYBODY, "", reference),
    "follow": Row(EVERYBODY, "", moved),
    "receive_signal": Row(EVERYBODY, "", lambda f: SignalIn("download", "web", name="Al", email=f.person().email)),
    "record_signal": Row(EVERYBODY, "", on(Stage.NEW, lambda f, id: SignalDraft("visit", "web", person_of(f, id), id))),
    # one's own
    "accept": Row(frozenset({"owner"}), r"owns it", on(Stage.NEW, lambda f, id: LeadDraft(id))),
    "amend": Row(frozenset({"owner"}), r"one's own touch", touched),
    "undo": Row(frozenset({"owner"}), r"nothing of yours", on(Stage.NEW, lambda f, id: UndoDraft())),
    "save_view": Row(EVERYBODY, "", lambda f: SaveViewDraft(f"View {view(f)}", Spec())),
    "rename_view": Row(frozenset({"owner"}), r"not among yours", lambda f: RenameViewDraft(view(f), f"New {f.people}")),
    "drop_view": Row(frozenset({"owner"}), r"not among yours", lambda f: DropViewDraft(view(f))),
    "start_session": Row(EVERYBODY, "", on(Stage.NEW, lambda f, id: StartDraft((id,)))),
    "advance_session": Row(frozenset({"owner"}), r"session", lambda f: AdvanceDraft(session(f), None)),
    "pause_session": Row(frozenset({"owner"}), r"session", lambda f: SessionDraft(session(f))),
    "resume_session": Row(frozenset({"owner"}), r"session", paused),
    "end_session": Row(frozenset({"owner"}), r"session", lambda f: SessionDraft(session(f))),
    # its owner's, or a team lead's
    "extend": Row(OWN, r"Only its owner or a team lead", on(Stage.NEW, lambda f, id: ExtendDraft(id, "holiday"))),
    "extend again": Row(LEADS, r"team lead", extended),
    "set_motion": Row(
        OWN, r"Only its owner or a team lead", on(Stage.NEW, lambda f, id: MotionDraft(id, Motion.EXPANSION))
    ),
    "set_campaign": Row(
        OWN, r"Only its owner or a team lead", on(Stage.NEW, lambda f, id: LeadCampaignDraft(id, fair(f)))
    ),
    "set_absent": Row(
        OWN, r"Only Priya or a team lead", lambda f: here(AbsenceDraft(2, ends_later(f), ends_later(f)))(f)
    ),
    "back": Row(OWN, r"Only Priya or a team lead", away),
    "not_away": Row(OWN, r"Only Priya or a team lead", away_later),
    "pause_intake": Row(OWN, r"Only Priya or a team lead", here(UserActDraft(2))),
    "resume_intake": Row(OWN, r"Only Priya or a team lead", intake_paused),
    "set_zone": Row(OWN, r"Only Priya or a team lead", here(ZoneDraft(2, "Europe/Berlin"))),
    # a company that nobody has is anybody's to take, one that somebody has is theirs to give up
    "edit_account to Ben": Row(LEADS | {"rep"}, TEAM_LEAD, lambda f: AccountEdit(company(f), owner="Ben")),
    "edit_account from Ben": Row(LEADS | {"rep"}, TEAM_LEAD, lambda f: AccountEdit(bens(f), owner="")),
    # a team lead's alone
    "reassign_to": Row(LEADS, TEAM_LEAD, on(Stage.NEW, lambda f, id: AssignDraft(id, newcomer(f)))),
    "approve": Row(LEADS, TEAM_LEAD, on(Stage.DISQUALIFIED, lambda f, id: ApprovalDraft(id, "yes"))),
    "send_back": Row(LEADS, TEAM_LEAD, on(Stage.DISQUALIFIED, lambda f, id: ApprovalDraft(id, "no"))),
    "set_back": Row(LEADS, TEAM_LEAD, on(Stage.CONNECTED, lambda f, id: SetBackDraft(id, Stage.ATTEMPTING, "a slip"))),
    "reverse": Row(LEADS, TEAM_LEAD, on(Stage.CONVERTED, lambda f, id: ReverseDraft(id, "a slip"))),
    "lift_suppression": Row(LEADS, TEAM_LEAD, suppressed),
    "judge_status": Row(LEADS, TEAM_LEAD, a_month_ago),
    "begin_experiment": Row(LEADS, TEAM_LEAD, experiment),
    "end_experiment": Row(LEADS, TEAM_LEAD, running),
    "add_campaign": Row(LEADS, TEAM_LEAD, lambda f: CampaignDraft(f"Campaign {fair(f)}")),
    "add_user": Row(LEADS, TEAM_LEAD, lambda f: UserDraft(f"Somebody {newcomer(f)}")),
    "set_capacity": Row(LEADS, TEAM_LEAD, lambda f: CapacityDraft(newcomer(f), 5)),
    "leave_team": Row(LEADS, TEAM_LEAD, lambda f: LeaveDraft(newcomer(f))),
    # opportunities: their owner's, the one's who is asked to take it, or a team lead's
    "update_opportunity": Row(
        OWN, r"Priya’s", on_deal(lambda id: OpportunityDraft(id, stage=OpportunityStage.PROPOSAL))
    ),
    "win": Row(OWN, r"Priya’s", on_deal(WinDraft)),
    "lose": Row(OWN, r"Priya’s", on_deal(lambda id: LoseDraft(id, "no_budget"))),
    "set_group": Row(
        OWN, r"Priya’s", lambda f: on_deal(lambda id: GroupDraft(id, role=Role.USER, person=f.person()))(f)
    ),
    "hand_over": Row(OWN, r"Priya’s", on_deal(lambda id: HandOverDraft(id, ED.user_id))),
    "accept_hand_over": Row(LEADS | {"ae"}, r"handed to Ed", on_deal(AcceptDraft, ED.user_id)),
    "reject_hand_over": Row(
        LEADS | {"ae"}, r"handed to Ed", on_deal(lambda id: RejectDraft(id, "no_budget"), ED.user_id)
    ),
    "note_opportunity": Row(EVERYBODY, "", on_deal(lambda id: DealNoteDraft(id, "a word"))),
    "log_on_opportunity": Row(
        EVERYBODY, "", on_deal(lambda id: DealTouchDraft(id, Channel.CALL, Disposition.NO_ANSWER))
    ),
    "promise_on_opportunity": Row(
        EVERYBODY, "", lambda f: on_deal(lambda id: DealCallbackDraft(id, f.now + 2 * HOUR))(f)
    ),
}


def operations() -> dict[str, Operation[Any]]:
    """Every operation there is, by its kind; acts on many are those of their single act."""
    found: dict[str, Operation[Any]] = {}
    for module in pkgutil.iter_modules(store.operations.__path__):
        for value in vars(importlib.import_module(f"store.operations.{module.name}")).values():
            if isinstance(value, Operation):
                found[value.kind] = value
    return found


ALL = operations()


def test_every_operation_is_in_the_table() -> None:
    assert ALL.keys() == {kind.partition(" ")[0] for kind in TABLE} | (PROGRAM & ALL.keys())


@pytest.mark.parametrize("kind", TABLE)
def test_who_may_and_who_may_not(floor: Floor, kind: str) -> None:
    row, act = TABLE[kind], ALL[kind.partition(" ")[0]]
    draft = row.make(floor)
    before = floor.dump()
    for role in sorted(EVERYBODY - row.may):
        with pytest.raises(Refusal, match=row.why) as refused:
            act(floor.store, ROLES[role], floor.now, draft)
        sentence = refused.value.sentence
        assert sentence.endswith("."), (role, sentence)
        assert "\n" not in sentence, (role, sentence)
        assert floor.dump() == before, f"{role} was refused and left a trace"
    for number, role in enumerate(sorted(row.may)):
        draft = row.make(floor) if number else draft
        done = act(floor.store, ROLES[role], floor.later(), draft)
        by = floor.value("SELECT actor_id FROM operation WHERE id = ?", done.operation_id)
        assert by == ROLES[role].user_id, f"{role} did it, and it is theirs"


MANY: dict[Verb, tuple[Stage, Callable[[Floor], Like]]] = {
    Verb.ASSIGN: (Stage.NEW, lambda floor: AssignDraft(0, BEN.user_id)),
    Verb.APPROVE: (Stage.DISQUALIFIED, lambda floor: ApprovalDraft(0)),
    Verb.SEND_BACK: (Stage.DISQUALIFIED, lambda floor: ApprovalDraft(0, "no")),
    Verb.EXTEND: (Stage.NEW, lambda floor: ExtendDraft(0, "why")),
    Verb.MOTION: (Stage.NEW, lambda floor: MotionDraft(0, Motion.EXPANSION)),
    Verb.CAMPAIGN: (Stage.NEW, lambda floor: LeadCampaignDraft(0, fair(floor))),
}


@pytest.mark.parametrize("verb", MANY)
def test_many_at_once_are_refused_to_whom_one_is(floor: Floor, verb: Verb) -> None:
    stage, make = MANY[verb]
    lead_id, like = floor.lead(stage), make(floor)
    row, before = TABLE[verb.value], floor.dump()
    for role in sorted(EVERYBODY - row.may):
        actor = ROLES[role]
        try:
            seen = preview(floor.store, actor, floor.now, verb, like, [lead_id])
        except Refusal as refusal:
            told = refusal.sentence
        else:
            (refused,) = seen.refused
            told = refused.why
        assert row.why.lower() in told.lower()
        done = do_batch(floor.store, actor, floor.now, batches(uuid4(), verb, like, [(lead_id, 99)])[0])
        assert (done.did, len(done.refused)) == ((), 1)
        assert floor.dump() == before
    lead = next(actor for role, actor in ROLES.items() if role == "lead")
    assert preview(floor.store, lead, floor.now, verb, like, [lead_id]).able
