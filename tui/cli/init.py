"""``atbat init``: make the team's database."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli import with_settings
from tui.cli.output import say
from tui.config import Settings

if TYPE_CHECKING:
    from store.operations.init import UserDraft

ROLES = ("sdr", "ae", "lead", "admin")


@click.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--team", default="Team", show_default=True, metavar="NAME", help="What the team is called.")
@click.option("--zone", metavar="ZONE", help="Where it works, as in Europe/Berlin.")
@click.option("--country", metavar="CODE", help="Whose holidays it keeps and how it writes numbers, as in DE.")
@click.option("--currency", metavar="CODE", help="What it counts money in, as in EUR.")
@click.option(
    "--user", "users", multiple=True, metavar="NAME:ROLE", help=f"Who works here, once each; {', '.join(ROLES)}."
)
@with_settings
def command(
    settings: Settings,
    path: Path | None,
    team: str,
    zone: str | None,
    country: str | None,
    currency: str | None,
    users: tuple[str, ...],
) -> None:
    """Make a database at PATH, else where the settings say.

    On a terminal it asks for what no option names; elsewhere --zone and at least one --user are needed.
    """
    from store.operations.init import TeamDraft, create_store

    target = _target(settings, path)
    asking = sys.stdin.isatty() and sys.stderr.isatty()
    ask = _ask if asking else _take
    zone = ask("time zone", zone, _zone, _zone_here(), "--zone")
    country = ask("country, for its holidays (two letters, or - for none)", country, _country, "-")
    currency = ask("currency", currency, _currency, _CURRENCIES.get(country, "USD"))
    people = [_user(text) for text in users] or (_ask_users() if asking else [])
    if not people:
        raise click.UsageError('Name at least one person who works here: --user "Ana K.:lead".')
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = TeamDraft(team, zone, country, country or "US", currency, people)
    create_store(target, draft, time.time_ns() // 1000)
    say(f'{target} is ready; open it as atbat --db {target} --as "{people[0].name}"')


def _target(settings: Settings, path: Path | None) -> Path:
    if path is not None:
        return path
    if settings.database_is_url:
        raise click.UsageError("Name a file: a database by URL is not made here.")
    return Path(settings.database)


Check = Callable[[str], str]


def _ask(what: str, given: str | None, check: Check, default: str | None = None, _flag: str = "") -> str:
    """The value given, else what the person answers; a wrong answer is asked again."""
    if given is not None:
        return check(given)
    answer: str = click.prompt(what.capitalize(), default=default, value_proc=check, err=True)
    return answer


def _take(what: str, given: str | None, check: Check, default: str | None = None, flag: str = "") -> str:
    """The value given, else its default; one that only a person can know must be given."""
    if given is None and flag:
        raise click.UsageError(f"Give the {what}: {flag}.")
    return check(given if given is not None else default or "")


def _ask_users() -> list[UserDraft]:
    """You first, then the others; an empty answer ends it."""
    people = [_user_of(click.prompt("Your name", err=True), _ask_role("admin"))]
    while name := click.prompt("Another person (empty: done)", default="", show_default=False, err=True):
        people.append(_user_of(name, _ask_role("sdr")))
    return people


def _ask_role(default: str) -> str:
    role: str = click.prompt("Role", type=click.Choice(ROLES), default=default, err=True)
    return role


def _user(text: str) -> UserDraft:
    name, colon, role = text.rpartition(":")
    if not colon:
        return _user_of(text, "sdr")
    if role.strip() not in ROLES:
        raise click.UsageError(f"--user {text}: a role is one of {', '.join(ROLES)}, as in Ana K.:lead.")
    return _user_of(name, role.strip())


def _user_of(name: str, role: str) -> UserDraft:
    from store.operations.init import UserDraft, user_name
    from store.vocabulary import UserRole

    return UserDraft(user_name(name), UserRole(role))


def _zone(text: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(text)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        raise click.UsageError(_no_zone(text)) from None
    except KeyError:
        raise click.UsageError(_no_zone(text)) from None
    return text


def _no_zone(text: str) -> str:
    return f"“{text}” is no time zone: give one such as Europe/Berlin or America/New_York."


def _country(text: str) -> str:
    if text in ("", "-"):
        return ""
    from store.intake.countries import country_code
    from store.rules.business import holidays_unknown

    code = country_code(text)
    if code is None:
        raise click.UsageError(f"“{text}” is no country: give its two letters, such as US or DE.")
    if holidays_unknown(code, None):
        raise click.UsageError(f"No public holidays are known for {code}: leave the country out (-).")
    return code


def _currency(text: str) -> str:
    code = text.strip().upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise click.UsageError(f"“{text}” is no currency: give its three letters, such as EUR.")
    return code


def _zone_here() -> str | None:
    """The zone this machine is set to, where it says so."""
    if zone := os.environ.get("TZ", "").lstrip(":"):
        return zone if "/" in zone and not zone.startswith("/") else None
    _, _, zone = os.path.realpath("/etc/localtime").partition("zoneinfo/")
    return zone or None


_CURRENCIES = {
    "US": "USD",
    "GB": "GBP",
    "CH": "CHF",
    "JP": "JPY",
    "CA": "CAD",
    "AU": "AUD",
    "SE": "SEK",
    "NO": "NOK",
    "DK": "DKK",
    "PL": "PLN",
    "IN": "INR",
    **dict.fromkeys(("DE", "AT", "FR", "ES", "IT", "NL", "BE", "IE", "PT", "FI", "GR"), "EUR"),
}
