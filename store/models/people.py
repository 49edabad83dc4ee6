"""The company and the person: durable facts only, never the state of work."""

from __future__ import annotations

from peewee import SQL, Check, IntegerField, TextField

from store.models.base import Row, count, flag, link, moment, of_opportunity, text, void, whole, word, written_by
from store.models.team import User
from store.vocabulary import PhoneKind, Pool, Reachability


class Account(Row):
    """A company. ``key`` is its name folded and without legal form, for finding duplicates."""

    name = TextField()
    key = TextField()
    domain = text()
    website = text()
    industry = text()
    size = whole(null=True)
    country = text()
    city = text()
    state = text()
    street = text()
    postal_code = text()
    zone = text()
    owner = link(User, null=True)
    customer_since = moment(null=True)
    custom = text()
    merged_into = link("self", null=True)
    created_at = moment()
    version = count()
    void = void()
    written = written_by()

    class Meta:
        indexes = (
            (("key",), False),
            (("domain",), False),
        )


class Contact(Row):
    """A person, and for how they may be reached. No column tells how a current attempt stands."""

    account = link(Account, null=True)
    name = TextField()
    first_name = text()
    last_name = text()
    title = text()
    seniority = text()
    persona = text()
    zone = text()
    consent = text()
    suppressed_at = moment(null=True)
    suppressed_why = text()
    email_stopped_at = moment(null=True)
    pool = word("pool", Pool)
    bogus_at = moment(null=True)
    is_reference = flag("is_reference")
    notes = text()
    source = text()
    street = text()
    city = text()
    state = text()
    postal_code = text()
    country = text()
    custom = text()
    merged_into = link("self", null=True)
    created_at = moment()
    version = count()
    void = void()
    written = written_by()
    rule_at = moment(null=True)

    class Meta:
        indexes = ((("account", "id"), False),)


Contact.add_index(SQL("CREATE INDEX IF NOT EXISTS contact_of_rules ON contact (rule_at, id) WHERE rule_at IS NOT NULL"))


class Phone(Row):
    """A number of a person or of a company; ``e164`` is empty where the raw text is no number."""

    contact = link(Contact, null=True)
    account = link(Account, null=True)
    written_as = TextField()
    e164 = text()
    digits = text()
    extension = text()
    kind = word("kind", PhoneKind)
    state = word("state", Reachability)
    position = count()
    void = void()
    written = written_by()

    class Meta:
        constraints = (Check("(contact_id IS NULL) <> (account_id IS NULL)"),)
        indexes = (
            (("contact", "position"), False),
            (("account", "position"), False),
            (("e164",), False),
        )


class Email(Row):
    """An address of a person; ``folded`` is the case-folded form that identifies, plus-tag kept."""

    contact = link(Contact)
    address = TextField()
    folded = TextField()
    state = word("state", Reachability)
    position = count()
    void = void()
    written = written_by()

    class Meta:
        indexes = (
            (("contact", "position"), False),
            (("folded",), False),
        )


class Employment(Row):
    """Where a person worked, from when to when (ISO dates; an open end is now)."""

    contact = link(Contact)
    account = link(Account)
    title = text()
    starts = text()
    ends = text()
    void = void()
    written = written_by()

    class Meta:
        indexes = (
            (("contact",), False),
            (("account",), False),
        )


class Edit(Row):
    """Facts of a person, a company or an opportunity were edited; what was there before stands in the history."""

    contact = link(Contact, null=True)
    account = link(Account, null=True)
    opportunity_id = IntegerField(null=True)
    user = link(User)
    at = moment()
    void = void()
    written = written_by()

    class Meta:
        constraints = (Check("(contact_id IS NOT NULL) + (account_id IS NOT NULL) + (opportunity_id IS NOT NULL) = 1"),)


Edit.add_index(Edit.contact, Edit.at, name="edit_of_contact")
Edit.add_index(Edit.account, Edit.at, name="edit_of_account")
Edit.add_index(SQL(of_opportunity("edit", "at")))
