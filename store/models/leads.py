"""The at bat: one time-boxed attempt, and where it stood when."""

from __future__ import annotations

from peewee import SQL, Check, IntegerField, TextField

from store.models.activity import Campaign, Signal
from store.models.base import Row, count, flag, link, moment, sql_words, text, void, word, written_by
from store.models.people import Account, Contact
from store.models.team import Team, User
from store.rules.path import ALLOWED_STATUSES
from store.vocabulary import (
    LOCKED_STAGES,
    Answer,
    Channel,
    Decision,
    Disposition,
    Motion,
    Outcome,
    Role,
    Stage,
    Status,
)

_PAIRS = " OR ".join(
    f"(stage = '{stage.value}' AND status IN ({sql_words(statuses)}))" for stage, statuses in ALLOWED_STATUSES.items()
)
_LOCKED = sql_words(LOCKED_STAGES)


class Lead(Row):
    """One at bat. No column describes a person; the counters and due times equal what the history says.

    ``tier`` and ``due_at`` are the queue's sort key (docs/model.md, "The queue's order").
    """

    account = link(Account, null=True)
    contact = link(Contact, null=True)
    number = count()
    motion = word("motion", Motion)
    source = text()
    trigger = text()
    why = text()
    campaign = link(Campaign, null=True)
    signal = link(Signal, null=True)
    owner = link(User, null=True)
    team = link(Team, null=True)
    assigned_at = moment(null=True)
    stage = word("stage", Stage)
    status = word("status", Status)
    sub_status = text()
    open = flag("open")
    opened_at = moment()
    opened_day = TextField()
    stage_at = moment()
    accepted_at = moment(null=True)
    connected_at = moment(null=True)
    attempts = count()
    direct_attempts = count()
    partner_touches = count()
    connects = count()
    touches = count()
    last_touch_at = moment(null=True)
    last_disposition = word("last_disposition", Disposition, null=True)
    last_attempt_at = moment(null=True)
    unanswered_at = moment(null=True)
    cadence = text()
    cadence_step = count()
    next_channel = word("next_channel", Channel, null=True)
    next_words = text()
    due_at = moment(null=True)
    tier = IntegerField(default=5)
    callback_at = moment(null=True)
    first_touch_due_at = moment(null=True)
    first_touch_at = moment(null=True)
    expires_at = moment(null=True)
    warn_at = moment(null=True)
    extensions = count()
    snoozed_until = moment(null=True)
    decision = word("decision", Decision, null=True)
    decision_at = moment(null=True)
    score = count()
    value = count()
    need = word("need", Answer, null=True)
    budget = word("budget", Answer, null=True)
    authority = word("authority", Answer, null=True)
    timeline = word("timeline", Answer, null=True)
    learned = text()
    outcome = word("outcome", Outcome, null=True)
    reason = text()
    outcome_note = text()
    competitor = text()
    closed_at = moment(null=True)
    eligible_at = moment(null=True)
    eligible_on = text()
    merged_into = link("self", null=True)
    rejected_at = moment(null=True)
    imported = flag("imported")
    rules = text()
    custom = text()
    updated_at = moment()
    version = count()
    void = void()
    written = written_by()
    rule_at = moment(null=True)
    entered = IntegerField(default=0, constraints=[SQL("DEFAULT 0")])  # a bit for each stage, kept by triggers

    class Meta:
        constraints = (
            Check(_PAIRS),
            Check(f"open = CASE WHEN void = 1 OR stage IN ({_LOCKED}) THEN 0 ELSE 1 END"),
            Check("contact_id IS NOT NULL OR account_id IS NOT NULL"),
            Check("stage <> 'closed' OR (outcome IS NOT NULL AND reason <> '' AND closed_at IS NOT NULL)"),
            Check("stage <> 'converted' OR (outcome IS NOT NULL AND closed_at IS NOT NULL)"),
            Check("open = 0 OR owner_id IS NULL OR due_at IS NOT NULL"),
        )


Lead.add_index(Lead.contact, unique=True, where=SQL("open = 1"), name="lead_one_open_per_contact")
Lead.add_index(
    Lead.account, unique=True, where=SQL("open = 1 AND contact_id IS NULL"), name="lead_one_open_per_account"
)
Lead.add_index(Lead.account, where=SQL("open = 1"), name="lead_open_of_account")
Lead.add_index(
    SQL(
        "CREATE INDEX IF NOT EXISTS lead_queue ON lead"
        " (owner_id, tier, due_at, score DESC, value DESC, opened_at, id,"
        " warn_at, snoozed_until, contact_id, next_channel)"
        " WHERE open = 1"
    )
)
Lead.add_index(Lead.contact, Lead.opened_at, name="lead_of_contact")
Lead.add_index(Lead.account, Lead.opened_at, name="lead_of_account")
Lead.add_index(SQL("CREATE INDEX IF NOT EXISTS lead_of_rules ON lead (rule_at, id) WHERE rule_at IS NOT NULL"))
Lead.add_index(SQL("CREATE INDEX IF NOT EXISTS lead_expiring ON lead (owner_id, warn_at) WHERE open = 1"))
Lead.add_index(  # who may come back by a date
    SQL(
        "CREATE INDEX IF NOT EXISTS lead_returns ON lead (eligible_at DESC, id DESC, contact_id, number)"
        " WHERE open = 0 AND void = 0 AND eligible_at IS NOT NULL"
    )
)
Lead.add_index(
    SQL(
        "CREATE INDEX IF NOT EXISTS lead_to_fix ON lead (contact_id)"
        " WHERE open = 0 AND void = 0 AND eligible_on = 'when_fixed'"
    )
)
Lead.add_index(  # what reports count by
    SQL(
        "CREATE INDEX IF NOT EXISTS lead_reports ON lead (opened_day, imported, merged_into_id, void, motion, source,"
        " campaign_id, team_id, owner_id, account_id, contact_id, number, open, stage, status, outcome, reason,"
        " attempts, opened_at, connected_at, first_touch_at, closed_at, rejected_at, accepted_at, expires_at,"
        " entered)"
    )
)


class LeadContact(Row):
    """A person's part on one at bat: the buying group."""

    lead = link(Lead)
    contact = link(Contact)
    role = word("role", Role)
    is_primary = flag("is_primary")
    added_at = moment()
    void = void()
    written = written_by()


LeadContact.add_index(LeadContact.lead, LeadContact.contact, unique=True, where=SQL("void = 0"))
LeadContact.add_index(LeadContact.contact)


class StageSpell(Row):
    """The time one at bat spent in one stage; a skipped stage was entered and left in the same moment."""

    lead = link(Lead)
    stage = word("stage", Stage)
    entered_at = moment()
    left_at = moment(null=True)
    skipped = flag("skipped")
    override = flag("override")
    void = void()
    written = written_by()


StageSpell.add_index(StageSpell.lead, unique=True, where=SQL("left_at IS NULL AND void = 0"), name="stage_spell_now")
StageSpell.add_index(
    SQL(
        "CREATE INDEX IF NOT EXISTS stage_spell_of_lead ON stage_spell (lead_id, entered_at, id, stage, left_at,"
        " skipped, override, void)"
    )
)
StageSpell.add_index(StageSpell.lead, where=SQL("override = 1 AND void = 0"), name="stage_spell_corrected")
StageSpell.add_index(
    StageSpell.lead, where=SQL("stage = 'qualified' AND skipped = 0 AND void = 0"), name="stage_spell_qualified"
)


class StatusChange(Row):
    """A status that was entered; ``override`` when a person set it against the rules."""

    lead = link(Lead)
    status = word("status", Status)
    at = moment()
    override = flag("override")
    void = void()
    written = written_by()


StatusChange.add_index(
    SQL("CREATE INDEX IF NOT EXISTS status_change_of_lead ON status_change (lead_id, at, id, status, void)")
)
StatusChange.add_index(StatusChange.lead, where=SQL("override = 1 AND void = 0"), name="status_change_corrected")
StatusChange.add_index(StatusChange.at, where=SQL("void = 0"), name="status_change_of_day")


class Assignment(Row):
    """Who was given an at bat, when, by which rule, and which rules were passed over and why (JSON)."""

    lead = link(Lead)
    owner = link(User, null=True)
    at = moment()
    rule = TextField()
    trace = text()
    void = void()
    written = written_by()

    class Meta:
        indexes = ((("lead", "at"), False),)


Assignment.add_index(  # whose turn it is
    SQL(
        "CREATE INDEX IF NOT EXISTS assignment_turn ON assignment (at, owner_id, rule, void)"
        " WHERE void = 0 AND (rule = 'in turn' OR rule >= 'rule ' AND rule < 'rule!')"
    )
)


class Clock(Row):
    """A service-level clock on an at bat: when due, and whether it was met, recorded once."""

    lead = link(Lead)
    kind = TextField()
    started_at = moment()
    due_at = moment()
    ended_at = moment(null=True)
    met = IntegerField(null=True)
    owner = link(User, null=True)
    rules = text()
    void = void()
    written = written_by()


Clock.add_index(Clock.lead, Clock.kind)
Clock.add_index(  # when a clock was decided: met then, or run out
    SQL(
        "CREATE INDEX IF NOT EXISTS clock_decided"
        " ON clock (owner_id, min(due_at, coalesce(ended_at, due_at)), met) WHERE void = 0"
    )
)
Clock.add_index(
    SQL("CREATE INDEX IF NOT EXISTS clock_running ON clock (due_at, kind, lead_id) WHERE met IS NULL AND void = 0")
)


class Merge(Row):
    """Two rows found to be one: ``loser`` lives on in ``survivor``."""

    entity = TextField()
    survivor_id = IntegerField()
    loser_id = IntegerField()
    at = moment()
    void = void()
    written = written_by()

    class Meta:
        indexes = ((("entity", "loser_id"), False),)
