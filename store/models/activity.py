"""What happened: touches, signals, meetings, and what was promised."""

from __future__ import annotations

from peewee import SQL, Check, IntegerField, TextField

from store.models.base import Row, count, flag, link, moment, of_opportunity, text, void, whole, word, written_by
from store.models.people import Account, Contact, Phone
from store.models.team import User
from store.vocabulary import Channel, Direction, Disposition, MeetingResult, PromiseState, WithWhom


class Campaign(Row):
    """Where demand came from; the window is two ISO dates, cost in minor units."""

    name = TextField(unique=True)
    channel = text()
    source = text()
    cost = whole(null=True)
    starts = text()
    ends = text()
    version = count()
    void = void()
    written = written_by()


class Signal(Row):
    """Something the other side did; not automatically an at bat. ``held_until``: what it does is decided then."""

    contact = link(Contact, null=True)
    account = link(Account, null=True)
    lead_id = IntegerField(null=True)
    opportunity_id = IntegerField(null=True)
    campaign = link(Campaign, null=True)
    kind = TextField()
    source = text()
    at = moment()
    points = count()
    high_intent = flag("high_intent")
    words = text()
    payload = text()
    decision = text()
    void = void()
    written = written_by()
    held_until = moment(null=True)


Signal.add_index(Signal.contact, Signal.at)
Signal.add_index(
    SQL("CREATE INDEX IF NOT EXISTS signal_held ON signal (contact_id, held_until) WHERE held_until IS NOT NULL")
)
Signal.add_index(Signal.lead_id, Signal.at)
Signal.add_index(SQL(of_opportunity("signal", "at")))
Signal.add_index(
    SQL(
        "CREATE INDEX IF NOT EXISTS signal_lately ON signal (at DESC, contact_id)"
        " WHERE contact_id IS NOT NULL AND void = 0"
    )
)


class Touch(Row):
    """Any interaction on an at bat, in or out, by hand or automated."""

    lead_id = IntegerField(null=True)
    opportunity_id = IntegerField(null=True)
    contact = link(Contact, null=True)
    account = link(Account, null=True)
    user = link(User)
    at = moment()
    day = TextField()
    logged_at = moment()
    channel = word("channel", Channel)
    direction = word("direction", Direction)
    with_whom = word("with_whom", WithWhom)
    disposition = word("disposition", Disposition)
    attempt = flag("attempt")
    connect = flag("connect")
    automated = flag("automated")
    date_only = flag("date_only")
    imported = flag("imported")
    phone = link(Phone, null=True)
    duration = whole(null=True)
    note = text()
    amended_at = moment(null=True)
    void = void()
    written = written_by()


Touch.add_index(
    SQL("CREATE INDEX IF NOT EXISTS touch_of_contact ON touch (contact_id, at DESC, id DESC) WHERE void = 0")
)
Touch.add_index(
    SQL("CREATE INDEX IF NOT EXISTS touch_of_lead ON touch (lead_id, at DESC, id DESC, contact_id) WHERE void = 0")
)
Touch.add_index(
    SQL("CREATE INDEX IF NOT EXISTS touch_of_day ON touch (user_id, day, attempt, connect, disposition) WHERE void = 0")
)
Touch.add_index(
    SQL(
        "CREATE INDEX IF NOT EXISTS touch_amended ON touch (lead_id, amended_at)"
        " WHERE amended_at IS NOT NULL AND void = 0"
    )
)
Touch.add_index(SQL("CREATE INDEX IF NOT EXISTS touch_connected ON touch (lead_id, at) WHERE connect = 1 AND void = 0"))
Touch.add_index(
    SQL(
        "CREATE INDEX IF NOT EXISTS touch_dialled ON touch (lead_id, user_id, connect, disposition, at)"
        " WHERE channel = 'call' AND direction = 'out' AND attempt = 1 AND void = 0"
    )
)
Touch.add_index(SQL(of_opportunity("touch", "at")))


class DialCount(Row):
    """How often a person dialled on an at bat, and what came of it: kept from the touches by triggers, for reports."""

    lead_id = IntegerField()
    user = link(User)
    dials = count()
    connects = count()
    meetings = count()

    class Meta:
        indexes = ((("lead_id", "user"), True),)


class Note(Row):
    """Words kept on an at bat, an opportunity or a person; not an activity, it stops no clock."""

    lead_id = IntegerField(null=True)
    contact = link(Contact, null=True)
    account = link(Account, null=True)
    user = link(User)
    at = moment()
    text = TextField()
    amended_at = moment(null=True)
    void = void()
    written = written_by()
    date_only = IntegerField(null=True)
    opportunity_id = IntegerField(null=True)


Note.add_index(Note.contact, Note.at)
Note.add_index(Note.lead_id, Note.at)
Note.add_index(SQL(of_opportunity("note", "at")))


class Meeting(Row):
    """A meeting: who booked it, who hosts, when, and what became of it."""

    lead_id = IntegerField(null=True)
    opportunity_id = IntegerField(null=True)
    contact = link(Contact, null=True)
    booker = link(User)
    host = link(User, null=True)
    at = moment()
    booked_at = moment()
    result = word("result", MeetingResult)
    result_at = moment(null=True)
    words = text()
    version = count()
    void = void()
    written = written_by()
    date_only = IntegerField(null=True)


Meeting.add_index(Meeting.lead_id)
Meeting.add_index(Meeting.contact, Meeting.at)
Meeting.add_index(Meeting.booker, Meeting.booked_at)
Meeting.add_index(SQL(of_opportunity("meeting", "booked_at")))


class MeetingAttendee(Row):
    """A contact who was asked to a meeting."""

    meeting = link(Meeting)
    contact = link(Contact)
    void = void()
    written = written_by()

    class Meta:
        indexes = ((("meeting",), False),)


class Callback(Row):
    """A promise to call, on an at bat or on an opportunity: by one rep, or by anyone where ``promiser`` is empty."""

    lead_id = IntegerField(null=True)
    opportunity_id = IntegerField(null=True)
    contact = link(Contact, null=True)
    promiser = link(User, null=True)
    promised_at = moment()
    due_at = moment()
    words = text()
    state = word("state", PromiseState)
    ended_at = moment(null=True)
    kept = IntegerField(null=True)
    void = void()
    written = written_by()

    class Meta:
        constraints = (Check("(lead_id IS NULL) <> (opportunity_id IS NULL)"),)


Callback.add_index(Callback.lead_id)
Callback.add_index(SQL(of_opportunity("callback", "promised_at")))
Callback.add_index(
    SQL("CREATE INDEX IF NOT EXISTS callback_open ON callback (promiser_id, due_at) WHERE state = 'open' AND void = 0")
)
Callback.add_index(
    SQL("CREATE INDEX IF NOT EXISTS callback_of_promiser ON callback (promiser_id, due_at, state) WHERE void = 0")
)


class Task(Row):
    """Something to do that is not a step of a cadence; ``at`` is when it was made, where that is known."""

    lead_id = IntegerField(null=True)
    opportunity_id = IntegerField(null=True)
    contact = link(Contact, null=True)
    user = link(User, null=True)
    kind = TextField()
    words = text()
    due_at = moment()
    state = word("state", PromiseState)
    ended_at = moment(null=True)
    void = void()
    written = written_by()
    at = moment(null=True)
    date_only = IntegerField(null=True)


Task.add_index(Task.lead_id)
Task.add_index(SQL("CREATE INDEX IF NOT EXISTS task_open ON task (user_id, due_at) WHERE state = 'open' AND void = 0"))
Task.add_index(  # uses of a reference
    SQL("CREATE INDEX IF NOT EXISTS task_reference ON task (contact_id, at) WHERE kind = 'reference' AND void = 0")
)
