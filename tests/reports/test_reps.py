"""Reps against the raw spells, changes of status, spot checks and callbacks, counted by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import DAY, MINUTE, Instant
from store.operations.judge_status import JudgeDraft, judge_status
from store.operations.promises import CallbackDraft, callback
from store.operations.tick import tick
from store.operations.working import ApprovalDraft, StatusDraft, approve, set_status
from store.queries.spot_checks import spot_checks
from store.reports.asked import Asked
from store.reports.figures import Chart, Records
from store.reports.reps import make
from store.vocabulary import ActorKind, Disposition, Outcome, PromiseState, Stage, Status
from tests.factories import ANA, BEN, PRIYA, make_template, open_floor
from tests.reports.by_hand import ALL, chosen, days, every_filter, percent_point, periods, quotient
from tests.reports.by_line import by_line
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw, Row, grouped
from tests.reports.test_funnel import ByHand as Funnel

KEPT_WITHIN = 15 * MINUTE
BY_HAND = {
    **dict.fromkeys(("changes", "overrides", "right"), Records.STATUS_CHANGE),
    **dict.fromkeys(("promised", "kept"), Records.CALLBACK),
}
Figures = dict[str, tuple[Any, list[int]]]


class ByHand:
    """What each rep came to in a database, as of an instant."""

    def __init__(self, store: Store, now: Instant) -> None:
        self.store, self.now, self.rows = store, now, Raw(store)
        self.funnel, self.least = Funnel(store, now), store.rules.alerts.from_records
        self.names = {user.id: user.name for user in self.rows.user}
        self.acts = {act.id: act for act in self.rows.operation}
        self.spells = self.rows.by("stage_spell", "lead_id")
        self.statuses = self.rows.by("status_change", "lead_id")
        self.callbacks = self.rows.by("callback", "lead_id")
        self.judged = {check.status_change_id: check.right for check in self.rows.spot_check}

    def closed_by(self, lead: Row) -> str:
        """A person, or the time that was over: by the act that wrote the spell it is in now."""
        for spell in self.spells.get(lead.id, []):
            if lead.stage == "closed" and spell.stage == "closed" and spell.left_at is None:
                act = self.acts.get(spell.written_id)
                if act is None:
                    return ""
                return "time" if (act.by, act.kind) == ("rule", "tick") else "person" if act.by == "person" else ""
        return ""

    def in_working(self, lead: Row) -> int | None:
        """All the times it was in Working, together, where the last of them is over."""
        changes = sorted(self.statuses.get(lead.id, []), key=lambda change: (change.at, change.id))
        spans = []
        for place, change in enumerate(changes):
            if change.status == "working":
                if place + 1 == len(changes):
                    return None
                spans.append(changes[place + 1].at - change.at)
        return sum(spans) if spans else None

    def came(self, leads: Sequence[Row]) -> Figures:
        """How far these at bats came and how they were closed."""
        figures: Figures = {"created": counted(leads)}
        hands = {lead.id: self.closed_by(lead) for lead in leads}
        by_hand = [lead for lead in leads if hands[lead.id] == "person"]
        decayed = [lead for lead in leads if hands[lead.id] == "time"]
        figures["by_hand"], figures["by_rule"] = counted(by_hand), counted(decayed)
        figures["clean"] = share(by_hand, len(by_hand) + len(decayed))
        far = {lead.id: self.funnel.entered(lead) for lead in leads}
        for here, there in (("attempting", "connected"), ("connected", "qualified"), ("qualified", "converted")):
            entered = [lead for lead in leads if here in far[lead.id]]
            on = [lead for lead in entered if there in far[lead.id]]
            waiting = [lead for lead in entered if there not in far[lead.id] and self.funnel.waits(lead)]
            figures[f"{here}_to_{there}"] = share(on, len(entered) - len(waiting))
        spans = {lead.id: span for lead in leads if (span := self.in_working(lead)) is not None}
        figures["working"] = percent_point(spans.values(), "0.5"), [lead.id for lead in leads if lead.id in spans]
        return figures

    def done(self, changes: Sequence[Row], promises: Sequence[Row]) -> Figures:
        """What was done by hand."""
        checked = [change for change in changes if change.id in self.judged]
        return {
            "changes": counted(changes),
            "overrides": share([change for change in changes if change.override], len(changes)),
            "right": share([change for change in checked if self.judged[change.id]], len(checked)),
            "promised": counted(promises),
            "kept": share([promise for promise in promises if promise.state == "kept"], len(promises)),
        }

    def changes(self, leads: Sequence[Row], rep: int | None) -> list[Row]:
        """What people did to the status of these at bats, the last first."""
        found = []
        for change in (change for lead in leads for change in self.statuses.get(lead.id, [])):
            act = self.acts.get(change.written_id)
            if act is not None and act.by == "person" and rep in (None, act.actor_id):
                change.doer = act.actor_id
                found.append(change)
        return sorted(found, key=lambda change: (-change.at, -change.id))

    def promises(self, leads: Sequence[Row], rep: int | None) -> list[Row]:
        """Callbacks on these at bats that were decided, the last first."""
        found = [
            promise
            for lead in leads
            for promise in self.callbacks.get(lead.id, [])
            if rep in (None, promise.promiser_id)
            and (
                promise.state in ("kept", "missed")
                or (promise.state == "open" and promise.due_at < self.now - KEPT_WITHIN)
            )
        ]
        return sorted(found, key=lambda promise: (-promise.due_at, -promise.id))

    def decay(self, lines: Mapping[Any, Figures], total: Figures) -> tuple[str, ...]:
        """Who has the largest and the smallest share by hand, of equal ones the first and the last by name."""

        def sums(figures: Figures) -> tuple[int, int]:
            return figures["by_hand"][0], figures["by_hand"][0] + figures["by_rule"][0]

        clean, of = sums(total)
        if clean == of:
            return (f"All {of:,} closed at bats were closed by hand.",) if of else ()
        said = f"{of - clean:,} of {of:,} closed at bats were let run out, the others closed by hand"
        enough = [
            (Fraction(*sums(figures)), self.names.get(rep, str(rep)), sums(figures)[1])
            for rep, figures in lines.items()
            if rep is not None and sums(figures)[1] >= self.least
        ]
        enough.sort(key=lambda each: (-each[0], each[1].casefold()))
        if len(enough) < 2:
            return (f"{said}; too few by rep to tell who closes most cleanly ({self.least} each of two).",)
        best, worst = enough[0], enough[-1]
        if best[0] == worst[0]:
            return (f"{said}; nobody closes more cleanly than another.",)
        return (
            f"Closes most cleanly: {best[1]}, {float(best[0]) * 100:.0f} % by hand of {best[2]:,}."
            f" Lets most decay: {worst[1]}, {float(1 - worst[0]) * 100:.0f} % by rule of {worst[2]:,}.",
            f"{said}.",
        )

    def holds(self, wanted: Asked) -> None:
        """The report says exactly this."""
        sentences, (came, by_hand) = make(self.store, wanted, self.now)
        leads = chosen(self.rows, wanted, self.store.rules.segments)
        leads.sort(key=lambda lead: (-lead.opened_at, -lead.id))
        lines = {owner: self.came(theirs) for owner, theirs in grouped(leads, lambda lead: lead.owner_id).items()}
        total = self.came(leads)
        by_line(self.store, came, lines, total, {})
        assert sentences == self.decay(lines, total)
        anybodys = chosen(self.rows, wanted._replace(rep=None), self.store.rules.segments)
        changes, promises = self.changes(anybodys, wanted.rep), self.promises(anybodys, wanted.rep)
        theirs = grouped(changes, lambda change: change.doer)
        owed = grouped(promises, lambda promise: promise.promiser_id)
        done = {doer: self.done(theirs.get(doer, []), owed.get(doer, [])) for doer in {*theirs, *owed}}
        by_line(self.store, by_hand, done, self.done(changes, promises), BY_HAND)
        for table, nobody in ((came, "nobody"), (by_hand, "anyone")):
            assert [line.label for line in table.lines] == [
                nobody if line.key is None else self.names.get(line.key, str(line.key)) for line in table.lines
            ]


def counted(rows: Sequence[Row]) -> tuple[int, list[int]]:
    return len(rows), [row.id for row in rows]


def share(rows: Sequence[Row], of: int) -> tuple[float | None, list[int]]:
    return quotient(len(rows), of), [row.id for row in rows]


def act_by_chance(store: Store, seed: int) -> None:
    """Say who wrote each spell and status, what was judged of it, and what was promised on each at bat."""
    random, run = Random(seed), store.connection.execute
    acts = [
        store.value(
            'INSERT INTO operation (key, at, kind, actor_id, "by", role, override) VALUES (?, ?, ?, ?, ?, ?, ?)'
            " RETURNING id",
            (
                f"chance {number}",
                NOW,
                random.choice(("tick", "tick", "log_touch")),
                random.choice((1, 2, 3, 4, 9)),
                by,
                "sdr",
                "",
            ),
        )
        for number, by in enumerate((*ActorKind, *[random.choice(list(ActorKind)) for _ in range(5)]))
    ]
    for (spell,) in store.rows("SELECT id FROM stage_spell ORDER BY id"):
        run("UPDATE stage_spell SET written_id = ? WHERE id = ?", (random.choice(acts), spell))
    for (change,) in store.rows("SELECT id FROM status_change ORDER BY id"):
        run(
            "UPDATE status_change SET written_id = ?, override = ?, at = at - ? WHERE id = ?",
            (random.choice(acts), int(random.random() < 0.3), random.choice((0, 0, 0, 1, 45 * DAY)), change),
        )
        if random.random() < 0.4:
            run("UPDATE status_change SET status = 'working' WHERE id = ?", (change,))
        for void in random.choice(((), (), (0,), (1,), (1, 0))):
            run(
                'INSERT INTO spot_check (status_change_id, user_id, month, "right", note, judged_by_id, judged_at,'
                " void, written_id) VALUES (?, 2, '2026-10', ?, '', 4, ?, ?, 1)",
                (change, random.randrange(2), NOW, void),
            )
    for (lead,) in store.rows("SELECT id FROM lead ORDER BY id"):
        for _ in range(random.randrange(4)):
            _promise(store, random, lead)
        if random.random() < 0.2:  # closed before, and again
            run(
                "INSERT INTO stage_spell (lead_id, stage, entered_at, left_at, skipped, override, void, written_id)"
                " VALUES (?, 'closed', ?, ?, 0, 0, 0, ?)",
                (lead, NOW, NOW, random.choice(acts)),
            )


def _promise(store: Store, random: Random, lead: int) -> None:
    late = NOW - KEPT_WITHIN
    of_lead = random.random() < 0.85
    store.connection.execute(
        "INSERT INTO callback (lead_id, opportunity_id, promiser_id, promised_at, due_at, words, state, void,"
        " written_id) VALUES (?, ?, ?, ?, ?, '', ?, ?, 1)",
        (
            *(lead if of_lead else None, None if of_lead else lead, random.choice((None, 2, 3, 4)), NOW - 9 * DAY),
            random.choice((late, late - 1, NOW, NOW + DAY, NOW - random.randrange(90 * DAY))),
            *(random.choice((*PromiseState, "open", "kept")), int(random.random() < 0.1)),
        ),
    )


@pytest.fixture(scope="module")
def by_hand(season: Store, season_end: Instant) -> ByHand:
    return ByHand(season, season_end)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    made = MadeUp(tmp_path_factory.mktemp("reps"))
    rules = made.store.rules  # of few at bats, enough to say something
    made.store.use_rules(rules._replace(alerts=rules.alerts._replace(from_records=2)))
    yield made
    made.store.close()


def test_every_period_of_the_season(by_hand: ByHand) -> None:
    for asked in periods(by_hand.rows):
        by_hand.holds(Asked(asked))


def test_every_filter_of_the_season(by_hand: ByHand) -> None:
    for wanted in every_filter(by_hand.rows, by_hand.store):
        by_hand.holds(wanted)


def test_as_of_earlier_and_later_instants(season: Store, season_end: Instant) -> None:
    for now in (season_end - 14 * DAY, season_end + 100 * DAY):
        ByHand(season, now).holds(Asked(ALL))


@settings(max_examples=100)
@given(count=st.integers(0, 16), seed=st.integers(0, 2**32))
def test_whatever_the_rows_say(made_up: MadeUp, count: int, seed: int) -> None:
    with made_up.world(count, seed) as store:
        act_by_chance(store, seed)
        hand = ByHand(store, NOW)
        for wanted in every_filter(hand.rows, store)[seed % 7 :: 7]:
            hand.holds(wanted)
        hand.holds(Asked(days("2026-10-01", "2026-11-22")))


def test_what_operations_write(tmp_path: Path) -> None:
    """Closed by hand, by a rule and with an approval; set by hand and judged; promised and kept, and missed."""
    floor = open_floor(make_template(tmp_path / "template.db"), tmp_path)
    store = floor.store
    floor.lead(Stage.CLOSED)
    kept, forgotten, approved, by_hand = floor.lead(), floor.lead(), floor.lead(Stage.DISQUALIFIED), floor.lead()
    floor.lead(Stage.CLOSED, actor=BEN)
    left_alone = floor.lead()
    floor.touch(left_alone, Disposition.DO_NOT_CONTACT, actor=replace(PRIYA, kind=ActorKind.RULE))
    approve(store, ANA, floor.later(), ApprovalDraft(approved))
    floor.touch(by_hand, Disposition.CONVERSATION)
    set_status(store, PRIYA, floor.later(), StatusDraft(by_hand, Status.WORKING, why="it was a long talk"))
    floor.later(2 * DAY)
    set_status(store, BEN, floor.later(), StatusDraft(by_hand, Status.CONNECTED, why="it was not"))
    for lead in (kept, forgotten):
        callback(store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + 40 * MINUTE))
    floor.later(30 * MINUTE)
    floor.touch(kept, Disposition.NO_ANSWER)
    floor.close(kept, Outcome.BAD_FIT, reason="no_need")
    floor.later(32 * DAY)
    tick(store, floor.now)
    for number, change in enumerate(spot_checks(store, floor.now)):
        judge_status(store, ANA, floor.later(), JudgeDraft(change.id, right=number != 0, note="not so"))
    tick(store, floor.later(90 * DAY))

    hand = ByHand(store, floor.now)
    for wanted in every_filter(hand.rows, store):
        hand.holds(wanted)
    sentences, (came, done) = make(store, Asked(ALL), floor.now)
    assert sentences == (
        "2 of 6 closed at bats were let run out, the others closed by hand;"
        " too few by rep to tell who closes most cleanly (30 each of two).",
    )
    assert left_alone not in came.cell(2, "clean").counted.ids(store) + came.cell(2, "by_rule").counted.ids(store)  # type: ignore[union-attr]
    assert (came.cell(2, "clean").part, came.cell(2, "clean").of, came.cell(2, "by_rule").value) == (3, 5, 2)
    assert came.cell(2, "working").value == 2 * DAY + MINUTE
    assert [(line.label, line.cells[1].part) for line in done.lines] == [("Ana", 0), ("Ben", 1), ("Priya", 1)]
    assert (done.cell(3, "right").part, done.cell(3, "right").of) == (1, 2)
    assert (done.cell(2, "kept").part, done.cell(2, "kept").of) == (1, 2)
    store.close()


def test_the_rates_stand_beside_their_benchmarks(season: Store, season_end: Instant) -> None:
    came, by_hand = make(season, Asked(ALL), season_end)[1]
    rules = season.rules.benchmarks
    for line in (*came.lines, *([came.total] if came.total else [])):
        assert [cell.benchmark for cell in line.cells] == [
            *([None] * 5),
            rules["connected_to_qualified"],
            rules["qualified_to_converted"],
            None,
        ]
        assert all(cell.interval for cell in line.cells if cell.of)
    assert (came.chart, came.charted) == (Chart.BARS, ("clean",))
    assert (by_hand.chart, by_hand.charted) == (Chart.BARS, ("overrides",))
