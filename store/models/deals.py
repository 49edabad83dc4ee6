"""What an at bat is hoped to become."""

from __future__ import annotations

from peewee import SQL, Check, IntegerField, TextField

from store.models.activity import Campaign, Meeting
from store.models.base import Row, count, flag, link, moment, text, void, whole, word, written_by
from store.models.leads import Lead
from store.models.people import Account, Contact
from store.models.team import User
from store.vocabulary import OpportunityStage, Role


class Opportunity(Row):
    """A deal: amount in minor units, probability in per cent, ISO close date; never a person."""

    account = link(Account, null=True)
    name = TextField()
    owner = link(User, null=True)
    stage = word("stage", OpportunityStage)
    amount = whole()
    currency = TextField()
    probability = IntegerField(constraints=[Check("probability BETWEEN 0 AND 100")])
    close_date = text()
    open = flag("open")
    opened_at = moment()
    closed_at = moment(null=True)
    lost_reason = text()
    rejected_at = moment(null=True)
    reversed_at = moment(null=True)
    merged_into = link("self", null=True)
    source = text()
    custom = text()
    moved_at = moment()
    version = count()
    void = void()
    written = written_by()
    rule_at = moment(null=True)

    class Meta:
        constraints = (Check("open = CASE WHEN void = 1 OR stage IN ('won', 'lost', 'reversed') THEN 0 ELSE 1 END"),)


Opportunity.add_index(Opportunity.account, where=SQL("open = 1"), name="opportunity_open_of_account")
Opportunity.add_index(Opportunity.owner, where=SQL("open = 1"), name="opportunity_open_of_owner")
Opportunity.add_index(
    SQL("CREATE INDEX IF NOT EXISTS opportunity_of_rules ON opportunity (rule_at, id) WHERE rule_at IS NOT NULL")
)


class OpportunitySpell(Row):
    """The time an opportunity spent in one stage."""

    opportunity = link(Opportunity)
    stage = word("stage", OpportunityStage)
    entered_at = moment()
    left_at = moment(null=True)
    void = void()
    written = written_by()

    class Meta:
        indexes = ((("opportunity", "entered_at"), False),)


class OpportunityContact(Row):
    """A person's part on one opportunity; exactly one is primary."""

    opportunity = link(Opportunity)
    contact = link(Contact)
    role = word("role", Role)
    is_primary = flag("is_primary")
    void = void()
    written = written_by()


OpportunityContact.add_index(
    OpportunityContact.opportunity, OpportunityContact.contact, unique=True, where=SQL("void = 0")
)
OpportunityContact.add_index(
    OpportunityContact.opportunity,
    unique=True,
    where=SQL("is_primary = 1 AND void = 0"),
    name="opportunity_contact_one_primary",
)
OpportunityContact.add_index(OpportunityContact.contact)


class OpportunityCampaign(Row):
    """A campaign that touched the at bats an opportunity came from."""

    opportunity = link(Opportunity)
    campaign = link(Campaign)
    is_source = flag("is_source")
    void = void()
    written = written_by()


OpportunityCampaign.add_index(
    OpportunityCampaign.opportunity, OpportunityCampaign.campaign, unique=True, where=SQL("void = 0")
)


class Conversion(Row):
    """What one at bat produced: an opportunity or a booked meeting. One per at bat, ever, unless reversed."""

    lead = link(Lead)
    opportunity = link(Opportunity, null=True)
    meeting = link(Meeting, null=True)
    user = link(User)
    at = moment()
    from_stage = TextField()
    from_status = TextField()
    reversed_at = moment(null=True)
    void = void()
    written = written_by()

    class Meta:
        constraints = (Check("opportunity_id IS NOT NULL OR meeting_id IS NOT NULL"),)


Conversion.add_index(
    Conversion.lead, unique=True, where=SQL("void = 0 AND reversed_at IS NULL"), name="conversion_once"
)
Conversion.add_index(Conversion.lead)
Conversion.add_index(Conversion.opportunity)


class HandOver(Row):
    """An opportunity offered to an account executive, who accepts it or rejects it with a reason."""

    opportunity = link(Opportunity)
    lead = link(Lead)
    giver = link(User)
    taker = link(User)
    at = moment()
    due_at = moment()
    answered_at = moment(null=True)
    accepted = IntegerField(null=True)
    reason = text()
    void = void()
    written = written_by()

    class Meta:
        indexes = ((("opportunity",), False), (("taker", "answered_at"), False))
