"""The README's ten questions of a team lead: asked of the program by the keys that stand there, and answered."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from screens.records.screen import RecordsScreen
from screens.reports.screen import ReportsScreen
from screens.team.screen import TeamScreen
from store import Actor, Store, open_store
from store.instants import SECOND
from store.vocabulary import UserRole
from tests.drivers import AppDriver, driving
from tests.factories import Floor
from tests.reports.raw import Raw
from tests.screens.queue_app import program

README = Path(__file__).parents[2] / "README.md"
SIZES = [(80, 24), (120, 36), (200, 50)]
MOST_KEYS = 3

# What the screen must say once the keys are pressed, by the question.
ANSWERS = {
    "At bats created this month": r"{month} +{created}\b",
    "Which sources were worth working": r"Most worth working: .+, \d+ % of [\d,]+ reached\. Least: .+, \d+ % of [\d,]+",
    "Which of them made meetings": r"Most meetings held: {met} of [\d,]+",
    "One attempt against several": r"\d+ % of [\d,]+ after one attempt against \d+ % of [\d,]+ after several",
    "Timing against fit": r"Largest cause: (timing|fit), [\d,]+ of [\d,]+ that ended without success \(\d+ %",
    "Who came back and converted": r"People who came back: {back}, of whom [\d,]+ converted \(\d+ %\)",
    "Who closes cleanly, who lets decay": r"Closes most cleanly: .+, \d+ % by hand of .+ Lets most decay: .+ by rule",
    "Where the funnel narrows": r"Bottleneck: .+, \d+ % of [\d,]+ against \d+",
    "Who misses first touch": r"Misses first touch most: .+, [\d,]+ of [\d,]+ \(\d+ %\)",
    "What comes back next week": r"[\d,]+ may come back now, [\d,]+ more this week, [\d,]+ next week",
}


class Question(NamedTuple):
    """A row of the README's table."""

    asked: str
    keys: list[str]
    report: str


def questions() -> list[Question]:
    """Those that the README answers."""
    table = README.read_text().split("| question | keys | where |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()[1:]]
    return [Question(asked, re.findall(r"`(.)`", keys), where.split(",")[0]) for asked, keys, where in rows]


@pytest.fixture(scope="module")
def team(season_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """The season on the day that it ends, to be opened by the program."""
    path = tmp_path_factory.mktemp("ten") / "season.db"
    shutil.copy(season_file, path)
    store = open_store(path)
    yield Floor(store, int(store.value("SELECT max(at) FROM operation")))
    store.close()


def facts(store: Store) -> dict[str, str]:
    """What some of the answers must name, from the raw rows."""
    opened = Raw(store).lead
    zone = ZoneInfo(store.zone)
    months = Counter(f"{datetime.fromtimestamp(lead.opened_at / SECOND, zone):%Y-%m}" for lead in opened)
    month = max(months)
    people = Counter(lead.contact_id for lead in opened if lead.contact_id is not None)
    held = {meeting.lead_id for meeting in Raw(store).meeting if meeting.result == "held"}
    sources = Counter(lead.source for lead in opened if lead.id in held)
    met = min(sources, key=lambda source: (-sources[source], source))
    return {
        "month": month,
        "created": f"{months[month]:,}",
        "met": f"{met}, {sources[met]:,}",
        "back": f"{sum(count > 1 for count in people.values()):,}",
    }


def test_the_readme_asks_ten() -> None:
    asked = questions()
    assert [question.asked for question in asked] == list(ANSWERS)
    assert all(len(question.keys) <= MOST_KEYS for question in asked)


@pytest.mark.skipif("ATBAT_SEASON" in os.environ, reason="its facts are of six weeks, which are in one period")
@pytest.mark.parametrize("size", SIZES)
async def test_each_is_answered_on_the_page_that_three_keys_open(team: Floor, size: tuple[int, int]) -> None:
    lead = Actor(int(team.store.value("SELECT id FROM user WHERE role = 'lead'")), role=UserRole.LEAD)
    known = facts(team.store)
    async with driving(program(team, lead), size) as d:
        for question in questions():
            assert isinstance(d.app.screen, TeamScreen)
            await ask(d, question)
            pattern = re.sub(r"\{(\w+)\}", lambda name: re.escape(known[name[1]]), ANSWERS[question.asked])
            shown = page(d)
            assert re.search(pattern, shown), f"{question.asked}: no {pattern} in\n{d.screen_text()}"
            await opens_records(d)
            await d.press("4")


async def ask(d: AppDriver, question: Question) -> None:
    """Press its keys and wait until the report is counted."""
    await d.press(*question.keys)
    screen = d.app.screen
    assert isinstance(screen, ReportsScreen)
    await d.until(lambda: screen.body.report is not None and screen.body.report.title == question.report)
    await d.idle()


def page(d: AppDriver) -> str:
    """The page beside the list of reports, without its line ends."""
    lines = [re.split("[│▐▌]", line, maxsplit=1)[-1] for line in d.screen_text().splitlines()]
    return re.sub(r"\s+", " ", " ".join(lines))


async def opens_records(d: AppDriver) -> None:
    """Go to the first count that is not nought: ``enter`` opens as many records."""
    screen = d.app.screen
    assert isinstance(screen, ReportsScreen)
    while (spot := screen.body.spot) is None or spot.cell.counted is None or not spot.cell.value:
        await d.press("j")
    await d.press("enter")
    await d.until(lambda: isinstance(d.app.screen, RecordsScreen))
    await d.press("escape")
