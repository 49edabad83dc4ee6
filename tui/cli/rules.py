"""``atbat rules``: test a rules file, show what is in force, and tell the story of an at bat by the rules."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli import with_settings
from tui.cli.opened import opened, rules_in_use
from tui.cli.output import complain, say
from tui.config import Settings

if TYPE_CHECKING:
    from store import Store
    from store.instants import Instant


@click.group()
def command() -> None:
    """Test a rules file, show what is in force, and explain an at bat."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@with_settings
def check(settings: Settings, file: Path | None) -> int | None:
    """Test FILE, or the rules file in use: every mistake with its line, its key and what was expected.

    Where the database is there, names in it that nobody has are told too. Nothing is changed.
    """
    from store.intake.countries import country_code
    from store.rules_shown import given_to_closers, in_force, unheeded, unknown_places
    from store.ruleset import RulesError, load_rules
    from tui import present

    path = file or rules_in_use(settings)
    if path is None:
        load_rules(None)
        say("the shipped rules: no mistake")
        beside = Path(settings.database).with_suffix(".rules.toml")
        say("no rules file of your own is in use; it may stand in one of two places, the first is read where both are:")
        say(f"  {settings.places.team_rules_file}   for every database opened from here")
        say(f"  {beside}   for this database alone, whoever opens it")
        return None
    try:
        rules = load_rules(path)
    except RulesError as error:
        for problem in error.problems:
            say(problem)
        more = "; more may show once these are mended" if error.more else ""
        complain(f"{_mistakes(error.problems)} in {path}: the rules in force stay as they are{more}.")
        return 1
    if wrong := list(unknown_places(path, rules, country_code)):
        for problem in wrong:
            say(problem)
        complain(f"{_mistakes(wrong)} in {path}: correct what is named.")
        return 1
    users, teams, closers = _who_works_here(settings)
    if users:
        for sentence in (*unheeded(rules, users, teams), *given_to_closers(rules, closers)):
            say(f"note: {sentence}")
    changed = sum(setting.changed for setting in in_force(path))
    say(f"{path}: no mistake; it changes {present.count(changed, 'key')}")
    return None


@command.command()
@click.argument("section", required=False)
@click.option("--changed", is_flag=True, help="Only what your own file changes.")
@with_settings
def show(settings: Settings, section: str | None, changed: bool) -> None:
    """Show the rules in force, all or one SECTION (sla, routing, motions.demo_request), and where they come from."""
    from store import Refusal
    from store.rules_kept import readable_rules
    from store.rules_shown import Setting, in_force

    path, problem = readable_rules(settings.database, rules_in_use(settings))
    if problem:
        complain(problem)
    found = in_force(path)
    if country := _country_in_force(settings):
        found = [one for one in found if one.key != "hours.country"]
        last = max(number for number, one in enumerate(found) if one.key.startswith("hours."))
        found.insert(last + 1, Setting("hours.country", f'"{country}"', note="the team's own, said when it was made"))
    if section:
        inside = [one for one in found if one.key == section or one.key.startswith(f"{section}.")]
        if not inside:
            known = dict.fromkeys(one.key.partition(".")[0] for one in found)
            raise Refusal(f"There is no section {section}: choose one of {', '.join(known)}.")
        found = inside
    if changed:
        found = [one for one in found if one.changed]
    for one in found:
        where = f"   # {path.name if path else ''}, line {one.line}; shipped: {one.shipped}" if one.changed else ""
        where = f"   # {one.note}" if one.note else where
        say(f"{one.key} = {one.value}{where}")
    if not found:
        say("nothing differs from what ships" + (f" ({path})" if path else ": no rules file of your own is in use"))


@command.command()
@click.argument("lead")
@click.option("--at", "as_of", metavar="TIME", help='As of then: "2026-11-30 10:00" in the team\'s zone.')
@with_settings
def explain(settings: Settings, lead: str, as_of: str | None) -> None:
    """Tell the whole story of LEAD (a number, a name or an e-mail): what happened by which rule, and what comes next.

    Of somebody without an at bat it tells what they signalled.

    The newest stands last. With --at in the past it is told up to then, in the future also what happens until then if
    nobody does anything.
    """
    from store.queries.explain import explain as story_of
    from store.queries.explain import explain_person
    from tui import present
    from tui.cli.named import meant
    from tui.desk import system_clock

    store = opened(settings, read_only=True)
    try:
        now = system_clock()
        lead_id, contact_id = meant(store, lead)
        then = _instant(store, as_of)
        story = story_of(store, lead_id, now, then) if lead_id else explain_person(store, contact_id, now)
        for line in story.lines(store.zone, now):
            say(present.safe(line, 600))
    finally:
        store.close()


def _instant(store: Store, said: str | None) -> Instant | None:
    if said is None:
        return None
    from store.instants import instant
    from store.rules.business import at_local

    try:
        at = datetime.fromisoformat(said.strip())
    except ValueError:
        raise click.UsageError(f'--at {said}: give a day and a time, such as "2026-11-30 10:00".') from None
    return instant(at) if at.tzinfo else at_local(at.date(), at.time(), store.zone)


def _mistakes(told: list[str]) -> str:
    return "1 mistake" if len(told) == 1 else f"{len(told):,} mistakes"


def _country_in_force(settings: Settings) -> str:
    """The team's own country, which goes before the rules'; empty where it has none or there is no database."""
    from store import StoreError, open_store

    try:
        store = open_store(settings.database, read_only=True, last_good=True, or_shipped=True)
    except StoreError:
        return ""
    try:
        return str(store.country)
    finally:
        store.close()


def _who_works_here(settings: Settings) -> tuple[list[str], list[str], list[str]]:
    """Names of users, teams and account executives; none where the database cannot be opened: nobody asked."""
    from store import StoreError, open_store

    try:
        store = open_store(settings.database, read_only=True, last_good=True, or_shipped=True)
    except StoreError:
        return [], [], []
    try:
        users = [name for (name,) in store.rows('SELECT name FROM "user" WHERE id > 1 AND active = 1')]
        closers = [name for (name,) in store.rows("SELECT name FROM \"user\" WHERE role = 'ae' AND active = 1")]
        return users, [name for (name,) in store.rows("SELECT name FROM team")], closers
    finally:
        store.close()
