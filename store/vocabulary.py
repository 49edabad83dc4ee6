"""The field's words, as enums whose values are what the database stores.

Labels shown to people are derived from the value (``no_answer`` reads "no answer"), so a word is written once.
The tables of which word goes with which live in ``store.rules``; the numbers live in ``rules.toml``.
See docs/model.md, "The words".
"""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """A stored word that can say itself to a person."""

    @property
    def label(self) -> str:
        """The word as people read it: underscores become blanks."""
        return self.value.replace("_", " ")


class Stage(Word):
    """Where an at bat stands on its one-way path."""

    NEW = "new"
    ACCEPTED = "accepted"
    ATTEMPTING = "attempting"
    CONNECTED = "connected"
    QUALIFIED = "qualified"
    DISQUALIFIED = "disqualified"
    CONVERTED = "converted"
    CLOSED = "closed"


class Status(Word):
    """What is happening inside a stage right now; may go back and forth."""

    UNCONTACTED = "uncontacted"
    RECYCLED = "recycled"
    ATTEMPTING = "attempting"
    CONNECTED = "connected"
    WORKING = "working"
    STALE = "stale"
    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"
    CONVERTED = "converted"
    NURTURE = "nurture"
    DISQUALIFIED = "disqualified"


class Motion(Word):
    """Why an at bat exists."""

    DEMO_REQUEST = "demo_request"
    EVENT_FOLLOW_UP = "event_follow_up"
    OUTBOUND_TARGET = "outbound_target"
    PARTNER_REFERRAL = "partner_referral"
    REACTIVATION = "reactivation"
    EXPANSION = "expansion"
    INTENT_SIGNAL = "intent_signal"
    CAMPAIGN_RESPONSE = "campaign_response"
    REP_CREATED = "rep_created"


class Channel(Word):
    """How a touch was made."""

    CALL = "call"
    EMAIL = "email"
    LINKEDIN = "linkedin"
    SMS = "sms"
    MEETING = "meeting"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {"email": "e-mail", "linkedin": "LinkedIn", "sms": "SMS"}.get(self.value, self.value)


class Direction(Word):
    """Who made the touch: we did (out) or they did (in)."""

    OUT = "out"
    IN = "in"


class WithWhom(Word):
    """Whom a touch was with, when it was not the person themself."""

    CONTACT = "contact"
    PARTNER = "partner"
    SWITCHBOARD = "switchboard"


class Disposition(Word):
    """What came of a touch."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    VOICEMAIL_LEFT = "voicemail_left"
    GATEKEEPER = "gatekeeper"
    CONVERSATION = "conversation"
    CALLBACK_REQUESTED = "callback_requested"
    MEETING_BOOKED = "meeting_booked"
    NOT_INTERESTED = "not_interested"
    WRONG_PERSON = "wrong_person"
    WRONG_NUMBER = "wrong_number"
    BOUNCED = "bounced"
    DO_NOT_CONTACT = "do_not_contact"
    UNSUBSCRIBE = "unsubscribe"
    SENT = "sent"
    REPLIED = "replied"
    HELD = "held"
    NO_SHOW = "no_show"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return {"wrong_number": "wrong or dead number", "no_show": "no-show", "unknown": "unknown (imported)"}.get(
            self.value, self.value.replace("_", " ")
        )


class Outcome(Word):
    """How an at bat ended."""

    CONVERTED = "converted_to_opportunity"
    MEETING_BOOKED = "meeting_booked"
    NOT_READY = "connected_not_ready_now"
    BAD_FIT = "connected_bad_fit"
    NO_RESPONSE = "no_response"
    NO_SHOW = "no_show"
    DUPLICATE = "duplicate"
    WRONG_PERSON = "wrong_person"
    BAD_DATA = "bad_data"
    EXISTING = "existing_customer_or_opportunity"
    SUPPRESS = "suppress"
    RE_ENGAGE = "re_engage"

    @property
    def label(self) -> str:
        return {
            "connected_not_ready_now": "connected, not ready now",
            "connected_bad_fit": "connected, bad fit",
            "no_show": "no-show",
            "duplicate": "duplicate or already active",
            "existing_customer_or_opportunity": "existing customer or open opportunity",
            "suppress": "suppress from future sales motion",
            "re_engage": "re-engage after a date or trigger",
        }.get(self.value, self.value.replace("_", " "))


class Role(Word):
    """The part a contact plays in one buying group."""

    DECISION_MAKER = "decision_maker"
    CHAMPION = "champion"
    ECONOMIC_BUYER = "economic_buyer"
    EVALUATOR = "evaluator"
    INFLUENCER = "influencer"
    USER = "user"
    BLOCKER = "blocker"
    OTHER = "other"


class Answer(Word):
    """An answer to one of the four qualification questions."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not_known"


class Trigger(Word):
    """A kind of signal that may bring a contact back."""

    TITLE_CHANGED = "title_changed"
    EMPLOYER_CHANGED = "employer_changed"
    HIGH_INTENT_PAGE = "high_intent_page"
    NEW_CONTENT = "new_content"
    COMPETITOR_FAILED = "competitor_failed"
    LEADERSHIP_CHANGED = "leadership_changed"
    REGULATION = "regulation"
    BUDGET_APPROVED = "budget_approved"
    OTHER = "other"


class Lifecycle(Word):
    """The broad relationship with a contact; derived, never typed."""

    NAME = "name"
    MQL = "mql"
    SAL = "sal"
    SQL = "sql"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    REFERENCE = "reference"

    @property
    def label(self) -> str:
        """As people say it: MQL, customer."""
        return self.value.upper() if self in (Lifecycle.MQL, Lifecycle.SAL, Lifecycle.SQL) else self.value


class Pool(Word):
    """Who works a name: marketing in bulk, or sales in person."""

    MARKETING = "marketing"
    SALES = "sales"


class UserRole(Word):
    """What a user of this program may do."""

    SDR = "sdr"
    AE = "ae"
    LEAD = "lead"
    ADMIN = "admin"


class ActorKind(Word):
    """By whose hand a write was made."""

    PERSON = "person"
    RULE = "rule"
    IMPORT = "import"


class PhoneKind(Word):
    """What a number is for."""

    DIRECT = "direct"
    MOBILE = "mobile"
    OFFICE = "office"
    SWITCHBOARD = "switchboard"
    HOME = "home"
    OTHER = "other"


class Reachability(Word):
    """Whether a phone number or an e-mail address works, as far as anyone knows."""

    VALID = "valid"
    BAD = "bad"
    UNKNOWN = "unknown"


class MeetingResult(Word):
    """What became of a meeting."""

    BOOKED = "booked"
    HELD = "held"
    NO_SHOW = "no_show"
    MOVED = "moved"
    CANCELLED = "cancelled"


class PromiseState(Word):
    """What became of a callback or a task."""

    OPEN = "open"
    KEPT = "kept"
    MISSED = "missed"
    DONE = "done"
    DROPPED = "dropped"


class Decision(Word):
    """What an at bat forces its owner to decide; kept on the lead while it waits."""

    EXPIRED = "expired"
    STALE = "stale"
    RETURNED = "returned"
    CONVERT = "convert"
    REBOOK = "rebook"
    NO_SHOW = "no_show"
    NOT_INTERESTED = "not_interested"
    WRONG_PERSON = "wrong_person"
    BAD_DATA = "bad_data"
    REJECTED = "rejected_by_sales"


class ClockKind(Word):
    """A service-level clock on an at bat; docs/model.md, "Clocks", says what each waits for."""

    FIRST_TOUCH = "first_touch"
    ACCEPT = "accept"
    CONNECT = "connect"
    QUALIFY = "qualify"
    CONVERT = "convert"
    ACTIVITY = "activity"
    RESPOND = "respond"
    APPROVAL = "approval"
    HAND_OVER = "hand_over"
    OWN_TOUCH = "own_touch"


class AlertKind(Word):
    """What an owner is told of, until its cause is gone; docs/model.md, "Alerts"."""

    UNROUTED = "unrouted"
    OFFERED = "offered"
    UNTOUCHED = "untouched"
    SLA_MISSED = "sla_missed"
    ATTEMPTING_LONG = "attempting_long"
    ATTEMPTING_OVERDUE = "attempting_overdue"
    SILENT = "silent"
    STALE = "stale"
    EXPIRY = "expiry"
    APPROVAL_LATE = "approval_late"
    APPROVAL_SIGNAL = "approval_signal"
    HAND_OVER_LATE = "hand_over_late"
    REJECTED = "rejected_by_sales"
    UNMOVED = "unmoved"
    SOURCE_DISQUALIFIED = "source_disqualified"
    ACCOUNT_NURTURE = "account_nurture"
    RECYCLED_FAILING = "recycled_failing"
    OVERRIDES = "overrides"


class Subject(Word):
    """What the arms of an experiment differ in."""

    CADENCE = "cadence"
    SCRIPT = "script"
    ROUTING = "routing"
    THRESHOLD = "threshold"


class OpportunityStage(Word):
    """Where an opportunity stands."""

    DISCOVERY = "discovery"
    EVALUATION = "evaluation"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    WON = "won"
    LOST = "lost"
    REVERSED = "reversed"


OPEN_STAGES = (Stage.NEW, Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED, Stage.QUALIFIED, Stage.DISQUALIFIED)
LOCKED_STAGES = (Stage.CONVERTED, Stage.CLOSED)
OPEN_OPPORTUNITY_STAGES = (
    OpportunityStage.DISCOVERY,
    OpportunityStage.EVALUATION,
    OpportunityStage.PROPOSAL,
    OpportunityStage.NEGOTIATION,
)
