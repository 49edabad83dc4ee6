"""What the processes of the crash tests run: ``python -m tests.crash.workers mix|claim|nursery DATABASE …``.

Each act is acknowledged by its key on standard output only after the operation has returned.
"""

from __future__ import annotations

import os
import random
import sys
import uuid
from collections.abc import Callable
from typing import Any

from store import Actor, Refusal, Store, open_store
from store.instants import MINUTE
from store.operations.closing import close
from store.operations.converting import ConvertDraft, convert
from store.operations.log_touch import log_touch
from store.operations.routing import ClaimDraft, claim_next
from store.operations.transaction import Operation
from store.operations.undo import UndoDraft, undo
from store.operations.working import LeadDraft, NoteDraft, accept, note, reassign
from store.rules.closing import CloseDraft
from store.rules.touch import TouchDraft
from store.vocabulary import Channel, Disposition, Outcome
from tests.factories import CLOSE_DATE, MONDAY, YES

CALLS = (Disposition.NO_ANSWER, Disposition.BUSY, Disposition.CONVERSATION, Disposition.GATEKEEPER)
Make = Callable[[int, random.Random], tuple[Operation[Any], Any]]
# What a rep does all day, in about its shares; converting and closing end an at bat for everybody else.
ACTS: tuple[tuple[int, Make], ...] = (
    (10, lambda lead, chance: (log_touch, TouchDraft(lead, Channel.CALL, chance.choice(CALLS)))),
    (3, lambda lead, chance: (accept, LeadDraft(lead))),
    (2, lambda lead, chance: (note, NoteDraft(lead, "a word"))),
    (2, lambda lead, chance: (reassign, LeadDraft(lead))),
    (1, lambda lead, chance: (undo, UndoDraft())),
    (1, lambda lead, chance: (convert, ConvertDraft(lead, close_date=CLOSE_DATE, answers=YES))),
    (1, lambda lead, chance: (close, CloseDraft(lead, Outcome.NO_RESPONSE))),
)


def act(store: Store, actor: Actor, now: int, chance: random.Random) -> str:
    """One random act on a random at bat: ``done KIND KEY``, or ``refused``; anything else is an error."""
    leads = int(store.value("SELECT max(id) FROM lead"))
    (make,) = chance.choices([make for _, make in ACTS], [weight for weight, _ in ACTS])
    operation, draft = make(chance.randint(1, leads), chance)
    key = str(uuid.UUID(int=chance.getrandbits(128)))
    try:
        operation(store, actor, now, draft, key)
    except Refusal:
        return "refused"
    return f"done {operation.kind} {key}"


def mix(path: str, seed: str, count: str) -> None:
    """Do ``count`` acts as fast as they go, once a line on standard input says so."""
    chance = random.Random(int(seed))
    store = open_store(path)
    actor = Actor(2 + int(seed) % 2)
    clock = MONDAY + chance.randint(0, 90) * MINUTE  # no two computers agree on the time
    tell("ready")
    sys.stdin.readline()
    for number in range(int(count)):
        tell(act(store, actor, clock + number * MINUTE, chance))
    store.close()


def claim(path: str, seed: str, count: str) -> None:
    """Take ``count`` at bats of the pool, or all there are: ``claimed LEAD`` for each, ``nothing`` at the end."""
    store = open_store(path)
    reps = store.rows("SELECT id FROM user WHERE role = 'sdr' ORDER BY id")
    actor = Actor(reps[int(seed) % len(reps)][0])
    tell("ready")
    sys.stdin.readline()
    for number in range(int(count)):
        try:
            done = claim_next(store, actor, MONDAY + number * MINUTE, ClaimDraft())
        except Refusal as refusal:
            tell("nothing" if "Nothing to claim" in refusal.sentence else f"refused {refusal.sentence}")
            break
        tell(f"claimed {done.lead_id}")
    store.close()


def nursery(path: str) -> None:
    """For each line ``SEED TIME`` a child that logs touches until somebody kills it; made by forking, so quickly."""
    store = open_store(path, read_only=True)
    store.calendar.add(MONDAY, store.rules.sla.first_touch)  # loads the calendar of holidays once for all children
    store.close()
    for line in sys.stdin:
        seed, now = map(int, line.split())
        child = os.fork()
        if child == 0:
            logs_until_killed(path, seed, now)
        os.waitpid(child, 0)
        tell("gone")


def logs_until_killed(path: str, seed: int, now: int) -> None:
    tell(f"pid {os.getpid()}")
    chance = random.Random(seed)
    store = open_store(path)
    leads = int(store.value("SELECT max(id) FROM lead"))
    while True:
        now += MINUTE
        key = str(uuid.UUID(int=chance.getrandbits(128)))
        draft = TouchDraft(chance.randint(1, leads), Channel.CALL, chance.choice(CALLS), note=f"said {key}")
        log_touch(store, Actor(2), now, draft, key)
        tell(f"done log_touch {key}")


def tell(line: str) -> None:
    """One line in one write, so that it arrives whole or not at all."""
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    PROGRAMS: dict[str, Callable[..., None]] = {"mix": mix, "claim": claim, "nursery": nursery}
    PROGRAMS[sys.argv[1]](*sys.argv[2:])
