"""A database in which every text that came from outside is hostile, as an older import might have left it.

Each string of ``tests.hostile`` has a company with everything a screen shows of one: people, numbers, touches, notes,
signals, promises, an at bat that ended, an open one of Priya's, an opportunity. They are made by the operations and
then written over in SQL, because the door would refuse many of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from peewee import TextField

from store import Actor, Store, open_store
from store.instants import DAY, HOUR, MINUTE, Instant
from store.models import TABLES
from store.operations.campaigns import CampaignDraft, add_campaign
from store.operations.init import TeamDraft, UserDraft, add_user, create_store
from store.operations.promises import CallbackDraft, callback
from store.operations.record_signal import SignalDraft, record_signal
from store.operations.tick import tick
from store.operations.working import NoteDraft, note
from store.vocabulary import Channel, Direction, Disposition, Motion, Outcome, Stage, UserRole
from tests.factories import Floor
from tests.hostile import HOSTILE

PRIYA, GRACE, BEN = Actor(2), Actor(3, role=UserRole.LEAD), Actor(5)

# Columns that only the program itself writes: keys, codes of the rules, days, zones, JSON.
OUR_OWN = {
    *("operation", "setting", "team", "absence", "merge", "experiment", "experiment_arm", "external_id"),
    *("change", "change_secret", "seal", "clock", "alert", "assignment", "conversion", "lead_contact"),
    *("user.zone", "user.login", "campaign.starts", "campaign.ends", "account.zone", "account.custom"),
    *("contact.zone", "contact.custom", "contact.consent", "employment.starts", "employment.ends"),
    *("signal.kind", "signal.payload", "signal.decision", "lead.opened_day", "lead.cadence", "lead.reason"),
    *("lead.eligible_on", "lead.rules", "lead.custom", "touch.day", "task.kind", "opportunity.currency"),
    *("opportunity.close_date", "opportunity.custom", "hand_over.reason", "approval.outcome", "approval.reason"),
    *("approval.from_stage", "approval.from_status", "lead.sub_status"),
}


def storable() -> list[str]:
    """The strings that SQLite can hold at all: half a surrogate pair it cannot."""
    return [text for text in HOSTILE if not any("\ud800" <= letter <= "\udfff" for letter in text)]


def packed(width: int = 72) -> list[str]:
    """The same in fewer pieces: short ones side by side as far as a title shows them, long ones by themselves."""
    packs: list[str] = []
    for text in storable():
        if packs and len(packs[-1]) + len(text) < width:
            packs[-1] += f" {text}"
        else:
            packs.append(text)
    return packs


def outside_columns() -> Iterator[tuple[str, str]]:
    """Every table and text column that holds what came from outside."""
    for model in TABLES:
        table = model._meta.table_name
        for column, field in model._meta.columns.items():
            worded = any(" IN (" in str(getattr(check, "sql", "")) for check in field.constraints or ())
            if isinstance(field, TextField) and not worded and not {table, f"{table}.{column}"} & OUR_OWN:
                yield table, column


def make_hostile_world(path: Path, strings: list[str]) -> None:
    """Make it; one open at bat of Priya's for each string, in the order of the strings.

    Grace, a team lead, has what is hers to decide, for each piece of ``packed()``: see ``DESK``.
    """
    now = time.time_ns() // 1000
    users = [UserDraft("Priya N."), UserDraft("Grace O.", UserRole.LEAD), UserDraft("Max A.", UserRole.AE)]
    users.append(UserDraft("Ben H."))
    create_store(path, TeamDraft("Team", _where_it_is_late(now), "US", users=users), now - 90 * DAY)
    store = open_store(path)
    try:
        store.connection.pragma("synchronous", 0)
        floor = Floor(store, now - 30 * DAY)
        ends = [_newest(store)]
        for number, _ in enumerate(strings):
            _one_company(floor, number, now)
            ends.append(_newest(store))
        desk_ends = [ends[-1]]
        floor.now = now - HOUR
        desks = []
        for number, _ in enumerate(packed()):
            desks.append(_one_desk(floor, number))
            desk_ends.append(_newest(store))
        _write_over(store, strings, ends)
        _write_over(store, packed(), desk_ends, first=len(strings))
        for number, contacts in enumerate(desks):
            for name, contact in contacts.items():
                _add_address(store, contact, f"{name}{number}@example.com")
        tick(store, now)  # at once, what each start of the app would take seconds for: it lets time pass at leisure
        store.connection.pragma("wal_checkpoint", "TRUNCATE")
    finally:
        store.close()


def _where_it_is_late(now: Instant) -> str:
    """A zone at ten in the evening, so that what was done hours ago was done today whenever this runs."""
    east = (22 - now // HOUR % 24 + 11) % 24 - 11
    return f"Etc/GMT{-east:+d}"  # these names count westwards


def _one_company(floor: Floor, number: int, now: Instant) -> None:
    store = floor.store
    done = add_campaign(store, GRACE, floor.later(), CampaignDraft(f"Campaign {number}", "web", "ads"))
    campaign = (done.made or {})["campaign_id"]
    add_user(store, GRACE, floor.later(), UserDraft(f"User {number}"))
    sold = floor.lead(company=f"Company {number}", motion=Motion.DEMO_REQUEST)
    floor.touch(sold, Disposition.CONVERSATION, note="wants it")
    floor.convert(sold, taker_id=4)
    before = floor.lead(company=f"Company {number}", motion=Motion.DEMO_REQUEST)
    contact = floor.state(before).contact_id
    floor.touch(before, Disposition.NO_ANSWER, note="hello")
    floor.close(before, Outcome.NO_RESPONSE)
    floor.now, then = now - 5 * HOUR - number * MINUTE, floor.now
    lead = floor.lead(contact_id=contact, company="", motion=Motion.DEMO_REQUEST)
    floor.touch(lead, Disposition.CONVERSATION, note="wants it too")
    floor.touch(lead, Disposition.REPLIED, Channel.EMAIL, note="see you", direction=Direction.IN)
    note(store, PRIYA, floor.later(), NoteDraft(lead, "likes tea"))
    signal = SignalDraft("form", "website", contact, lead, campaign_id=campaign, words="pricing")
    record_signal(store, PRIYA, floor.later(), signal)
    callback(
        store,
        PRIYA,
        floor.later(),
        CallbackDraft(lead, now - 3 * HOUR + number * MINUTE, words="the offer", anyone=True),
    )
    floor.now = then


# What Grace can do, and to whom: the address under which she finds them begins with this.
DESK = {
    "assign": "tried",
    "extend": "tried",
    "snooze": "tried",
    "amend": "tried",
    "approve": "waits",
    "reverse": "sold",
}


def _one_desk(floor: Floor, number: int) -> dict[str, int]:
    """Somebody Grace just tried, one who waits for her word, one she converted today; who they are."""
    leads = {
        name: floor.lead(actor=actor, motion=Motion.DEMO_REQUEST, company=f"Desk {number} {name}")
        for name, actor in {"tried": GRACE, "waits": BEN, "sold": GRACE}.items()
    }
    for _ in range(2):  # the first is followed by the change of stage
        floor.touch(leads["tried"], Disposition.NO_ANSWER, actor=GRACE, note="rang")
    floor.bring(leads["waits"], Stage.DISQUALIFIED, BEN)
    floor.convert(leads["sold"], actor=GRACE)
    floor.now -= 10 * MINUTE
    return {name: floor.state(lead).contact_id or 0 for name, lead in leads.items()}


def _add_address(store: Store, contact: int, address: str) -> None:
    columns = "contact_id, state, void, written_id, address, folded, position"
    values = "contact_id, state, void, written_id, ?, ?, 1"
    sql = f"INSERT INTO email ({columns}) SELECT {values} FROM email WHERE contact_id = ? LIMIT 1"
    store.connection.execute(sql, (address, address, contact))


def _newest(store: Store) -> dict[str, int]:
    tables = [model._meta.table_name for model in TABLES]
    return {table: store.value(f'SELECT coalesce(max(id), 0) FROM "{table}"') for table in tables}


def _write_over(store: Store, strings: list[str], ends: list[dict[str, int]], first: int = 0) -> None:
    """Put each string where its company is; ``first`` numbers what must be unique."""
    connection = store.connection
    connection.execute("BEGIN IMMEDIATE")
    guards = store.rows(
        "SELECT name, sql FROM sqlite_schema"
        " WHERE type = 'trigger' AND name NOT LIKE '%words%' AND name NOT LIKE '%grams%'"
    )
    for name, _ in guards:
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.pragma("ignore_check_constraints", 1)
    for table, column in outside_columns():
        of: Callable[[int, str], Any] = _unlike(table, column)
        for number, text in enumerate(strings):
            where = f'"{table}" SET "{column}" = ? WHERE id > ? AND id <= ?'
            here = (ends[number][table], ends[number + 1][table])
            connection.execute(f"UPDATE {where}", (of(first + number, text), *here))
    for number, _ in enumerate(strings if not first else ()):
        logged = (ends[number + 1]["user"], ends[number]["touch"], ends[number + 1]["touch"])
        connection.execute("UPDATE touch SET user_id = ? WHERE id > ? AND id <= ?", logged)
    connection.pragma("ignore_check_constraints", 0)
    for _, sql in guards:
        connection.execute(sql)
    connection.execute("COMMIT")


def _unlike(table: str, column: str) -> Callable[[int, str], Any]:
    """What a column gets for a string: where it must be unique, a number behind it."""
    if (table, column) in {("campaign", "name"), ("user", "name")}:
        return lambda number, text: f"{text} {number}"
    return lambda number, text: text
