"""Random lives of at bats, played on the store and on a plain model of it at once: they must never differ.

``make soak`` plays 20,000 lives of 60 acts; ATBAT_LIVES and ATBAT_ACTS set other numbers. A failure prints the acts
that led to it as a program, and the seed is printed with every run.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from store import Actor, Refusal
from store.doctor import check
from store.operations import converting, people, promises, working
from store.operations.accounts import AccountDraft, add_account
from store.operations.closing import close
from store.operations.log_touch import log_touch
from store.operations.new_lead import NewLeadDraft, new_lead
from store.operations.transaction import Operation
from store.operations.undo import UndoDraft, undo
from store.rules.closing import CloseDraft
from store.rules.qualification import Answers
from store.rules.touch import TouchDraft
from store.vocabulary import (
    Answer,
    Channel,
    Direction,
    Disposition,
    Motion,
    Outcome,
    Role,
    Stage,
    Status,
    Trigger,
    WithWhom,
)
from tests.factories import ANA, BEN, CLOSE_DATE, DAY, ED, HOUR, MINUTE, PRIYA, Floor, open_floor
from tests.store import plain_model as plain

COMPANIES = {1: "Harbour Freight", 2: "Big Steel", 3: "Corner Shop"}
ACTORS = st.sampled_from([PRIYA, PRIYA, BEN, BEN, ANA])
LEADS = st.sampled_from([ANA, ANA, ANA, BEN])
PICK = st.integers(0, 19)
SPANS = st.sampled_from([MINUTE, MINUTE, MINUTE, 3 * MINUTE, 11 * MINUTE, HOUR, DAY])
# A full set of good answers comes up often enough for at bats to be converted.
ANSWERS = st.one_of(
    st.just(("yes", "yes", "yes", "not_known")),
    st.tuples(*[st.sampled_from(["yes", "yes", "not_known", "no", None])] * 4),
)
CLOSINGS = [outcome for outcome in Outcome if outcome not in (Outcome.CONVERTED, Outcome.MEETING_BOOKED)]
TEMPLATE: list[Path] = []


class Lives(RuleBasedStateMachine):
    """Two reps and a team lead work the same at bats."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.floor: Floor = open_floor(TEMPLATE[0], self.folder)
        self.store = self.floor.store
        self.world = plain.World()
        self.last: tuple[Operation[Any], Actor, Any, str] | None = None
        self.waiting: dict[int, str] = {}
        self.ranks: dict[int, int] = {}
        self.rows = 0

    def teardown(self) -> None:
        found = [finding.sentence for finding in check(self.store)]
        self.store.close()
        shutil.rmtree(self.folder)
        assert found == []

    @initialize()
    def companies(self) -> None:
        for number, name in COMPANIES.items():
            add_account(self.store, ANA, self.floor.later(), AccountDraft(name, size=5_000 if number == 2 else 10))
            self.world.add(plain.Company(big=number == 2), number)
        for company in (1, 2, 2):
            self.opens(PRIYA, company, kind="new", at=0)

    # -- playing an act on both sides ----------------------------------------------------------------------------------

    def lead(self, pick: int, *stages: str) -> int:
        """One of the newest at bats; four times out of five one that is open, or at one of ``stages``."""
        all_of_them = self.world.all(plain.AtBat)
        fitting = [
            number
            for number, one in all_of_them
            if not one.void and (one.stage in stages if stages else one.open and one.stage != "disqualified")
        ]
        choice = fitting if fitting and pick % 5 else [number for number, _ in all_of_them]
        return choice[-1 - pick % len(choice)]

    def play(self, operation: Operation[Any], actor: Actor, draft: Any, *expected: Any, **named: Any) -> bool:
        """Do it on the model, then on the store; both do it or both refuse. Returns whether it was done."""
        act, *arguments = expected
        key = f"{len(self.world.acts)}-{operation.kind}-{self.floor.now}"
        try:
            with self.world.act(actor.user_id, self.floor.now, undo=operation.kind == "undo"):
                act(*arguments, **named)
            refused = False
        except plain.Refused:
            refused = True
        sentence = ""
        try:
            done = operation(self.store, actor, self.floor.now, draft, key)
        except Refusal as refusal:
            sentence = refusal.sentence
            note(f"refused: {sentence}")
        assert bool(sentence) == refused, (
            f"the model {'refuses' if refused else 'allows'} it, the store says: {sentence}"
        )
        if refused:
            return False
        if not done.operation_id:  # it found everything as it wanted it, and wrote nothing
            self.world.acts.pop()
            return True
        self.last = (operation, actor, draft, key)
        return True

    @rule(span=SPANS)
    def time_passes(self, span: int) -> None:
        self.floor.later(span)

    @rule(
        actor=ACTORS, company=st.sampled_from(list(COMPANIES)), kind=st.sampled_from(["new", "known", "none"]), at=PICK
    )
    def opens(self, actor: Actor, company: int, kind: str, at: int) -> None:
        self.floor.later()
        world = self.world
        draft = NewLeadDraft(Motion.OUTBOUND_TARGET, "list", company=COMPANIES[company], called=False)
        if kind == "none":
            self.play(new_lead, actor, draft, world.open_lead, actor.user_id, company, None)
            return
        known = [number for number, one in world.all(plain.Person) if not one.void]
        if kind == "known" and known:
            person = known[at % len(known)]
            self.play(
                new_lead,
                actor,
                NewLeadDraft(Motion.OUTBOUND_TARGET, "list", contact_id=person, called=False),
                world.open_lead,
                actor.user_id,
                world.get(plain.Person, person).company,
                person,
            )
            return
        phones, emails = at % 2, 1 - at % 3 % 2
        someone = self.floor.person(phones or not emails, emails)
        draft = NewLeadDraft(Motion.OUTBOUND_TARGET, "list", company=COMPANIES[company], person=someone, called=False)

        def both() -> None:
            person = world.add(plain.Person(company, phones=int(bool(someone.phone)), emails=int(bool(someone.email))))
            world.open_lead(actor.user_id, company, person)

        assert self.play(new_lead, actor, draft, both)

    @rule(actor=ACTORS, at=PICK)
    def accepts(self, actor: Actor, at: int) -> None:
        lead = self.lead(at, "new")
        self.play(working.accept, actor, working.LeadDraft(lead), self.world.accept, actor.user_id, lead)

    @rule(
        actor=ACTORS,
        at=PICK,
        channel=st.sampled_from(Channel),
        said=st.sampled_from([one for one in Disposition if one is not Disposition.UNKNOWN]),
        whom=st.sampled_from([WithWhom.CONTACT, WithWhom.CONTACT, WithWhom.PARTNER, WithWhom.SWITCHBOARD]),
        inbound=st.booleans(),
        automated=st.sampled_from([False] * 9 + [True]),
        promised=st.booleans(),
        fitting=st.sampled_from([True] * 5 + [False]),
        ago=st.sampled_from([0, 0, 0, HOUR, 3 * DAY]),
    )
    def logs(
        self,
        actor: Actor,
        at: int,
        channel: Channel,
        said: Disposition,
        whom: WithWhom,
        inbound: bool,
        automated: bool,
        promised: bool,
        fitting: bool,
        ago: int,
    ) -> None:
        self.floor.later()
        lead = self.lead(at)
        if fitting:  # a disposition that can come of the channel, in the end the same spread
            possible = plain.COMES_OF[channel]
            said = Disposition(possible[list(Disposition).index(said) % len(possible)])
        promise = self.floor.now + 2 * HOUR if promised and said is Disposition.CALLBACK_REQUESTED else None
        opened_at = self.floor.value("SELECT opened_at FROM lead WHERE id = ?", lead)
        when = max(self.floor.now - ago, opened_at)  # nothing from before it is a touch of it
        draft = TouchDraft(
            lead,
            channel,
            said,
            Direction.IN if inbound else Direction.OUT,
            with_whom=whom,
            at=when,
            next_at=promise,
            automated=automated,
        )
        self.play(
            log_touch,
            actor,
            draft,
            self.world.log,
            lead,
            channel,
            said,
            when=when,
            out=not inbound,
            whom=whom,
            automated=automated,
            promise=promise,
        )

    @rule(actor=ACTORS, at=PICK, channel=st.sampled_from(Channel), said=st.integers(0, 11))
    def works(self, actor: Actor, at: int, channel: Channel, said: int) -> None:
        """The daily touch: outbound, on an open at bat, with what can come of it."""
        possible = plain.COMES_OF[channel]
        self.logs(
            actor,
            at,
            channel,
            Disposition(possible[said % len(possible)]),
            WithWhom.CONTACT,
            inbound=False,
            automated=False,
            promised=True,
            fitting=False,
            ago=0,
        )

    @rule(actor=ACTORS, at=PICK)
    def promises(self, actor: Actor, at: int) -> None:
        lead, when = self.lead(at), self.floor.later() + DAY
        self.play(promises.callback, actor, promises.CallbackDraft(lead, when), self.world.promise, lead, when)

    @rule(actor=ACTORS, at=PICK, status=st.sampled_from(Status))
    def sets_status(self, actor: Actor, at: int, status: Status) -> None:
        lead = self.lead(at)
        self.play(working.set_status, actor, working.StatusDraft(lead, status), self.world.set_status, lead, status)

    @rule(actor=ACTORS, at=PICK, answers=ANSWERS)
    def qualifies(self, actor: Actor, at: int, answers: tuple[str | None, ...]) -> None:
        lead = self.lead(at)
        draft = converting.QualifyDraft(lead, as_answers(answers))
        self.play(converting.qualify, actor, draft, self.world.qualify, lead, answers)

    @rule(
        actor=ACTORS,
        at=PICK,
        answers=ANSWERS,
        into=st.sampled_from(["new", "known", "meeting"]),
        which=PICK,
        taker=st.booleans(),
    )
    def converts(
        self, actor: Actor, at: int, answers: tuple[str | None, ...], into: str, which: int, taker: bool
    ) -> None:
        lead, now = self.lead(at), self.floor.later()
        deals = [number for number, _ in self.world.all(plain.Deal)]
        deal = deals[which % len(deals)] if into == "known" and deals else None
        draft = converting.ConvertDraft(
            lead,
            opportunity_id=deal,
            close_date=CLOSE_DATE,
            answers=as_answers(answers),
            taker_id=ED.user_id if taker else None,
            meeting_at=now + DAY if into == "meeting" else None,
        )
        self.play(
            converting.convert,
            actor,
            draft,
            self.world.convert,
            actor.user_id,
            now,
            lead,
            deal=deal,
            meeting=into == "meeting",
            answers=answers,
        )

    @rule(actor=LEADS, at=PICK)
    def reverses(self, actor: Actor, at: int) -> None:
        lead = self.lead(at, "converted")
        draft = converting.ReverseDraft(lead, "a slip")
        self.play(
            converting.reverse, actor, draft, self.world.reverse, self.floor.later(), lead, leads_team=actor == ANA
        )

    @rule(
        actor=ACTORS,
        at=PICK,
        outcome=st.sampled_from([*CLOSINGS, Outcome.DUPLICATE, Outcome.BAD_FIT]),
        other=PICK,
        named=st.booleans(),
    )
    def closes(self, actor: Actor, at: int, outcome: Outcome, other: int, named: bool) -> None:
        lead, world = self.lead(at), self.world
        now = self.floor.later()
        deals = [number for number, one in world.all(plain.Deal) if not one.void]
        deal = deals[other % len(deals)] if named and deals and outcome is Outcome.EXISTING else None
        twin = self.lead(other) if outcome is Outcome.DUPLICATE else None
        right = self.floor.person() if named and outcome is Outcome.WRONG_PERSON else None
        draft = CloseDraft(
            lead,
            outcome,
            reason="no_need" if outcome is Outcome.BAD_FIT else "",
            back_at=now + 30 * DAY if outcome is Outcome.NOT_READY else None,
            back_on=Trigger.REGULATION if outcome is Outcome.RE_ENGAGE else None,
            duplicate_of=twin,
            opportunity_id=deal,
            is_customer=deal is None,
            right_person=right,
            datum="the number",
        )

        def both() -> None:
            waits = world.close(lead, outcome, leads_team=actor == ANA, other=twin, deal=deal)
            if right is not None:
                ended: plain.AtBat = world.get(plain.AtBat, lead)
                person = world.add(plain.Person(ended.company, 1, 1))
                world.open_lead(ended.owner, ended.company, person)
            if waits is not None:
                self.waiting[lead] = outcome

        self.play(close, actor, draft, both)

    @rule(actor=LEADS, at=PICK, approved=st.booleans())
    def decides(self, actor: Actor, at: int, approved: bool) -> None:
        lead = self.lead(at, "disqualified")
        outcome = self.waiting.get(lead, "connected_bad_fit") if approved else None
        draft = working.ApprovalDraft(lead, "talk to them once more")
        operation = working.approve if approved else working.send_back
        self.floor.later()
        self.play(operation, actor, draft, self.world.decide, lead, leads_team=actor == ANA, outcome=outcome)

    @rule(actor=ACTORS, at=PICK)
    def takes_over(self, actor: Actor, at: int) -> None:
        lead = self.lead(at)
        self.play(working.reassign, actor, working.LeadDraft(lead), self.world.take_over, actor.user_id, lead)

    @rule(actor=ACTORS, at=PICK, who=PICK, new=st.booleans())
    def adds(self, actor: Actor, at: int, who: int, new: bool) -> None:
        lead, world = self.lead(at), self.world
        known = [number for number, one in world.all(plain.Person) if not one.void]
        if new or not known:
            someone = self.floor.person()
            draft = people.PersonDraft(lead, Role.CHAMPION, person=someone)

            def both() -> None:
                company = world.get(plain.AtBat, lead).company
                world.working(lead)
                world.join(lead, world.add(plain.Person(company, 1, 1)))

            self.play(people.add_person, actor, draft, both)
            return
        person = known[who % len(known)]
        draft = people.PersonDraft(lead, Role.USER, contact_id=person)
        self.play(people.add_person, actor, draft, world.join, lead, person)

    @rule(actor=ACTORS, at=PICK)
    def notes(self, actor: Actor, at: int) -> None:
        lead, world = self.lead(at), self.world

        def both() -> None:
            at_bat: plain.AtBat = world.get(plain.AtBat, lead)
            if at_bat.void or not at_bat.open:
                raise plain.Refused
            world.touch(plain.AtBat, lead)

        self.play(working.note, actor, working.NoteDraft(lead, "call after ten"), both)

    @rule(actor=ACTORS)
    def amends(self, actor: Actor) -> None:
        row = self.store.row(
            "SELECT id, lead_id, logged_at FROM touch WHERE user_id = ? AND void = 0 ORDER BY id DESC", (actor.user_id,)
        )
        if row is None:
            return
        touch, lead, logged = row

        def both() -> None:
            if self.floor.now - logged > DAY:
                raise plain.Refused
            if self.world.get(plain.AtBat, lead).open:
                self.world.touch(plain.AtBat, lead)

        self.play(working.amend, actor, working.AmendDraft(touch, note=f"said at {self.floor.now}"), both)

    @rule(actor=ACTORS)
    def undoes(self, actor: Actor) -> None:
        self.play(undo, actor, UndoDraft(), self.world.undo, actor.user_id, self.floor.now)

    @rule()
    def sends_twice(self) -> None:
        """The same key again, as after a dropped answer: nothing more happens."""
        if self.last is None:
            return
        operation, actor, draft, key = self.last
        before = self.store.value("SELECT count(*) FROM change")
        assert operation(self.store, actor, self.floor.now, draft, key).repeated
        assert self.store.value("SELECT count(*) FROM change") == before

    # -- what must be the same after every act ---------------------------------------------------------------------

    @invariant()
    def both_agree(self) -> None:
        rows = self.store.rows(
            "SELECT id, stage, status, open, void, number, owner_id, contact_id, account_id, touches, attempts,"
            " direct_attempts, partner_touches, connects, outcome, connected_at IS NOT NULL, callback_at FROM lead"
        )
        modelled = [
            (
                number,
                one.stage,
                one.status,
                int(one.open),
                int(one.void),
                one.number,
                one.owner,
                one.person,
                one.company,
                one.touches,
                one.attempts,
                one.direct,
                one.partner,
                one.connects,
                one.outcome,
                int(one.connected),
                min(one.promises, default=None),
            )
            for number, one in sorted(self.world.all(plain.AtBat))
        ]
        assert rows == modelled
        everybody = self.store.rows(
            "SELECT c.id, c.suppressed_at IS NOT NULL, c.email_stopped_at IS NOT NULL, c.void,"
            " (SELECT count(*) FROM phone p WHERE p.contact_id = c.id AND p.state <> 'bad' AND p.void <= c.void),"
            " (SELECT count(*) FROM email e WHERE e.contact_id = c.id AND e.state <> 'bad' AND e.void <= c.void)"
            " FROM contact c ORDER BY c.id"
        )
        assert everybody == [
            (number, int(one.suppressed), int(one.stopped), int(one.void), one.phones, one.emails)
            for number, one in sorted(self.world.all(plain.Person))
        ]
        deals = self.store.rows("SELECT id, open, void FROM opportunity ORDER BY id")
        assert deals == [(number, int(one.open), int(one.void)) for number, one in self.world.all(plain.Deal)]

    @invariant()
    def the_path_is_one_way(self) -> None:
        """Whatever the model thinks: forward only, nothing reopened, nothing gone, one open at bat a person."""
        kind = self.store.value("SELECT kind FROM operation ORDER BY id DESC LIMIT 1")
        ranks = {lead: list(Stage).index(Stage(stage)) for lead, stage in self.store.rows("SELECT id, stage FROM lead")}
        for lead, rank in self.ranks.items():
            assert ranks[lead] >= rank or kind in ("undo", "reverse", "send_back"), (lead, kind)
        self.ranks = ranks
        counts = self.store.row(
            "SELECT (SELECT count(*) FROM touch) + (SELECT count(*) FROM lead) + (SELECT count(*) FROM operation)"
            " + (SELECT count(*) FROM change) + (SELECT count(*) FROM contact) + (SELECT count(*) FROM stage_spell)"
        )
        assert counts is not None
        assert counts[0] >= self.rows
        self.rows = counts[0]
        assert not self.store.value(
            "SELECT 1 FROM lead WHERE open = 1 AND contact_id IS NOT NULL GROUP BY contact_id HAVING count(*) > 1"
        )


def as_answers(answers: tuple[str | None, ...]) -> Answers:
    return Answers(*(None if answer is None else Answer(answer) for answer in answers))


def live(lives: int, acts: int, seed: int) -> None:
    chosen = settings(
        max_examples=lives,
        stateful_step_count=acts,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    machine = with_seed(seed)(type("TheseLives", (Lives,), {}))
    run_state_machine_as_test(machine, settings=chosen)


@pytest.fixture(autouse=True)
def copied(template: Path) -> None:
    TEMPLATE[:] = [template]


@pytest.fixture
def seed(capsys: pytest.CaptureFixture[str]) -> int:
    """The seed of this run, printed; ATBAT_SEED repeats one."""
    chosen = int(os.environ.get("ATBAT_SEED") or int.from_bytes(os.urandom(4), "big"))
    with capsys.disabled():
        sys.stdout.write(f"\nATBAT_SEED={chosen} ")
    return chosen


def test_random_lives(seed: int) -> None:
    live(int(os.environ.get("ATBAT_LIVES", "100")), int(os.environ.get("ATBAT_ACTS", "30")), seed)


@pytest.mark.soak
def test_many_long_random_lives(seed: int) -> None:
    live(int(os.environ.get("ATBAT_LIVES", "20000")), int(os.environ.get("ATBAT_ACTS", "60")), seed)
