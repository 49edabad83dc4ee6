"""``atbat experiments``: begin and end comparisons of two or more ways to work, and what each has shown so far."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from store.vocabulary import Motion, Subject
from tui.cli import with_settings
from tui.cli.opened import opened
from tui.cli.output import aligned, say
from tui.cli.who import actor_of
from tui.config import Settings

if TYPE_CHECKING:
    from store import Actor, Instant, Store
    from store.operations.experiments import ArmDraft
    from store.reports.experiments import Ran

_SHOWN = 60  # letters of a name
_SHARE_DIGITS = 9


@click.group(invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Compare two or more cadences, scripts, routings or thresholds; without a command, list the experiments.

    Each new at bat gets an arm, the same person always the same one. A team lead begins and ends them, with --as.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_)


@command.command(name="list")
@with_settings
def list_(settings: Settings) -> None:
    """List every experiment, the newest first: what it compares, on which at bats, and when it ran."""
    from store.reports.experiments import every
    from tui.present import safe

    store = opened(settings, read_only=True)
    try:
        found = every(store)
        if not found:
            say("no experiment yet: `atbat experiments add NAME cadence --arm usual --arm other=CADENCE` begins one")
            return
        rows = [
            (
                safe(one.name, _SHOWN),
                one.subject.label,
                one.whose,
                one.when,
                safe(", ".join(arm.name for arm in one.arms), _SHOWN),
            )
            for one in found
        ]
        for line in aligned([("name", "on", "of", "when", "arms"), *rows]):
            say(line)
    finally:
        store.close()


@command.command()
@click.argument("name")
@click.argument("subject", type=click.Choice([each.value for each in Subject]))
@click.option(
    "--arm",
    "arms",
    multiple=True,
    metavar="NAME[:SHARE][=VALUE]",
    help="An arm, at least two; without VALUE it is worked as the rules have it, and the first is what the others are"
    " held against.",
)
@click.option("--motion", type=click.Choice([each.value for each in Motion]), help="Only at bats of this motion.")
@with_settings
def add(settings: Settings, name: str, subject: str, arms: Sequence[str], motion: str | None) -> None:
    """Begin an experiment NAME on a cadence, script, routing or threshold; it runs until `end`.

    VALUE is the key of a cadence; for a script the number of a step and what to say there, the arm named again for
    each step; for routing names of people or teams with commas between, or "in turn"; for a threshold the score from
    which a new at bat is as urgent as high intent.
    """
    from store.operations.experiments import ExperimentDraft, begin_experiment

    with _acting(settings) as (store, actor, now):
        draft = ExperimentDraft(
            name, Subject(subject), _drafts(arms, Subject(subject)), Motion(motion) if motion else None
        )
        say(begin_experiment(store, actor, now, draft).sentence)


@command.command()
@click.argument("name")
@with_settings
def end(settings: Settings, name: str) -> None:
    """End experiment NAME: no new at bat gets an arm of it, and those that have one keep it."""
    from store.operations.experiments import EndDraft, end_experiment

    with _acting(settings) as (store, actor, now):
        say(end_experiment(store, actor, now, EndDraft(_called(store, name).id)).sentence)


@command.command()
@click.argument("name")
@click.option(
    "--period", default="all", show_default=True, help="At bats opened then, such as last_30_days or 2026-03."
)
@with_settings
def show(settings: Settings, name: str, period: str) -> None:
    """Say what experiment NAME has shown so far: what came of each arm, and whether that is more than chance."""
    from store.reports.asked import asked, in_words
    from store.reports.experiments import of_one
    from store.reports.figures import Report
    from tui.desk import system_clock
    from tui.report_files.as_text import write_text

    store = opened(settings, read_only=True)
    try:
        now = system_clock()
        one, wanted = _called(store, name), asked(store, now, days=period)
        sentences, tables = of_one(store, wanted, one, now)
        report = Report("", one.name, in_words(store, wanted), tuple(sentences), tuple(tables))
        for line in write_text(report, store.currency, shutil.get_terminal_size().columns).splitlines():
            say(line)
    finally:
        store.close()


@contextmanager
def _acting(settings: Settings) -> Iterator[tuple[Store, Actor, Instant]]:
    """The open store, whoever --as names, and the time."""
    from tui.desk import system_clock

    store = opened(settings)
    try:
        yield store, actor_of(store, settings.person), system_clock()
    finally:
        store.close()


def _drafts(arms: Sequence[str], subject: Subject) -> list[ArmDraft]:
    """Arms as they were typed; of a script, an arm named again goes on with another step."""
    from store.operations.experiments import ArmDraft

    drafts: list[ArmDraft] = []
    for typed in arms:
        head, _, value = typed.partition("=")
        name, _, share = head.rpartition(":")
        if not name or not share.strip().isdecimal() or len(share) > _SHARE_DIGITS:
            name, share = head, "1"
        at = next((at for at, draft in enumerate(drafts) if draft.name == name.strip()), None)
        if at is not None and value and subject is Subject.SCRIPT:
            drafts[at] = replace(drafts[at], value=f"{drafts[at].value}\n{value}")
        else:
            drafts.append(ArmDraft(name.strip(), int(share), value))
    return drafts


def _called(store: Store, name: str) -> Ran:
    from store import Refusal
    from store.reports.experiments import every

    known = every(store)
    folded = name.strip().casefold()
    found = [one for one in known if one.name.casefold() == folded]
    found = found or [one for one in known if one.name.casefold().startswith(folded)]
    if len(found) != 1:
        said = f"say one of {', '.join(one.name for one in known)}" if known else "there is none yet"
        raise Refusal(f"No experiment is called {name}: {said}.", "name")
    return found[0]
