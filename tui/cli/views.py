"""``atbat views``: one's own views of the queue, as `v` and `V` show and keep them on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from store.rules.queue_views import Order, View
from tui.cli import with_settings
from tui.cli.opened import opened
from tui.cli.output import aligned, say
from tui.cli.who import signed_in
from tui.config import Settings

if TYPE_CHECKING:
    from store import Actor, Instant, Store
    from store.queries.users import UserRow
    from store.queries.views import OwnView
    from store.rules.queue_views import Spec

_SHOWN = 50  # at bats of a view, unless --limit says otherwise


@click.group(invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List, show and keep the views of the queue of whoever --as names; `list` where nothing else is said."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@command.command(name="list")
@with_settings
def list_(settings: Settings) -> None:
    """List one's own views: what each shows, and of how many at bats."""
    from store.queries.sieve import Sieve
    from store.queries.views import own_views

    with _signed_in(settings, read_only=True) as (store, user, now):
        kept = own_views(store, user.id)
        if not kept:
            say("no view of your own: `atbat views add NAME --filter WORDS` keeps one")
            return
        counts = Sieve().counts(store, user.id, now, [each.spec for each in kept], zone=user.zone)
        rows = [
            (each.name, "?" if count is None else str(count), _words(each.spec))
            for each, count in zip(kept, counts, strict=True)
        ]
        for line in aligned([("name", "at bats", "shows"), *rows]):
            say(line)


@command.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(min=1), default=_SHOWN, help=f"At most so many at bats.  [{_SHOWN}]")
@with_settings
def show(settings: Settings, name: str, limit: int) -> None:
    """List the at bats that view NAME shows, best next action first; a built-in view (hot, later …) too."""
    from store.queries.queue import reason, rows
    from store.queries.sieve import Sieve
    from tui.present import safe

    with _signed_in(settings, read_only=True) as (store, user, now):
        spec = _spec_called(store, user.id, name)
        found = Sieve().list(store, user.id, now, spec, zone=user.zone)
        some = rows(store, found.ids[:limit])
        lines = [
            (str(id), reason(store, some[id], now, user.zone, user.id).words, some[id].name, some[id].company)
            for id in found.ids[:limit]
            if id in some
        ]
        if not lines:
            say(f"nothing in it now ({_words(spec)})")
            return
        for line in aligned([("no.", "why", "who", "company"), *(tuple(safe(c, 60) for c in row) for row in lines)]):
            say(line)
        if len(found.ids) > limit:
            say(f"… and {len(found.ids) - limit:,} more: --limit shows more of them")


@command.command()
@click.argument("name")
@click.option(
    "--view", type=click.Choice([view.value for view in View]), default="all", help="Which part of the queue.  [all]"
)
@click.option("--filter", "narrowed", metavar="WORDS", default="", help="Words and conditions, as after `f`.")
@click.option(
    "--order", type=click.Choice([order.value for order in Order]), default="due", help="In which order.  [due]"
)
@with_settings
def add(settings: Settings, name: str, view: str, narrowed: str, order: str) -> None:
    """Keep a view under NAME; one's own view of that name is replaced."""
    from store.operations.views import SaveViewDraft, save_view
    from store.rules.queue_views import Spec

    with _signed_in(settings) as (store, user, now):
        draft = SaveViewDraft(name, Spec(View(view), narrowed, Order(order)))
        say(save_view(store, _actor(user), now, draft).sentence)


@command.command()
@click.argument("name")
@click.argument("new_name")
@with_settings
def rename(settings: Settings, name: str, new_name: str) -> None:
    """Give one's own view NAME another name."""
    from store.operations.views import RenameViewDraft, rename_view

    with _signed_in(settings) as (store, user, now):
        view = _own_called(store, user.id, name)
        say(rename_view(store, _actor(user), now, RenameViewDraft(view.id, new_name, view.version)).sentence)


@command.command()
@click.argument("name")
@with_settings
def remove(settings: Settings, name: str) -> None:
    """Remove one's own view NAME."""
    from store.operations.views import DropViewDraft, drop_view

    with _signed_in(settings) as (store, user, now):
        view = _own_called(store, user.id, name)
        say(drop_view(store, _actor(user), now, DropViewDraft(view.id, view.version)).sentence)


@contextmanager
def _signed_in(settings: Settings, *, read_only: bool = False) -> Iterator[tuple[Store, UserRow, Instant]]:
    """The store, whoever --as names, and the time; raises Refusal naming the users there are."""
    from tui.desk import system_clock

    store = opened(settings, read_only=read_only)
    try:
        found = signed_in(store, settings.person, "Whose views?")
        yield store, found, system_clock()
    finally:
        store.close()


def _actor(user: UserRow) -> Actor:
    from store import Actor

    return Actor(user.id, role=user.role)


def _own_called(store: Store, user_id: int, name: str) -> OwnView:
    from store import Refusal
    from store.queries.views import own_views

    kept = own_views(store, user_id)
    found = next((each for each in kept if each.name.casefold() == name.casefold()), None)
    if found is None:
        yours = f"yours are {', '.join(each.name for each in kept)}" if kept else "you have none yet"
        raise Refusal(f"No view of yours is called “{name}”: {yours}.", "name")
    return found


def _spec_called(store: Store, user_id: int, name: str) -> Spec:
    from store.rules.queue_views import Spec

    built_in = next((view for view in View if view.label.casefold() == name.casefold()), None)
    return Spec(built_in) if built_in is not None else _own_called(store, user_id, name).spec


def _words(spec: Spec) -> str:
    """What a view shows, as one line."""
    order = "" if spec.order is Order.DUE else f"by {spec.order}"
    return " · ".join(filter(None, (spec.view.label, spec.filter, order)))
