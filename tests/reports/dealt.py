"""Random at bats that came by signals and campaigns and became opportunities, past every operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from store.database import Store
from store.instants import DAY, HOUR, Instant, moment
from store.vocabulary import Motion, Stage
from tests.factories import ZONE
from tests.reports.made_up import NOW, MadeUp

_SOURCES = ("", "web", "list", "mail")
_EARLY = (Stage.NEW, Stage.ATTEMPTING)
_PEOPLE = (None, 1, 2, 3, 4)


class Dealt(MadeUp):
    """The same small store, with what credit and hand-over are read from."""

    @contextmanager
    def world(self, count: int, seed: int) -> Iterator[Store]:
        """So many random at bats and half as many opportunities, gone again afterwards."""
        self.store.connection.execute("BEGIN")
        try:
            _World(self, Random(seed)).make(count)
            yield self.store
        finally:
            self.store.connection.execute("ROLLBACK")


class _World:
    def __init__(self, to: MadeUp, random: Random) -> None:
        self._insert, self._random = to.insert, random
        self._stages: dict[int, Stage] = {}

    def make(self, count: int) -> None:
        random = self._random
        accounts = [
            None,
            *(self._insert("account", name=f"A{size}", key=str(size), size=size) for size in (7, 70, 7000)),
        ]
        for number in range(random.randrange(4)):
            self._campaign(number)
        leads = [self._lead(random.choice(accounts)) for _ in range(count)]
        for _ in range(count * 2):
            self._signal(leads)
        for _ in range((count + 1) // 2):
            self._deal(leads)
        for lead in leads:
            self._spells(lead)
            if random.random() < 0.4:
                result = random.choice(("booked", "held", "no_show"))
                self._insert("meeting", lead_id=random.choice((lead, None)), result=result, void=self._rarely())
            if random.random() < 0.7:
                self._clock(lead)

    def _campaign(self, number: int) -> None:
        random = self._random
        starts = moment(self._then(), ZONE).date()
        ends = moment(NOW + random.randrange(30) * DAY, ZONE).date()
        self._insert(
            "campaign",
            name=f"campaign {number}",
            source=random.choice(_SOURCES),
            cost=random.choice((None, 0, 1, 999, 100_001)),
            starts=random.choice(("", starts.isoformat(), starts.isoformat())),
            ends=random.choice(("", ends.isoformat(), ends.isoformat())),
            void=self._rarely(),
        )

    def _lead(self, account: int | None) -> int:
        random = self._random
        opened = self._then()
        stage = random.choice((Stage.NEW, Stage.ATTEMPTING, Stage.QUALIFIED, Stage.CLOSED, *[Stage.CONVERTED] * 3))
        ended = stage is Stage.CLOSED
        standing = stage not in (Stage.CLOSED, Stage.CONVERTED)
        void = self._rarely()
        closed = {Stage.CLOSED: random.choice(("disqualified", "nurture")), Stage.CONVERTED: "converted"}
        lead = self._insert(
            "lead",
            account_id=account,
            contact_id=random.choice(_PEOPLE),
            number=1,
            motion=random.choice(list(Motion)),
            source=random.choice(_SOURCES),
            campaign_id=random.choice((None, None, 1, 2)),
            signal_id=random.choice((None, random.randrange(1, 12))),
            owner_id=random.choice((None, 2, 3)),
            team_id=random.choice((None, 1)),
            stage=stage,
            status=closed.get(stage, "attempting"),
            reason=random.choice(("", "no_need", "timing")),
            open=int(standing and not void),
            opened_at=opened,
            opened_day=moment(opened, ZONE).date().isoformat(),
            accepted_at=None if stage is Stage.NEW else random.choice((None, opened)) if ended else opened,
            connected_at=random.choice((None, opened + HOUR)) if stage in _EARLY else opened + HOUR,
            rejected_at=opened if random.random() < 0.05 else None,
            imported=self._rarely(),
            cadence=random.choice(("", "inbound")),
            merged_into_id=random.choice((None, None, None, 1)),
            void=void,
        )
        self._stages[lead] = stage
        return lead

    def _signal(self, leads: list[int]) -> None:
        random = self._random
        self._insert(
            "signal",
            kind="visit",
            contact_id=random.choice(_PEOPLE),
            lead_id=random.choice((None, *leads)),
            campaign_id=random.choice((None, None, 1, 2)),
            source=random.choice(_SOURCES),
            at=self._then(),
            void=self._rarely(),
        )

    def _deal(self, leads: list[int]) -> None:
        random = self._random
        opened = self._then()
        stage = random.choice(("discovery", "proposal", "won", "won", "lost", "reversed"))
        deal = self._insert(
            "opportunity",
            name="deal",
            stage=stage,
            source=random.choice(_SOURCES),
            amount=random.choice((0, 1, 2, 100, 12_345, 7_000_000_001)),
            open=int(stage in ("discovery", "proposal")),
            opened_at=opened,
            closed_at=random.choice((None, opened + random.randrange(90 * DAY))),
            rejected_at=opened if self._rarely() else None,
            merged_into_id=1 if self._rarely() else None,
            void=self._rarely(),
        )
        for lead in random.sample(leads, min(len(leads), random.choice((1, 1, 2)))):
            back = NOW if random.random() < 0.1 else None
            self._insert(
                "conversion", lead_id=lead, opportunity_id=deal, at=opened, reversed_at=back, void=self._rarely()
            )
            if random.random() < 0.6:
                accepted, reason = random.choice(((None, ""), (1, ""), (0, "no_need"), (0, "timing"), (0, "passed_on")))
                gone = self._rarely()
                self._insert(
                    "hand_over", opportunity_id=deal, lead_id=lead, accepted=accepted, reason=reason, void=gone
                )
        for person in random.sample(_PEOPLE[1:], random.randrange(3)):
            self._insert("opportunity_contact", opportunity_id=deal, contact_id=person, void=self._rarely())

    def _spells(self, lead: int) -> None:
        """Some, of which none leaves an at bat beyond the stage where it stands."""
        random, many = self._random, ("accepted", "connected", "qualified", "qualified", "converted")
        for stage in random.sample(many, random.randrange(5)):
            passed_over = stage in ("accepted", "connected") and random.random() < 0.2
            odd = {"skipped": int(passed_over), "override": int(random.random() < 0.3)}
            self._insert("stage_spell", lead_id=lead, stage=stage, void=self._rarely(), **odd)
        if self._stages[lead] in _EARLY:
            self._insert("stage_spell", lead_id=lead, stage="accepted", override=1)

    def _clock(self, lead: int) -> None:
        random = self._random
        kind = random.choice(("first_touch", "first_touch", "accept", "hand_over", "qualify"))
        met = random.choice((None, None, 0, 1))
        ended = random.choice((None, NOW)) if met is None else NOW
        due = NOW + random.choice((-DAY, 0, DAY))
        started = self._then()
        self._insert(
            "clock",
            lead_id=lead,
            kind=kind,
            met=met,
            started_at=started,
            due_at=due,
            ended_at=ended,
            void=self._rarely(),
        )

    def _rarely(self) -> int:
        return int(self._random.random() < 0.06)

    def _then(self) -> Instant:
        """Few different days, so that some things happen at once."""
        return NOW - self._random.choice((self._random.randrange(60), 0, 7, 14)) * DAY
