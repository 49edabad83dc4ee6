"""``atbat signal``: take in what somebody did, from a shell or from a program that hears of it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from tui.cli import with_settings
from tui.cli.opened import opened
from tui.cli.output import complain, say
from tui.config import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from store import Actor, Store, StoreError
    from store.intake.signal_lines import Line
    from store.operations.receive_signal import Received


@click.command()
@click.option("--kind", metavar="WORD", default="", help="What they did: demo_request, webinar, pricing_page, …")
@click.option("--source", metavar="TEXT", default="", help="Where it comes from: website, partner, …")
@click.option("--name", metavar="TEXT", default="", help="Who it was; not needed where --email or --phone is known.")
@click.option("--email", metavar="TEXT", default="")
@click.option("--phone", metavar="TEXT", default="")
@click.option("--company", metavar="TEXT", default="")
@click.option("--domain", metavar="TEXT", default="", help="The company's domain.")
@click.option("--campaign", metavar="NAME", default="", help="The campaign it came by.")
@click.option("--motion", metavar="WORD", default="", help="Why they are to be worked, where the kind does not say it.")
@click.option("--at", metavar="TIME", default="", help="When, if not now: 2026-11-23T15:04:05Z, or seconds since 1970.")
@click.option("--words", metavar="TEXT", default="", help="What they wrote or did, in words.")
@click.option("--id", "external_id", metavar="TEXT", default="", help="What its source calls it: it counts once.")
@click.option("--system", metavar="TEXT", default="", help="The system that --id and --person-id are of.")
@click.option("--person-id", "record", metavar="TEXT", default="", help="What that system calls the person.")
@click.option("--field", "fields", metavar="NAME=VALUE", multiple=True, help="More of the person: title=CFO, city=…")
@click.option("--json", "as_lines", is_flag=True, help="Read one JSON object a line from standard input.")
@with_settings
def command(settings: Settings, /, as_lines: bool, at: str, motion: str, fields: tuple[str, ...], **said: Any) -> int:
    """Take in a signal: something that somebody did. It says whose it was taken for and what came of it.

    With --json it reads signals from standard input, one JSON object a line, and answers each with one JSON object on
    a line; docs/signals.md has both formats. A bad line does not stop the rest. The same signal twice changes nothing.
    Exits with 1 where a signal was not taken in.
    """

    from store import StoreError

    if as_lines and (at or motion or fields or any(said.values())):
        raise click.UsageError("With --json everything stands on the lines: leave the other options out.")
    try:
        store = opened(settings)
    except StoreError as error:
        if not as_lines:
            raise
        failed = _failed(error)
        return _answer_lines(lambda line: failed)
    try:
        actor = _actor(store, settings.person)
        if as_lines:
            return _take_lines(store, actor)
        return _take_one(store, actor, at, motion, fields, said)
    finally:
        store.close()


def _actor(store: Store, name: str | None) -> Actor:
    """Whoever --as names; nobody in person where a program hands signals over."""
    from store.operations.receive_signal import OUTSIDE
    from tui.cli.who import actor_of

    return OUTSIDE if name is None else actor_of(store, name)


def _take_one(store: Store, actor: Actor, at: str, motion: str, fields: tuple[str, ...], said: dict[str, Any]) -> int:
    from store.intake.signal_lines import motion_of, when
    from store.operations.receive_signal import SignalIn
    from tui.desk import system_clock

    pairs = [pair.partition("=") for pair in fields]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise click.UsageError(f"--field {wrong[0]}: write it as NAME=VALUE.")
    draft = SignalIn(
        **said,
        at=when(at, store.zone) if at else None,
        motion=motion_of(motion) if motion else None,
        fields={name.strip(): value for name, _, value in pairs},
    )
    done = _receive(store, actor, system_clock(), draft)
    if done.repeated:
        say(f"{done.sentence} ({done.decision})")
        return 0
    say(done.sentence)
    for sentence in done.near:
        say(f"look at this: {sentence}")
    for sentence in done.warnings:
        say(f"note: {sentence}")
    return 0


def _take_lines(store: Store, actor: Actor) -> int:
    """Take in line by line, answering each."""
    from store import Refusal, StoreError
    from store.intake.signal_lines import key_of, signal_of
    from store.operations.receive_signal import SignalIn
    from store.operations.recognise import ENRICHING
    from tui.desk import system_clock

    def take(line: Line) -> dict[str, Any]:
        try:
            draft = SignalIn(**signal_of(line, store.zone, ENRICHING))
            return _answer(_receive(store, actor, system_clock(), draft))
        except Refusal as refusal:
            return {"status": "refused", "reason": refusal.sentence, "field": key_of(refusal.field)}
        except StoreError as error:
            return _failed(error)

    return _answer_lines(take)


def _failed(error: StoreError) -> dict[str, Any]:
    """What is said of a signal that nothing is wrong with, and that could not be taken in."""
    return {"status": "failed", "reason": str(error)}


def _answer_lines(take: Callable[[Line], dict[str, Any]]) -> int:
    """Answer each line of standard input with what came of it; 1 where any was not taken in."""
    from store.intake.signal_lines import lines

    counted = {"accepted": 0, "repeated": 0, "refused": 0, "failed": 0}
    for line in lines(sys.stdin.buffer):
        answer = take(line)
        counted[answer["status"]] += 1
        said = {name: value for name, value in answer.items() if value not in (None, [], "")}
        sys.stdout.write(json.dumps({"line": line.number, **said}) + "\n")
        sys.stdout.flush()
    total = sum(counted.values())
    told = [(status, number) for status, number in counted.items() if number or status != "failed"]
    words = ", ".join(f"{number:,} {status}" for status, number in told)
    complain(f"{total:,} signal{'' if total == 1 else 's'}: {words}.")
    return 1 if counted["refused"] or counted["failed"] else 0


def _receive(store: Store, actor: Actor, now: int, draft: Any) -> Received:
    from store.operations.receive_signal import Received, receive_signal

    done = receive_signal(store, actor, now, draft)
    assert isinstance(done, Received)
    return done


def _answer(done: Received) -> dict[str, Any]:
    """What a program is told of a signal that was taken in."""
    made = done.made or {}
    if done.repeated:
        return {
            "status": "repeated",
            "decision": done.decision,
            "signal": made.get("signal_id"),
            "contact": made.get("contact_id") or None,
            "company": made.get("account_id") or None,
            "lead": done.lead_id,
        }
    return {
        "status": "accepted",
        "does": done.does.value,
        "decision": done.decision,
        "signal": made.get("signal_id"),
        "contact": made.get("contact_id") or None,
        "company": made.get("account_id") or None,
        "lead": done.lead_id,
        "owner": done.owner,
        "new": done.new or None,
        "name": done.name,
        "near": list(done.near),
        "warnings": list(done.warnings),
    }
