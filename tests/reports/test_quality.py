"""Data quality against the raw people, numbers, addresses and open at bats, counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import DAY, Instant
from store.reports.asked import Asked
from store.reports.figures import Records
from store.reports.quality import make
from tests.reports.by_hand import ALL, days, every_filter, quotient
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw, Row, grouped
from tests.reports.standing import Counts, Filters, counted, newest, stands

YEAR = 365 * DAY
NAMES = ("Ann Lee", "ann lee ", "ANN LEE", "Bo Chan", "Bo  Chan", "", " ")


def works(datum: Row) -> bool:
    return bool(datum.state != "bad")


class ByHand:
    """Data quality in a database."""

    def __init__(self, store: Store) -> None:
        self.store, self.rows = store, Raw(store)
        self.phones, self.emails = self.rows.by("phone", "contact_id"), self.rows.by("email", "contact_id")
        self.open = [lead for lead in self.rows.lead if lead.open]
        self.open_of = {lead.contact_id: lead for lead in self.open}
        self.owners = {account.id: account.owner_id for account in self.rows.account}
        self.filters = Filters(self.rows, store.rules.segments)
        self.known = [each for each in self.rows.contact if each.merged_into_id is None and each.bogus_at is None]
        self.called = {person.id: person.name.strip(" ").lower() for person in self.known}
        self.held = {person.id: self._held(person) for person in self.known}
        self.holders: dict[str, set[int]] = {}
        for id, values in self.held.items():
            for value in values:
                self.holders.setdefault(value, set()).add(id)
        named = [person for person in self.known if self.called[person.id] and person.account_id is not None]
        self.namesakes = grouped(named, lambda person: (person.account_id, self.called[person.id]))

    def _held(self, person: Row) -> set[str]:
        values = {phone.e164 for phone in self.phones.get(person.id, [])}
        return (values | {email.folded for email in self.emails.get(person.id, [])}) - {""}

    def _others(self, person: Row) -> set[int]:
        return {other for value in self.held[person.id] for other in self.holders[value]} - {person.id}

    def shared(self, person: Row) -> bool:
        return any(self.called[other] != self.called[person.id] for other in self._others(person))

    def doubled(self, person: Row) -> bool:
        if any(self.called[other] == self.called[person.id] for other in self._others(person)):
            return True
        return len(self.namesakes.get((person.account_id, self.called[person.id]), ())) > 1

    def owner(self, person: Row) -> int | None:
        lead = self.open_of.get(person.id)
        if lead is not None and lead.owner_id is not None:
            return int(lead.owner_id)
        return self.owners.get(person.account_id)

    def people_of(self, people: list[Row]) -> Counts:
        """What each column says of these people."""
        phones, emails = ({each.id: of.get(each.id, []) for each in people} for of in (self.phones, self.emails))
        no_phone = {id for id, data in phones.items() if not any(map(works, data))}
        no_email = {id for id, data in emails.items() if not any(map(works, data))}

        def lacks(person: Row) -> bool:
            return not person.title or person.account_id is None or person.id in no_phone & no_email

        def has_bad(person: Row) -> bool:
            return not all(map(works, [*phones[person.id], *emails[person.id]]))

        def those(holds: Callable[[Row], bool]) -> tuple[int, list[int]]:
            return counted(filter(holds, people))

        incomplete = those(lacks)
        return {
            "people": counted(people),
            "incomplete": incomplete,
            "incomplete_share": (quotient(incomplete[0], len(people)), incomplete[1]),
            "no_title": those(lambda person: not person.title),
            "no_company": those(lambda person: person.account_id is None),
            "no_phone": those(lambda person: person.id in no_phone),
            "no_email": those(lambda person: person.id in no_email),
            "unreachable": those(lambda person: person.id in no_phone & no_email),
            "no_source": those(lambda person: not person.source),
            "shared": those(self.shared),
            "bad": those(has_bad),
            "doubled": those(self.doubled),
        }

    def at_bats_of(self, leads: list[Row], now: Instant) -> Counts:
        """What each column says of these open at bats."""
        return {
            "open": counted(leads),
            "stale": counted(lead for lead in leads if lead.status == "stale"),
            "silent": counted(lead for lead in leads if max(lead.opened_at, lead.last_touch_at or 0) < now - YEAR),
            "no_source": counted(lead for lead in leads if not lead.source),
            "no_person": counted(lead for lead in leads if lead.contact_id is None),
        }

    def holds(self, wanted: Asked, now: Instant) -> None:
        """The report says exactly this."""
        fit, open_of = self.filters.fit, self.open_of
        people = newest(
            (each for each in self.known if fit(wanted, open_of.get(each.id), self.owner(each), each.account_id)),
            "created_at",
        )
        leads = newest(lead for lead in self.open if fit(wanted, lead, lead.owner_id, lead.account_id))
        of_people, of_at_bats = make(self.store, wanted, now)[1]
        lines = {key: self.people_of(there) for key, there in grouped(people, self.owner).items()}
        stands(self.store, of_people, lines, self.people_of(people), Records.CONTACT)
        lines = {key: self.at_bats_of(there, now) for key, there in grouped(leads, lambda lead: lead.owner_id).items()}
        stands(self.store, of_at_bats, lines, self.at_bats_of(leads, now))


# --- random people ---


def people(made: MadeUp, seed: int) -> None:
    """Give the random at bats people, of whom much is missing, doubled and wrong."""
    random, run = Random(seed), made.store.connection.execute
    accounts = [id for (id,) in made.store.rows("SELECT id FROM account")]
    for id in accounts:
        run("UPDATE account SET owner_id = ? WHERE id = ?", (random.choice((None, 2, 3, 4)), id))
    contacts = [
        made.insert(
            "contact",
            name=random.choice(NAMES),
            title=random.choice(("", "Buyer")),
            account_id=random.choice((None, *accounts[:2])),
            source=random.choice(("", "list")),
            created_at=NOW - random.randrange(3) * DAY,
            merged_into_id=random.choice((*[None] * 9, 1)),
            bogus_at=random.choice((*[None] * 9, NOW)),
            void=int(random.random() < 0.1),
        )
        for _ in range(random.randrange(9))
    ]
    for id in contacts:
        for _ in range(random.randrange(3)):
            made.insert("phone", contact_id=id, e164=random.choice(("", "+1", "+2", "+3")), **_datum(random))
        for _ in range(random.randrange(3)):
            made.insert("email", contact_id=id, folded=random.choice(("", "a@a", "b@b", "c@c")), **_datum(random))
    if accounts:
        made.insert("phone", account_id=accounts[0], e164="+1", **_datum(random))
    free = [*contacts]
    random.shuffle(free)
    for lead, is_open in made.store.rows("SELECT id, open FROM lead ORDER BY id"):
        contact = free.pop() if is_open and free and random.random() < 0.8 else None
        if not is_open and contacts:
            contact = random.choice(contacts)
        touched = random.choice((None, NOW - YEAR - 1, NOW - YEAR, NOW - random.randrange(2 * YEAR)))
        opened = random.choice((NOW - YEAR - 1, NOW - YEAR, NOW - 2 * YEAR, None))
        run(
            "UPDATE lead SET contact_id = ?, last_touch_at = ?, opened_at = coalesce(?, opened_at) WHERE id = ?",
            (contact, touched, opened, lead),
        )


def _datum(random: Random) -> dict[str, Any]:
    return {"state": random.choice(("valid", "unknown", "bad")), "void": int(random.random() < 0.15)}


@pytest.fixture(scope="module")
def by_hand(season: Store) -> ByHand:
    return ByHand(season)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    made = MadeUp(tmp_path_factory.mktemp("quality"))
    made.store.connection.execute("CREATE UNIQUE INDEX lead_one_open_per_contact ON lead (contact_id) WHERE open = 1")
    yield made
    made.store.close()


def test_every_filter_of_the_season(by_hand: ByHand, season_end: Instant) -> None:
    for wanted in every_filter(by_hand.rows, by_hand.store):
        by_hand.holds(wanted, season_end)


def test_a_year_later_everything_is_silent(by_hand: ByHand, season_end: Instant) -> None:
    by_hand.holds(Asked(ALL), season_end + 2 * YEAR)
    at_bats = make(by_hand.store, Asked(ALL), season_end + 2 * YEAR)[1][1]
    assert at_bats.total is not None
    assert at_bats.total.cells[2].value == len(by_hand.open)


def test_the_period_matters_to_nothing(season: Store, season_end: Instant) -> None:
    none = Asked(days("2020-01-01", "2020-12-31"))
    found, expected = (make(season, wanted, season_end) for wanted in (none, Asked(ALL)))
    assert found[0] == expected[0]
    assert [table.lines for table in found[1]] == [table.lines for table in expected[1]]


@settings(max_examples=250)
@given(count=st.integers(0, 14), seed=st.integers(0, 2**32))
def test_whatever_the_rows_say(made_up: MadeUp, count: int, seed: int) -> None:
    with made_up.world(count, seed) as store:
        people(made_up, seed)
        hand = ByHand(store)
        hand.holds(Asked(ALL), NOW)
        for wanted in every_filter(hand.rows, store)[seed % 7 :: 7]:
            hand.holds(wanted, NOW)


def test_how_many_are_incomplete_and_doubled_is_said(made_up: MadeUp) -> None:
    with made_up.world(0, 0) as store:
        assert make(store, Asked(ALL), NOW)[0] == ()
        company = made_up.insert("account", name="Acme", key="acme", owner_id=3)
        ann, again, bo = (
            made_up.insert("contact", name=name, title=title, account_id=account)
            for name, title, account in (("Ann Lee", "Buyer", company), ("ann lee", "", company), ("Bo", "Boss", None))
        )
        for id, number in ((ann, "+1"), (again, "+2"), (bo, "+1")):
            made_up.insert("phone", contact_id=id, e164=number, state="valid")
        sentences, (of_people, _) = make(store, Asked(ALL), NOW)
        assert sentences == (
            "2 of 3 people are incomplete (67 %): no title, no company, or nothing to reach them by;"
            " most of what is owned with Ben (1).",
            "2 may be there twice: merge them.",
        )
        opened = {column.name: of_people.cell(3, column.name).counted for column in of_people.columns}
        assert {name: ids.ids(store) for name, ids in opened.items() if ids and ids.ids(store)} == {
            "people": (again, ann),
            "incomplete": (again,),
            "incomplete_share": (again,),
            "no_title": (again,),
            "no_email": (again, ann),
            "no_source": (again, ann),
            "shared": (ann,),
            "doubled": (again, ann),
        }
