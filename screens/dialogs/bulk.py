"""An act on all marked rows: what it will do, how far it is, what came of it; and taking such an act back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import uuid4

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from store.errors import Refusal
from store.instants import Instant
from store.operations.bulk import (
    Batch,
    BatchDone,
    Reason,
    Refused,
    Verb,
    batches,
    do_batch,
    reasons,
    words,
)
from store.operations.extend import ExtendDraft
from store.operations.promises import SnoozeDraft
from store.operations.reclassify import LeadCampaignDraft, MotionDraft
from store.operations.routing import AssignDraft
from store.operations.undo import UndoDraft, Undone, left_of, undo
from store.operations.undo_words import many_words, undone_words
from store.operations.working import StatusDraft
from store.rules.closing import CloseDraft
from tui import present
from tui.dialog import Dialog
from tui.frame import RUNNING
from tui.lead_screen import ToAll
from tui.theme import Urgency

Opening = TypeVar("Opening")

SHOWN = 8  # reasons listed; the rest are counted
BAR = 30  # cells of the progress bar


@dataclass(frozen=True, slots=True)
class Account:
    """What came of an act on many: which at bats it was done to, in a sentence; undoable like any act."""

    sentence: str
    did: frozenset[int] = frozenset()
    operation_id: int = 0
    lead_id: int | None = None
    undo_until: Instant | None = None


class Running(Dialog[Opening, Account], Generic[Opening]):
    """Something done in batches, stopped by ``esc`` between two of them; what was done by then stays done.

    Other keys wait for the end, as they wait for any write, so that none is lost. A subclass gives ``step`` and
    ``account``, and ``told`` for what is shown in the form.
    """

    DEFAULT_CSS = """
    Running #told { margin-top: 1; }
    """

    total: int
    count: int

    def compose_form(self) -> ComposeResult:
        """Words only."""
        yield Static(id="told")

    async def step(self) -> bool:
        """Do the next batch; say whether there is another. Raises Refusal where nothing more can be done."""
        raise NotImplementedError

    def account(self) -> Account:
        """What came of it so far."""
        raise NotImplementedError

    def must_be_read(self) -> bool:
        """Whether the end must be seen: something came out otherwise than was said before."""
        return self._stop or self._failed is not None

    def told(self) -> Content:
        """What is shown above the progress."""
        return Content()

    def reset(self, opening: Opening) -> None:
        """Not begun."""
        self.count = 0
        self._runs = self._stop = self._over = False
        self._failed: str | None = None
        self.query_one("#told", Static).update(self.told())

    def focus_first(self) -> None:
        """Nothing: enter goes on, esc stops."""

    def start(self) -> None:
        """Begin."""
        if not self._runs:
            self._runs = True
            self.add_class(RUNNING)
            self.app.hold_keys(self._run())

    async def _run(self) -> None:
        while await self._stepped() and not self._stop:
            pass
        self._end()

    async def _stepped(self) -> bool:
        try:
            more = await self.step()
        except Refusal as refusal:
            self._failed = refusal.sentence
            more = False
        self.show_consequence()
        return more

    def _end(self) -> None:
        self._runs, self._over = False, True
        self.remove_class(RUNNING)
        if self.must_be_read():
            self.query_one("#told", Static).update(self.told())
            self.show_consequence()
            self.say(self._failed)
        else:
            self._leave()

    def _leave(self) -> None:
        account = self.account()
        self.dismiss()
        self._then(account)

    def action_submit(self) -> None:
        """Begin, or leave once it is over."""
        if self._over:
            self._leave()
        elif self.is_current:
            self.start()

    def action_close_dialog(self) -> None:
        """Stop after this batch; before it began or after it ended, leave."""
        if self._runs:
            self._stop = True
            self.show_consequence()
        elif self._over:
            self._leave()
        else:
            self.dismiss()

    def consequence(self) -> Content:
        """How far it is, and what the keys do."""
        save, drop = self.app.key_of("submit"), self.app.key_of("dismiss_dialog")
        if self._over:
            return present.joined((self.account().sentence, "bold"), f" · enter or {drop} closes this")
        if not self._runs:
            return self.offer(f"enter or {save}", drop)
        ends = "stopping after this batch …" if self._stop else f"{drop} stops after this batch"
        return present.joined(f"{self.count:,} of {self.total:,} ", *_bar(self.count, self.total), f" {ends}")

    def offer(self, save: str, drop: str) -> Content:
        """What the keys would do before it has begun."""
        return Content()


class BulkDialog(Running[ToAll]):
    """What an act on all marked rows will do, and the doing of it."""

    def heading(self) -> Content:
        """``Accept · 50 at bats``."""
        return present.joined((_TITLES[self.opening.verb], "bold"), f" · {_at_bats(self.opening.seen.marked)}")

    async def prepare(self, opening: ToAll) -> None:
        """Everything was read before."""
        self.opening = opening

    def reset(self, opening: ToAll) -> None:
        """The act in batches, none done."""
        self._rest: list[Batch] = batches(uuid4(), opening.verb, opening.like, opening.seen.able)
        self._did: list[int] = []
        self._refused: list[Refused] = []
        self._waiting = 0
        self._undo_until: Instant | None = None
        self._operation_id = 0
        self._reasons: Sequence[Reason] = opening.seen.reasons
        self.total = len(opening.seen.able)
        super().reset(opening)

    def told(self) -> Content:
        """To how many, what else comes of it, and who is left why."""
        seen = self.opening.seen
        parts: list[Any] = [(self._will(), "bold")]
        if not self._did:
            for also in seen.besides:
                parts += _counted(also.count, f"of them {also.why}", also.names)
            for doubt in seen.warnings:
                parts += _counted(doubt.count, f"of them {doubt.why}", doubt.names, sign=Urgency.LATE.sign)
        if self._reasons:
            left = sum(each.count for each in self._reasons)
            stay = "stays as it is" if left == 1 else "stay as they are"
            parts += ["\n\n", (f"{left:,} {stay}, and marked", "$muted")]
        for each in self._reasons[:SHOWN]:
            parts += _counted(each.count, each.why, each.names)
        if more := sum(each.count for each in self._reasons[SHOWN:]):
            parts += _counted(more, "for other reasons")
        return present.joined(*parts)

    def _will(self) -> str:
        act, seen = self.opening, self.opening.seen
        many = f"{len(seen.able):,} of {seen.marked:,}"
        if isinstance(act.like, StatusDraft):
            return f"Set {many} to {act.like.status.label}"
        if isinstance(act.like, MotionDraft):
            return f"Set {many} to {act.like.motion.label}"
        if isinstance(act.like, AssignDraft | LeadCampaignDraft):
            return f"{'Give' if act.verb is Verb.ASSIGN else 'Put'} {many} to {act.to}"
        if isinstance(act.like, ExtendDraft):
            until = f" until {self._at(act.like.until)}" if act.like.until is not None else ", as long as may be"
            return f"Give {many} more time{until}"
        if act.verb is Verb.APPROVE:
            return f"Approve {many}: they close as was asked"
        if isinstance(act.like, CloseDraft):
            back = f", back {self._at(act.like.back_at)}" if act.like.back_at is not None else ""
            return f"Close {many}: {act.like.outcome.label}{back}"
        if isinstance(act.like, SnoozeDraft):
            return f"Snooze {many} until {self._at(act.like.until)}"
        return f"{_TITLES[act.verb]} {many}"

    def _at(self, at: Instant) -> str:
        """A time that is the same moment for all of them, and on whose clock it is written."""
        app = self.app
        whose = "your" if app.person is not None and app.person.zone else "the team’s"
        place = app.zone.rpartition("/")[2].replace("_", " ")
        return f"{present.exactly(at, app.zone, app.desk.now())} ({whose} time, {place}, for all of them)"

    def offer(self, save: str, drop: str) -> Content:
        """How to do it, or that there is nothing to do."""
        if not self.total:
            return present.joined(f"Nothing can be done here · {drop} goes back")
        return present.joined(f"{save} does it · {drop} leaves everything as it is · {self._undoes()}")

    def _undoes(self) -> str:
        return f"{self.app.key_of('undo')} takes it back as one"

    def start(self) -> None:
        """Begin, if there is anything to do."""
        if self.total:
            super().start()
        else:
            self.action_close_dialog()

    async def step(self) -> bool:
        """One batch."""
        done: BatchDone | Refusal = await self.app.desk.write(do_batch, self._rest[0])
        if isinstance(done, Refusal):
            raise done
        self._rest.pop(0)
        self._did += done.did
        self._refused += done.refused
        self._waiting += done.waiting
        self._undo_until = done.undo_until or self._undo_until
        self._operation_id = done.operation_id or self._operation_id
        self.count = len(self._did) + len(self._refused)
        if not self._rest and self._refused:
            await self._name_refused()
        return bool(self._rest)

    async def _name_refused(self) -> None:
        left = [*self.opening.seen.refused, *self._refused]
        self._reasons = await self.app.desk.read(reasons, left)

    def must_be_read(self) -> bool:
        """Also where somebody else came in between."""
        return super().must_be_read() or bool(self._refused)

    def account(self) -> Account:
        """``1,200 of 5,000 accepted; 3,797 untouched, 3 refused``."""
        seen = self.opening.seen
        refused = len(seen.refused) + len(self._refused)
        untouched = seen.marked - refused - len(self._did)
        act = self.opening
        sentence = words(act.verb, act.like, len(self._did), self._waiting, of=seen.marked, to=act.to)
        left = [f"{untouched:,} untouched" if untouched else "", f"{refused:,} refused" if refused else ""]
        if any(left):
            sentence += f"; {', '.join(filter(None, left))}, still marked"
        return Account(sentence, frozenset(self._did), self._operation_id, undo_until=self._undo_until)


class UndoDialog(Running[Undone]):
    """The rest of an act on many that is being taken back; opened when its first batch is."""

    def heading(self) -> Content:
        """What goes on."""
        return present.joined(("Undo", "bold"), f" · {_at_bats(self.total)}")

    def told(self) -> Content:
        """In which order."""
        deed = present.safe(many_words(self.opening.kind, self.total, self.opening.to), 80)
        return present.joined(f"Taking back: {deed}; the last of them first")

    async def prepare(self, opening: Undone) -> None:
        """Count what is still to come."""
        actor = self.app.desk.actor
        assert actor is not None
        self._still: int = await self.app.desk.read(left_of, actor, opening.act)

    def reset(self, opening: Undone) -> None:
        """Where the first batch left it."""
        self._taken_back, self._stays = opening.taken_back, len(opening.stays)
        self._names = list(opening.names)
        self._operation_id = opening.operation_id
        self.total = self._still + self._taken_back + self._stays
        super().reset(opening)
        self.count = self._taken_back + self._stays
        self.start()

    async def step(self) -> bool:
        """One batch back."""
        done: Undone | Refusal = await self.app.desk.write(undo, UndoDraft(act=self.opening.act))
        if isinstance(done, Refusal):
            raise done
        self._taken_back += done.taken_back
        self._stays += len(done.stays)
        self._names += done.names
        self._operation_id = done.operation_id
        self.count = self._taken_back + self._stays
        return bool(done.left)

    def account(self) -> Account:
        """What is back, what stays, and how to go on where it was stopped."""
        opening = self.opening
        sentence = undone_words(opening.kind, self._taken_back, self._stays, self._names, opening.to)
        if left := self.total - self.count:
            sentence += f"; {left:,} still to go: {self.app.key_of('undo')} goes on"
        return Account(sentence, operation_id=self._operation_id)


def _at_bats(count: int) -> str:
    return present.count(count, "at bat")


def _counted(count: int, what: str, names: Sequence[str] = (), sign: str = "") -> list[Any]:
    """A line of a list: how many, what of them, and the first by name; a sign before what is a warning."""
    line: list[Any] = ["\n", (f"{sign:<2}", "bold"), f"{count:>5,}  {what}"]
    if names:
        more = " …" if count > len(names) else ""
        named = ", ".join(present.safe(name, 40) for name in names)
        line.append((f"  {named}{more}", "$muted"))
    return line


def _bar(count: int, total: int) -> list[Any]:
    filled = BAR * count // max(total, 1)
    return ["━" * filled, ("─" * (BAR - filled), "$muted"), f" {100 * count // max(total, 1)} %"]


_TITLES = {
    Verb.ACCEPT: "Accept",
    Verb.SNOOZE: "Snooze",
    Verb.STATUS: "Status",
    Verb.CLOSE: "Close",
    Verb.REASSIGN: "Take over",
    Verb.ASSIGN: "Assign",
    Verb.EXTEND: "More time",
    Verb.MOTION: "Motion",
    Verb.CAMPAIGN: "Campaign",
    Verb.APPROVE: "Approve",
    Verb.SEND_BACK: "Send back",
    Verb.RECYCLE: "Bring back",
}
