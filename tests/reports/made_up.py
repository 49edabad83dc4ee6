"""Small databases of random rows, past every operation: whatever the rows say, reports count what they say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from store.database import Store, open_store
from store.instants import DAY, Instant, moment
from store.vocabulary import Motion, Stage, Status
from tests.factories import MONDAY, ZONE, make_template

NOW = MONDAY
_PATH = (Stage.NEW, Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED, Stage.QUALIFIED, Stage.DISQUALIFIED)
_ENDS = (Stage.CONVERTED, Stage.CLOSED)


class MadeUp:
    """A store without guards, for rows that nobody entered."""

    def __init__(self, folder: Path) -> None:
        self.store: Store = open_store(make_template(folder / "made_up.db"))
        run = self.store.connection.execute
        for pragma in ("synchronous = OFF", "ignore_check_constraints = 1", "foreign_keys = 0"):
            run(f"PRAGMA {pragma}")
        for (name,) in self.store.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(%'"):
            run(f"DROP TRIGGER {name}")
        self._columns: dict[str, dict[str, tuple[bool, bool]]] = {}
        # Dials are counted by triggers, which need theirs.
        unguarded = (
            "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE%'"
            " AND tbl_name <> 'dial_count'"
        )
        for (name,) in self.store.rows(unguarded):
            run(f"DROP INDEX {name}")

    @contextmanager
    def world(self, count: int, seed: int) -> Iterator[Store]:
        """So many random at bats, gone again afterwards."""
        self.store.connection.execute("BEGIN")
        try:
            _World(self, Random(seed)).make(count)
            yield self.store
        finally:
            self.store.connection.execute("ROLLBACK")

    def insert(self, table: str, **values: Any) -> int:
        """A row; what is not said is empty, and its id."""
        if table not in self._columns:
            columns = self.store.rows(f'PRAGMA table_info("{table}")')
            self._columns[table] = {row[1]: (row[2] == "TEXT", bool(row[3])) for row in columns}
        for name, (is_text, needed) in self._columns[table].items():
            if name not in values and needed and name != "id":
                values[name] = "" if is_text else 0
        names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
        self.store.connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(values.values()))
        return self.store.connection.last_insert_rowid()


class _World:
    def __init__(self, to: MadeUp, random: Random) -> None:
        self._insert, self._random = to.insert, random

    def make(self, count: int) -> None:
        """Companies, campaigns, and at bats with what they came to."""
        sizes = (None, 0, 1, 50, 51, 1000, 1001)
        accounts = [self._insert("account", name=f"A{size}", key=str(size), size=size) for size in sizes]
        campaigns = [self._insert("campaign", name=name) for name in ("spring", "fair")]
        for _ in range(count):
            self._at_bat(accounts, campaigns)

    def _at_bat(self, accounts: list[int], campaigns: list[int]) -> None:
        random = self._random
        opened = NOW - random.choice((random.randrange(20 * DAY), random.randrange(400 * DAY)))
        spells = self._walk(opened)
        stage = spells[-1]["stage"]
        standing = stage not in _ENDS
        void = random.random() < 0.08
        connected = next((spell["entered_at"] for spell in spells if spell["stage"] is Stage.CONNECTED), None)
        promised = random.choice((None, None, NOW - random.randrange(5 * DAY), NOW + DAY, NOW - 3 * DAY))
        lead = self._insert(
            "lead",
            account_id=random.choice([None, *accounts]),
            number=random.randrange(1, 4),
            motion=random.choice(list(Motion)),
            source=random.choice(("", "web", "list")),
            campaign_id=random.choice([None, *campaigns]),
            owner_id=random.choice((None, 2, 3)),
            team_id=random.choice((None, 1, 1)),
            stage=stage,
            status=random.choice(list(Status)),
            open=int(standing and not void),
            opened_at=opened,
            opened_day=moment(opened, ZONE).date().isoformat(),
            stage_at=spells[-1]["entered_at"],
            connected_at=random.choice((connected, connected, None)),
            closed_at=None if standing else spells[-1]["entered_at"],
            expires_at=random.choice((None, NOW, NOW + 1, NOW - 9 * DAY, NOW + 9 * DAY)),
            callback_at=promised,
            imported=int(random.random() < 0.08),
            merged_into_id=1 if random.random() < 0.08 else None,
            void=int(void),
        )
        if promised is not None:
            self._insert("callback", lead_id=lead, promiser_id=2, due_at=promised, state="open")
        for spell in spells:  # what took it back goes only together with what came after it
            gone = int(random.random() < 0.05 and not spell["override"])
            self._insert("stage_spell", lead_id=lead, void=gone, **spell)
        at = opened
        for changed in range(random.randrange(6)):
            status, gone = random.choice(list(Status)), int(random.random() < 0.1)
            by_hand = int(changed > 0 and stage is Stage.NEW)  # in New no rule changes it
            self._insert("status_change", lead_id=lead, status=status, at=at, override=by_hand, void=gone)
            at += self._while()
        if random.random() < 0.3:
            self._conversion(lead, gone=True)
        if stage is Stage.CONVERTED:
            self._conversion(lead, gone=False)

    def _walk(self, opened: Instant) -> list[dict[str, Any]]:
        """Spells along the path: passed over, set back, ended, or left standing."""
        random, at, here = self._random, opened, 0
        spells: list[dict[str, Any]] = [{"stage": Stage.NEW, "entered_at": opened, "override": 0, "skipped": 0}]
        for _ in range(random.randrange(8)):
            at += self._while()
            back = bool(here) and random.random() < 0.15
            there = random.randrange(here) if back else random.randrange(here + 1, here + 4)
            for passed in range(here + 1, 1 if back else min(there, 4)):
                spells.append({"stage": _PATH[passed], "entered_at": at, "override": 0, "skipped": 1})
            ended = not back and there >= len(_PATH)
            stage = random.choice(_ENDS) if ended else _PATH[there]
            spells.append({"stage": stage, "entered_at": at, "override": int(back), "skipped": 0})
            if ended:
                break
            here = there
        for spell, after in zip(spells, [*spells[1:], {"entered_at": None}], strict=True):
            spell["left_at"] = after["entered_at"]
        return spells

    def _while(self) -> int:
        return self._random.choice(
            (0, self._random.randrange(DAY), self._random.randrange(40 * DAY), 7 * DAY, 30 * DAY)
        )

    def _conversion(self, lead: int, gone: bool) -> None:
        random = self._random
        deal, met = random.choice(((1, 0), (0, 1), (1, 1)))
        stage = random.choice(("won", "lost", "discovery"))
        opportunity = self._insert("opportunity", name="deal", stage=stage, open=int(stage == "discovery"))
        meeting = self._insert("meeting", lead_id=lead, result=random.choice(("booked", "held", "no_show")))
        self._insert(
            "conversion",
            lead_id=lead,
            opportunity_id=opportunity if deal else None,
            meeting_id=meeting if met else None,
            at=NOW,
            reversed_at=NOW if gone else None,
        )
