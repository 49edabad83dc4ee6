"""What a team's rules file changes, and what in it is well formed and still does nothing.

``in_force`` is for looking at the numbers with where each comes from; ``unheeded`` for what cannot be told from the
file alone, because it depends on who works here. See docs/model.md, "The rules file".
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any, NamedTuple

from store import toml_lines
from store.rules.business import holidays_unknown
from store.rules_file import SHIPPED
from store.ruleset import RuleSet, load_rules


class Setting(NamedTuple):
    """One key of the rules as TOML writes it; ``shipped`` and ``line`` only where the team's file changes it."""

    key: str
    value: str
    shipped: str | None = None
    line: int | None = None
    note: str = ""

    @property
    def changed(self) -> bool:
        """Whether the team's file says otherwise than what ships."""
        return self.shipped is not None


def in_force(path: Path | None) -> list[Setting]:
    """Every key in the order of the shipped file, the team's own after it; raises RulesError for a file with mistakes.

    A key that the team's file names with the value it has anyway is no change.
    """
    load_rules(path)
    shipped = dict(_flat(tomllib.loads(SHIPPED.read_text("utf-8")), ()))
    text = "" if path is None else path.read_text("utf-8-sig")
    own = dict(_flat(tomllib.loads(text), ()))
    found = []
    for place in dict.fromkeys((*shipped, *own)):
        value, before = own.get(place, shipped.get(place)), shipped.get(place)
        if place not in own or value == before:
            found.append(Setting(_key(place), _toml(value)))
        else:
            was = "not set" if place not in shipped else _toml(before)
            found.append(Setting(_key(place), _toml(value), was, toml_lines.line_of(text, place)))
    return found


def unheeded(rules: RuleSet, users: Iterable[str], teams: Iterable[str]) -> Iterator[str]:
    """A sentence for each name in the routing rules that reads well and that nobody here has."""
    known = {name.casefold().strip() for name in (*users, *teams)}
    for number, rule in enumerate(rules.routing.rules, 1):
        for name in rule.to:
            if name.casefold().strip() not in known:
                yield f'routing.rules[{number}].to names "{name}", who is no user and no team here: it is passed over.'


def given_to_closers(rules: RuleSet, closers: Iterable[str]) -> Iterator[str]:
    """A sentence for each name in the routing rules that is an account executive's, who takes no turns."""
    known = {name.casefold().strip() for name in closers}
    for number, rule in enumerate(rules.routing.rules, 1):
        for name in rule.to:
            if name.casefold().strip() in known:
                yield (
                    f'routing.rules[{number}].to names "{name}", an account executive: they would get new '
                    "at bats, which reps work."
                )


def unknown_places(path: Path, rules: RuleSet, code_of: Callable[[str], str | None]) -> Iterator[str]:
    """A sentence for each place in the team's file that there is not, with its line; ``code_of`` knows countries."""
    text = path.read_text("utf-8-sig")
    told: list[tuple[tuple[str | int, ...], str, str | None]] = [
        (("hours", "country"), rules.hours.country or "", rules.hours.subdivision)
    ]
    for position, rule in enumerate(rules.routing.rules):
        told += [(("routing", "rules", position, "when", "country"), code, None) for code in rule.when.country]
    for name, region in rules.score.fit.regions.items():
        told += [(("score", "fit", "regions", name, "countries"), code, None) for code in sorted(region.countries)]
    for place, code, subdivision in told:
        line = toml_lines.line_of(text, place)
        if not code or line is None:
            continue
        if code_of(code.strip()) is None:
            yield f'{path}, line {line}: {place[0]}: there is no country "{code}": give its code, such as "DE".'
        elif place[0] == "hours" and holidays_unknown(code, subdivision):
            what = f"{code}-{subdivision}" if subdivision else code
            yield f"{path}, line {line}: hours: no public holidays are known for {what}: correct it, or leave it out."


def _flat(table: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, (*place, key))
        else:
            yield (*place, key), value


def _key(place: tuple[str, ...]) -> str:
    return ".".join(part if part.replace("_", "").replace("-", "").isalnum() else f'"{part}"' for part in place)


def _toml(value: Any) -> str:
    """A value as the file writes it, on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case date() | time():
            return value.isoformat()
        case list():
            return f"[{', '.join(_toml(one) for one in value)}]"
        case dict():
            return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }" if value else "{}"
        case _:
            return str(value)
