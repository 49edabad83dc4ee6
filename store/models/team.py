"""The people who use the program, and what waits for them."""

from __future__ import annotations

from peewee import SQL, IntegerField, TextField

from store.models.base import Row, count, flag, link, moment, text, void, whole, word, written_by
from store.vocabulary import Motion, UserRole


class Team(Row):
    """A team and where it works; the zone is the one reports group days by."""

    name = TextField()
    zone = TextField()
    country = text()
    region = text()
    currency = TextField()
    written = written_by()


class User(Row):
    """Somebody who uses the program; user 1 is the system itself."""

    name = TextField(unique=True)
    role = word("role", UserRole)
    team = link(Team, null=True)
    zone = text()
    email = text()
    active = flag("active")
    paused = flag("paused")
    capacity = IntegerField(default=1)
    login = text()
    written = written_by()


class Setting(Row):
    """A fact about this database: its identity, the key of its keyed hashes."""

    name = TextField(unique=True)
    value = TextField()


class Absence(Row):
    """Days a person is away; routing skips them."""

    user = link(User)
    starts = TextField()
    ends = TextField()
    void = void()
    written = written_by()


class Alert(Row):
    """Something an owner must see, which closes itself when its cause is gone."""

    kind = TextField()
    entity = TextField()
    entity_id = IntegerField()
    owner = link(User, null=True)
    cause = text()
    opened_at = moment()
    closed_at = moment(null=True)
    void = void()
    written = written_by()


Alert.add_index(
    SQL("CREATE INDEX IF NOT EXISTS alert_open ON alert (entity, entity_id, kind) WHERE closed_at IS NULL AND void = 0")
)
Alert.add_index(
    SQL("CREATE INDEX IF NOT EXISTS alert_of_owner ON alert (owner_id, opened_at) WHERE closed_at IS NULL AND void = 0")
)


class Approval(Row):
    """A disqualification that waits for a team lead."""

    lead_id = IntegerField()
    asked_by = link(User)
    asked_at = moment()
    due_at = moment()
    outcome = TextField()
    reason = TextField()
    note = text()
    from_stage = TextField()
    from_status = TextField()
    decided_by = link(User, null=True)
    decided_at = moment(null=True)
    approved = IntegerField(null=True)
    answer = text()
    void = void()
    written = written_by()

    class Meta:
        indexes = ((("lead_id",), False),)


class SpotCheck(Row):
    """What a team lead judged of one change of status by a rep, of those put before them for a month (``2026-11``)."""

    status_change_id = IntegerField()
    user = link(User)
    month = TextField()
    right = flag("right")
    note = text()
    judged_by = link(User)
    judged_at = moment()
    void = void()
    written = written_by()


SpotCheck.add_index(SpotCheck.status_change_id, unique=True, where=SQL("void = 0"), name="spot_check_once")
SpotCheck.add_index(SpotCheck.user, SpotCheck.month, name="spot_check_of_user")


class Experiment(Row):
    """Two or more arms compared on cadence, script, routing or threshold, on at bats of one ``motion`` or of any."""

    name = TextField(unique=True)
    subject = TextField()
    starts_at = moment()
    ends_at = moment(null=True)
    written = written_by()
    motion = word("motion", Motion, null=True)


class ExperimentArm(Row):
    """One arm of an experiment and its share."""

    experiment = link(Experiment)
    name = TextField()
    share = whole()
    value = text()
    written = written_by()


class ExperimentAssignment(Row):
    """The arm of an experiment that an at bat was given when it was opened."""

    lead_id = IntegerField()
    experiment = link(Experiment)
    arm = link(ExperimentArm)
    at = moment()
    void = void()
    written = written_by()


ExperimentAssignment.add_index(
    ExperimentAssignment.lead_id,
    ExperimentAssignment.experiment,
    unique=True,
    where=SQL("void = 0"),
    name="experiment_assignment_once",
)
ExperimentAssignment.add_index(
    ExperimentAssignment.experiment,
    ExperimentAssignment.arm,
    ExperimentAssignment.lead_id,
    where=SQL("void = 0"),
    name="experiment_assignment_arm",
)


class SavedView(Row):
    """A person's own view of the queue: its spec says what is shown and how it is ordered, as JSON."""

    user = link(User)
    name = TextField()
    spec = TextField()
    position = count()
    version = count()
    void = void()
    written = written_by()


SavedView.add_index(SavedView.user, SavedView.name, unique=True, where=SQL("void = 0"), name="saved_view_of_user")


class WorkSession(Row):
    """A stretch of calling, one at bat at a time, which can be left and taken up again at the same place.

    ``leads`` is the order it goes through, a JSON list of ids; ``current`` where it stands; ``worked`` microseconds
    spent before the last start, pauses left out.
    """

    user = link(User)
    view = text()
    leads = TextField()
    current = IntegerField(null=True)
    started_at = moment()
    resumed_at = moment(null=True)
    worked = count()
    ended_at = moment(null=True)
    version = count()
    void = void()
    written = written_by()


WorkSession.add_index(
    WorkSession.user, unique=True, where=SQL("ended_at IS NULL AND void = 0"), name="work_session_one_open"
)
