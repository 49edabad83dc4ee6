"""``atbat users``: who is here, who is away, and who gets how many new at bats; ``atbat next`` takes one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from tui.cli import with_settings
from tui.cli.opened import opened
from tui.cli.output import aligned, say
from tui.cli.who import actor_of, user_named
from tui.config import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store import Actor, Store
    from store.queries.staff import StaffRow

_ROLES = ("sdr", "ae", "lead", "admin")


@click.group(invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Say who works here, who is away, and who gets how many new at bats; without a command, list them.

    Everybody may say it of themselves, with --as; a team lead of anybody.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_users)


@command.command("list")
@with_settings
def list_users(settings: Settings) -> None:
    """List everybody with what they hold and whether they get anything new."""
    from store.queries.staff import staff
    from tui.desk import system_clock

    store = opened(settings, read_only=True)
    try:
        found = staff(store, system_clock())
        today = store.calendar.day(system_clock()).isoformat()
        for line in aligned([("name", "role", "share", "open", "new ones"), *(_cells(one, today) for one in found)]):
            say(line)
    finally:
        store.close()


@command.command()
@click.argument("name")
@click.argument("first", metavar="FROM")
@click.argument("last", metavar="TO", default="")
@with_settings
def absent(settings: Settings, name: str, first: str, last: str) -> None:
    """NAME is away from FROM to TO, both included: a date such as 2026-12-24, or words such as tomorrow or next fri."""
    from store.operations.attendance import AbsenceDraft, set_absent

    with _acting(settings) as (store, actor, now):
        starts = _day(first, now, store)
        draft = AbsenceDraft(user_named(store, name).id, starts, _day(last, now, store) if last else starts)
        say(set_absent(store, actor, now, draft).sentence)


@command.command()
@click.argument("name", required=False)
@with_settings
def back(settings: Settings, name: str | None) -> None:
    """NAME, or you, is back before the absence ends."""
    from store.operations.attendance import back

    _do(settings, back, name)


@command.command("not-away")
@click.argument("name")
@click.argument("first", metavar="FROM")
@with_settings
def not_away(settings: Settings, name: str, first: str) -> None:
    """NAME is there after all: the absence to come that begins on FROM is taken back."""
    from store.operations.attendance import ComingDraft, not_away

    with _acting(settings) as (store, actor, now):
        draft = ComingDraft(user_named(store, name).id, _day(first, now, store))
        say(not_away(store, actor, now, draft).sentence)


@command.command()
@click.argument("name", required=False)
@with_settings
def pause(settings: Settings, name: str | None) -> None:
    """Routing gives NAME, or you, nothing new until `resume`."""
    from store.operations.attendance import pause_intake

    _do(settings, pause_intake, name)


@command.command()
@click.argument("name", required=False)
@with_settings
def resume(settings: Settings, name: str | None) -> None:
    """Routing gives NAME, or you, new at bats again."""
    from store.operations.attendance import resume_intake

    _do(settings, resume_intake, name)


@command.command()
@click.argument("name")
@click.argument("number", type=int)
@with_settings
def share(settings: Settings, name: str, number: int) -> None:
    """NAME gets NUMBER new at bats for each one that a colleague with a share of 1 gets."""
    from store.operations.attendance import CapacityDraft, set_capacity

    with _acting(settings) as (store, actor, now):
        say(set_capacity(store, actor, now, CapacityDraft(user_named(store, name).id, number)).sentence)


# What it was called before, so that scripts go on working.
command.add_command(click.Command("capacity", callback=share.callback, params=share.params, hidden=True))


@command.command()
@click.argument("name")
@click.argument("zone", default="")
@with_settings
def zone(settings: Settings, name: str, zone: str) -> None:
    """NAME is in ZONE, such as Europe/Berlin, and sees its times; without ZONE in the team's."""
    from store.operations.attendance import ZoneDraft, set_zone

    with _acting(settings) as (store, actor, now):
        say(set_zone(store, actor, now, ZoneDraft(user_named(store, name).id, zone)).sentence)


@command.command()
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), default="sdr", show_default=True)
@click.option("--share", "--capacity", "capacity", type=click.IntRange(1, 100), default=1, show_default=True)
@click.option("--zone", default="", help="Where they are, such as Europe/Berlin; else the team's zone.")
@click.option("--email", default="")
@with_settings
def add(settings: Settings, /, name: str, role: str, **more: Any) -> None:
    """Add NAME."""
    from store.operations.init import UserDraft, add_user
    from store.vocabulary import UserRole

    with _acting(settings) as (store, actor, now):
        say(add_user(store, actor, now, UserDraft(name, UserRole(role), **more)).sentence)


@command.command()
@click.argument("name")
@click.option("--to", "at_bats_to", metavar="NAME", help="Who gets the open at bats; without it they are routed anew.")
@click.option("--deals-to", metavar="NAME", help="Who gets the opportunities and the hand-overs not answered yet.")
@with_settings
def leave(settings: Settings, name: str, at_bats_to: str | None, deals_to: str | None) -> None:
    """NAME leaves: all that is open of theirs goes to others, and they can no longer be chosen. Nothing is lost."""
    from store.operations.leaving import LeaveDraft, leave_team

    with _acting(settings) as (store, actor, now):
        heirs = (user_named(store, heir).id if heir else None for heir in (at_bats_to, deals_to))
        say(leave_team(store, actor, now, LeaveDraft(user_named(store, name).id, *heirs)).sentence)


@click.command("next")
@with_settings
def take_next(settings: Settings) -> None:
    """Take the best at bat that nobody has, as whoever --as names, and say who it is."""
    from store.operations.routing import ClaimDraft, claim_next
    from store.queries.queue import row
    from tui import present

    with _acting(settings) as (store, actor, now):
        done = claim_next(store, actor, now, ClaimDraft())
        say(done.sentence)
        found = row(store, done.lead_id) if done.lead_id is not None else None
        if found is not None:
            phone = present.phone(found.phone) if found.phone else ""
            facts = (found.title, found.company if found.company != found.name else "", phone, found.lead.source)
            if known := " · ".join(present.safe(fact, 80) for fact in facts if fact):
                say(f"  {known}")


@contextmanager
def _acting(settings: Settings) -> Iterator[tuple[Store, Actor, int]]:
    """The open store, whoever --as names, and the time."""
    from tui.desk import system_clock

    store = opened(settings)
    try:
        yield store, actor_of(store, settings.person), system_clock()
    finally:
        store.close()


def _do(settings: Settings, operation: Callable[..., Any], name: str | None) -> None:
    """An act on somebody, oneself where nobody is named."""
    from store.operations.attendance import UserActDraft

    with _acting(settings) as (store, actor, now):
        user_id = actor.user_id if name is None else user_named(store, name).id
        say(operation(store, actor, now, UserActDraft(user_id)).sentence)


def _day(text: str, now: int, store: Store) -> str:
    """The ISO date that was typed, as a date or as people say it; raises Refusal for what is no date."""
    from store.rules.when import parse_day

    return parse_day(text, now, store.zone, store.calendar).isoformat()


def _cells(one: StaffRow, today: str) -> tuple[str, ...]:
    from tui.present import safe

    return safe(one.name, 60), one.role.label, str(one.capacity), f"{one.open:,}", _new_ones(one, today)


def _new_ones(one: StaffRow, today: str) -> str:
    """Whether somebody gets anything new, and when they will be away."""
    from store.rules.days_away import away_on, away_through

    if one.absent_until:
        new = away_through(one.absent_until, today)
    elif one.paused:
        new = "paused"
    elif one.full:
        new = "no, holds the limit"
    else:
        new = "yes" if one.in_turn else "not in turn"
    if one.away_next is None:
        return new
    return f"{new}; {away_on(*one.away_next, today)}"
