"""Write the tables of docs/model.md and README.md from the code: `make docs`. A test fails when they are stale.

A table stands between ``<!-- NAME -->`` and ``<!-- /NAME -->``.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from inspect import getdoc
from pathlib import Path
from typing import Any

from store.models import TABLES
from store.rules.alert_words import ALERTS
from store.rules.closing import NEVER_WAITS, STATUS_AFTER
from store.rules.expiry import rule_words
from store.rules.path import ALLOWED_STATUSES
from store.rules.touch import CONNECTS, DISPOSITIONS, INBOUND_ONLY
from store.ruleset import ComesBack, load_rules
from store.vocabulary import Motion, Stage
from tui.commands import key_table_markdown
from tui.guide import status_guide

ROOT = Path(__file__).resolve().parent.parent
BUDGET = ROOT / "docs" / "budget.toml"
RULES = load_rules()


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def statuses() -> str:
    """Which status stands in which stage, and what it means."""
    guide = {guidance.status: guidance for guidance in status_guide(RULES)}
    stages = {
        status: ", ".join(stage.label for stage in Stage if status in ALLOWED_STATUSES[stage]) for status in guide
    }
    return table(
        ("status", "in the stages", "means"),
        ((status.label, stages[status], guidance.means) for status, guidance in guide.items()),
    )


def dispositions() -> str:
    """What can come of a touch, by which channel, and whether it reached the person."""
    seen = [found for found in RULES.dispositions if any(found in possible for possible in DISPOSITIONS.values())]
    return table(
        ("letter", "disposition", "by", "a connect", "direction"),
        (
            (
                RULES.dispositions[found].letter or "–",
                found.label,
                ", ".join(channel.label for channel, possible in DISPOSITIONS.items() if found in possible),
                "yes" if found in CONNECTS else "no",
                "in" if found in INBOUND_ONLY else "out",
            )
            for found in seen
        ),
    )


_COMES_BACK = {
    ComesBack.ON_DATE: "on the date given",
    ComesBack.NEW_SIGNAL: "by a new signal",
    ComesBack.HIGH_INTENT: "by a new high-intent signal",
    ComesBack.WHEN_FIXED: "when the datum is right",
    ComesBack.NEVER: "never, unless a team lead lifts it",
}


def outcomes() -> str:
    """How an at bat can end."""
    return table(
        ("letter", "outcome", "status after", "default reason", "comes back", "may wait for approval"),
        (
            (
                rule.letter,
                outcome.label,
                STATUS_AFTER[outcome].label,
                rule.default_reason,
                f"after {rule.recycle_days} days" if rule.recycle_days else _COMES_BACK.get(rule.comes_back, "–"),
                "yes" if STATUS_AFTER[outcome].value == "disqualified" and outcome not in NEVER_WAITS else "no",
            )
            for outcome, rule in RULES.outcomes.items()
        ),
    )


def clocks() -> str:
    """The shipped service levels."""
    sla = RULES.sla
    return table(
        ("clock", "shipped"),
        ((name.replace("_", " "), str(duration)) for name, duration in sla._asdict().items()),
    )


def alerts() -> str:
    """Each kind of alert: when it opens, whose it is, when it closes."""
    return table(
        ("alert", "opens when", "whose", "closes when"),
        ((f"{alert.words}{' !' if alert.urgent else ''}", *alert[1:4]) for alert in ALERTS.values()),
    )


def motions() -> str:
    """Why at bats exist, how each is worked, when each ends."""
    return table(
        ("motion", "inbound", "high intent", "cadence", "ends after"),
        (
            (
                motion.label,
                "yes" if RULES.motions[motion].inbound else "no",
                "yes" if RULES.motions[motion].high_intent else "no",
                f"{RULES.motions[motion].cadence} ({len(RULES.cadence_of(motion).steps)} steps)",
                rule_words(motion, RULES),
            )
            for motion in Motion
        ),
    )


def score() -> str:
    """What the parts of fit and the kinds of signal are worth, as shipped."""
    rules = RULES.score
    bands = (f"from {band.employees:,}: {band.points}" for band in rules.fit.size)
    regions = (
        f"{', '.join(sorted(region.countries)) or 'elsewhere'} {region.points}" for region in rules.fit.regions.values()
    )
    parts = (
        ("size in employees", bands),
        ("industry", _worth(rules.fit.industries)),
        ("role or seniority", _worth(rules.fit.roles)),
        ("country", regions),
        ("technology", _worth(rules.fit.technologies)),
    )
    fit = [
        (f"fit: {what}", str(most), "; ".join(worth))
        for (what, worth), most in zip(parts, rules.fit.highest.values(), strict=True)
    ]
    kinds = "; ".join(_worth(rules.points))
    high = ", ".join(kind.replace("_", " ") for kind in rules.high_intent_signals)
    return table(
        ("what", "at most", "shipped"),
        (
            *fit,
            ("intent: signals", "100", f"{kinds}; any other {rules.other_points}"),
            ("signals of high intent", "–", high),
            ("share of fit in the score", "–", f"{rules.fit_share:.0%}"),
            ("half-life of a signal", "–", f"{rules.half_life_days} days"),
            ("high from", "–", f"fit {rules.high_fit}, intent {rules.high_intent}"),
            ("thresholds", "–", f"MQL {rules.mql}, SQL {rules.sql}"),
        ),
    )


def _worth(weights: Mapping[str, int]) -> Iterable[str]:
    return (f"{name.replace('_', ' ')} {points}" for name, points in weights.items())


def tables() -> str:
    """Every table of the database and what a row of it is."""
    return table(
        ("table", "a row is", "columns"),
        (
            (
                f"`{model._meta.table_name}`",
                (getdoc(model) or "").split("\n\n")[0].replace("\n", " "),
                str(len(model._meta.columns)),
            )
            for model in TABLES
        ),
    )


def budget() -> str:
    """What a person wants, how many keys it may take, and how many it takes."""

    def counted(row: Mapping[str, Any]) -> str:
        ways: Mapping[str, int] = row.get("measured", {})
        if len(set(ways.values())) > 1:
            return "; ".join(f"{way} {keys}" for way, keys in ways.items())
        return str(next(iter(ways.values()), "not built yet"))

    return table(
        ("what", "budget", "measured"),
        (
            (row["what"], " and ".join(filter(None, (str(row["most"]), row.get("plus")))), counted(row))
            for row in tomllib.loads(BUDGET.read_text(encoding="utf-8"))["wanted"]
        ),
    )


MODEL: Mapping[str, Callable[[], str]] = {
    "statuses": statuses,
    "dispositions": dispositions,
    "outcomes": outcomes,
    "clocks": clocks,
    "motions": motions,
    "alerts": alerts,
    "score": score,
    "tables": tables,
}
README: Mapping[str, Callable[[], str]] = {"keys": lambda: key_table_markdown().rstrip(), "budget": budget}
FILES = {ROOT / "docs" / "model.md": MODEL, ROOT / "README.md": README}


def renewed(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """The text with each named part written anew; raises ValueError where a part is missing."""
    for name, make in parts.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n?<!-- /{name} -->)", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"there is no place for the table {name!r}")
        text = pattern.sub(lambda found, make=make: f"{found[1]}{make()}\n{found[2].lstrip()}", text)  # type: ignore[misc]
    return text


def main() -> int:
    """Write every file that is stale."""
    for path, parts in FILES.items():
        text = path.read_text(encoding="utf-8")
        path.write_text(renewed(text, parts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
