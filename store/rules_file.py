"""Reading ``rules.toml``: overlay, type check driven by the classes of store.ruleset, and problems with their lines.

Every mistake is collected and told with file, line, key and what was expected, so that one run of
``atbat rules check`` shows them all.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import EnumType
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Annotated, Any, NoReturn, Union, get_args, get_origin, get_type_hints

from store import toml_lines
from store.rule_values import Duration
from store.rules_agree import EITHER, disagreements, guess
from store.ruleset import PLACEHOLDERS, Cadence, PartOfDay, Reason, RulesError, RuleSet

SHIPPED = Path(__file__).with_name("rules.toml")  # importlib.resources costs a sixth of the start for the same

Table = dict[str, Any]
Place = tuple[str | int, ...]  # the keys and list positions that lead to a value


def read(path: Path | None) -> RuleSet:
    """The shipped rules with the file at ``path`` over them; raises RulesError."""
    shipped = _text_of(SHIPPED)
    table = _parse(shipped, str(SHIPPED))
    if path is None:
        return _Reading(str(SHIPPED), shipped).rule_set(table)
    text = _text_of(path)
    return _Reading(str(path), text).rule_set(_merge(table, _parse(text, str(path))))


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise RulesError([f"{path}: cannot be read: {error.strerror or error}. Name a file that can."]) from None
    except UnicodeDecodeError:
        raise RulesError([f"{path}: is not UTF-8 text. Save it as UTF-8."]) from None


def _parse(text: str, name: str) -> Table:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of more digits than Python reads
        line = getattr(error, "lineno", None) or toml_lines.line_in_message(str(error), text)
        raise RulesError([f"{name}, line {line}: this is not TOML: {error}."], more=True) from None


def _merge(base: Table, over: Table) -> Table:
    """``over`` laid on ``base``: tables key by key, everything else replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


class _Reading:
    """One pass over one file, gathering problems."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.problems: list[tuple[int, str]] = []

    # --- telling ---------------------------------------------------------------------------------------------------

    def expected(self, place: Place, value: Any, what: str) -> None:
        """Note that ``value`` at ``place`` should have been ``what``."""
        shown = "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else _shown(value)
        self.note(place, f"{_key(place)} is {shown}: expected {what}.")

    def note(self, place: Place, sentence: str) -> None:
        line = toml_lines.line_of(self.text, place)
        where = f"{self.name}, line {line}" if line else self.name
        self.problems.append((line or 0, f"{where}: {sentence}"))

    def unknown(self, place: Place, known: list[str]) -> None:
        """Note a key that nothing reads."""
        self.note(place, f"{_key(place)} is not a known key{guess(str(place[-1]), known)}.")

    def finish(self, *, more: bool = False) -> None:
        if self.problems:
            told = (sentence for _, sentence in sorted(self.problems, key=itemgetter(0)))
            raise RulesError(list(dict.fromkeys(told)), more=more)

    # --- reading ---------------------------------------------------------------------------------------------------

    def rule_set(self, table: Table) -> RuleSet:
        canonical = json.dumps(table, sort_keys=True, default=str, separators=(",", ":"))
        if "digest" in table:
            self.unknown(("digest",), [])
        self._scripts(table)
        self._clocks(table)
        digest = hashlib.sha256(canonical.encode()).hexdigest()[:16]
        rules: RuleSet = self.value(RuleSet, table | {"digest": digest}, ())
        self.finish(more=True)
        self._agree(rules)
        self.finish()
        return rules

    def value(self, kind: Any, value: Any, place: Place) -> Any:
        """``value`` as ``kind``; notes a problem and gives None where it cannot be."""
        origin = get_origin(kind)
        if origin in (UnionType, Union):  # X | None: false switches a shipped value off
            return None if value is False else self.value(get_args(kind)[0], value, place)
        if origin is Annotated:
            return self._scalar(kind.__metadata__[0], value, place)
        if origin in (tuple, frozenset):
            return self._list(origin, get_args(kind)[0], value, place)
        if origin is Mapping:
            return self._mapping(get_args(kind), value, place)
        if isinstance(kind, EnumType):
            return self._scalar(lambda word: _word(kind, word), value, place)
        if kind in _SCALARS:
            return self._scalar(_SCALARS[kind], value, place)
        return self._table(kind, value, place)

    def _scalar(self, read: Callable[[Any], Any], value: Any, place: Place) -> Any:
        try:
            return read(value)
        except ValueError as error:
            return self.expected(place, value, str(error))

    def _list(self, build: Callable[[list[Any]], Any], kind: Any, value: Any, place: Place) -> Any:
        if not isinstance(value, list):
            return self.expected(place, value, "a list [ … ]")
        return build([self.value(kind, item, (*place, number)) for number, item in enumerate(value)])

    def _mapping(self, kinds: tuple[Any, ...], value: Any, place: Place) -> Any:
        key_kind, kind = kinds
        if not isinstance(value, dict):
            return self.expected(place, value, f"a table [{_key(place)}]")
        known = None if key_kind is str else [str(word) for word in key_kind]
        read: dict[Any, Any] = {}
        for key, item in value.items():
            if known is not None and key not in known:
                self.unknown((*place, key), known)
            else:
                read[key_kind(key)] = self.value(kind, item, (*place, key))
        return MappingProxyType(read)

    def _table(self, kind: Any, value: Any, place: Place) -> Any:
        if not isinstance(value, dict):
            return self.expected(place, value, "a table of keys and values")
        if kind in (Cadence, Reason):  # their key is the name of their table
            value = {"key": place[-1]} | value
        schema = _schema(kind)
        for key in value.keys() - schema.keys():
            self.unknown((*place, key), list(schema))
        read = {}
        for key, (hint, required) in schema.items():
            if key in value:
                read[key] = self.value(hint, value[key], (*place, key))
            elif required:
                self.note(place, f"{_key((*place, key))} is missing.")
                read[key] = None
        return kind(**read)

    # --- what spans several tables ---------------------------------------------------------------------------------

    def _scripts(self, table: Table) -> None:
        """Put the text of ``[scripts]`` where the steps name it."""
        scripts = self.value(Mapping[str, str], table.pop("scripts", {}), ("scripts",)) or {}
        for name, text in scripts.items():
            for word in re.findall(r"\{(\w+)\}", text or ""):
                if word not in PLACEHOLDERS:
                    self.note(
                        ("scripts", name), f"scripts.{name}: nothing fills {{{word}}}{guess(word, PLACEHOLDERS)}."
                    )
            if "{" in re.sub(r"\{\w+\}", "", text or ""):
                self.note(("scripts", name), f"scripts.{name}: a {{ is not closed: expected {{name}} of a placeholder.")
        cadences = table.get("cadences")
        for key, cadence in cadences.items() if isinstance(cadences, dict) else ():
            steps = cadence.get("steps") if isinstance(cadence, dict) else None
            for number, step in enumerate(steps if isinstance(steps, list) else ()):
                name = step.get("script") if isinstance(step, dict) else None
                if isinstance(name, str) and name in scripts:
                    step["script"] = scripts[name]
                elif isinstance(name, str):
                    place = ("cadences", key, "steps", number, "script")
                    self.expected(place, name, f"the name of one of the [scripts]{guess(name, list(scripts))}")

    def _clocks(self, table: Table) -> None:
        """Give every motion the first clock that ``[sla]`` has for its kind, unless it names its own."""
        sla, motions = table.get("sla"), table.get("motions")
        if not isinstance(sla, dict) or not isinstance(motions, dict):
            return
        for key, motion in motions.items():
            if isinstance(motion, dict):
                high = motion.get("high_intent") is True
                name, source = ("accept", "accept")
                if motion.get("inbound") is True:
                    name, source = ("first_touch", "first_touch_high_intent" if high else "first_touch")
                if _is_duration(sla.get(source)):  # else it is told once, where it stands
                    motions[key] = {name: sla.get(source)} | motion

    def _agree(self, rules: RuleSet) -> None:
        """Note what is well formed and still cannot be."""
        for place, what in disagreements(rules):
            other = EITHER.get(place)
            mine = other if other and toml_lines.has(self.text, other) else place
            self.note(place if toml_lines.has(self.text, place) else mine, f"{_key(place)}: expected {what}.")
        self._letters("dispositions", {key: rule.letter for key, rule in rules.dispositions.items()}, "disposition")
        self._letters("outcomes", {key: rule.letter for key, rule in rules.outcomes.items()}, "outcome")
        for outcome in rules.outcomes:
            offered = {key: reason.letter for key, reason in rules.reasons.items() if outcome in reason.outcomes}
            self._letters("reasons", offered, f"reason of {outcome.label}")

    def _letters(self, table: str, letters: Mapping[str, str], what: str) -> None:
        by_letter = sorted((letter, str(key)) for key, letter in letters.items() if letter)
        for letter, group in groupby(by_letter, key=itemgetter(0)):
            keys = [key for _, key in group]
            if len(keys) > 1:
                places: list[Place] = [(table, key, "letter") for key in keys]
                place = next((p for p in places if toml_lines.has(self.text, p)), places[-1])
                self.note(
                    place, f'{table}: the letter "{letter}" picks {" and ".join(keys)}: expected one {what} each.'
                )


def _is_duration(value: Any) -> bool:
    try:
        _duration(value)
    except ValueError:
        return value is False
    return True


@lru_cache(maxsize=64)
def _schema(kind: Any) -> dict[str, tuple[Any, bool]]:
    """The keys of a table: type and whether the file must have it."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: (hints[name], name not in kind._field_defaults) for name in kind._fields}


def _key(place: Place) -> str:
    """A place as people write it: ``cadences.inbound.steps[2].day``, positions counted from 1."""
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _fail(what: str) -> NoReturn:
    raise ValueError(what)


def _word(kind: Any, value: Any) -> Any:
    known = [str(word) for word in kind]
    if value in known:
        return kind(value)
    near = guess(value, known) if isinstance(value, str) else f" (one of {', '.join(known)})"
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()
    _fail(f"a known {name}{near}")


def _time(value: Any) -> time:
    if isinstance(value, time) and value.tzinfo is None:
        return value
    hour, _, minute = value.partition(":") if isinstance(value, str) else ("", "", "")
    if len(value if isinstance(value, str) else "") > 5 or not (hour.isdecimal() and minute.isdecimal()):
        _fail('a time of day such as "09:00"')
    try:
        return time(int(hour), int(minute))
    except ValueError:
        _fail('a time of day such as "09:00"')


def _date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        _fail("a date such as 2026-12-24")


def _part_of_day(value: Any) -> PartOfDay:
    opens, _, closes = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        part = PartOfDay(_time(opens.strip()), _time(closes.strip()))
    except ValueError:
        _fail('a part of the day such as "08:00-12:00"')
    return (
        part if part.opens < part.closes else _fail('a part of the day such as "08:00-12:00", the earlier time first')
    )


def _duration(value: Any) -> Duration:
    return Duration.parse(value if isinstance(value, str) else "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) and value.strip() else _fail("some text in quotes")


def _bool(value: Any) -> bool:
    return value if isinstance(value, bool) else _fail("true or false")


def _float(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else _fail("a number")


_SCALARS: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    bool: _bool,
    float: _float,
    time: _time,
    date: _date,
    Duration: _duration,
    PartOfDay: _part_of_day,
}
