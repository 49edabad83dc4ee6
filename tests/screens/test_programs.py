"""Calling, writing and copying from any screen with a lead on it: nothing handed over is more than it says."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from store.instants import HOUR
from store.queries.facts import EmailFact, Facts, PhoneFact
from store.vocabulary import Channel, Disposition, Lifecycle, Motion, PhoneKind, Pool, Reachability
from tests.drivers import AppDriver
from tests.factories import Floor
from tests.screens.queue_app import at_work
from tui.programs import Programs, Way, dialled, way_to, written_to

WRITE = (
    "import os, sys; p = sys.argv[1]; f = open(p + '~', 'w'); f.write(sys.argv[2]); f.close(); os.rename(p + '~', p)"
)


def noting(path: Path, slot: str) -> tuple[str, ...]:
    """A program that writes down what it was given."""
    return (sys.executable, "-c", WRITE, str(path), f"tel:{{{slot}}}")


def known(phones: Sequence[PhoneFact] = (), emails: Sequence[EmailFact] = (), stopped: int | None = None) -> Facts:
    return Facts(
        contact_id=1,
        account_id=1,
        name="Dana",
        title="",
        seniority="",
        persona="",
        pool=Pool.SALES,
        lifecycle=Lifecycle.NAME,
        zone="",
        suppressed_at=None,
        suppressed_why="",
        email_stopped_at=stopped,
        notes="",
        company="",
        industry="",
        size=None,
        domain="",
        place="",
        account_owner="",
        customer_since=None,
        phones=tuple(phones),
        emails=tuple(emails),
    )


OWN = PhoneFact("+12125550142", PhoneKind.DIRECT, Reachability.UNKNOWN, False)
OFFICE = PhoneFact("+12125550100", PhoneKind.OFFICE, Reachability.VALID, True)
MAIL = EmailFact("dana@x.example", Reachability.VALID)


def test_the_step_says_what_is_used_and_what_works_is_used() -> None:
    everything = known([OFFICE, OWN], [MAIL])
    assert way_to(everything, Channel.CALL) == Way("+12125550142", "+1 212 555 0142", True)
    assert way_to(everything, Channel.EMAIL) == Way("dana@x.example", "dana@x.example", False)
    assert way_to(known([OFFICE, replace(OWN, state=Reachability.BAD)]), Channel.CALL).value == OFFICE.number  # type: ignore[union-attr]
    assert way_to(known([], [MAIL]), Channel.CALL).value == MAIL.address  # type: ignore[union-attr]
    assert way_to(known([OWN], [MAIL], stopped=1), Channel.EMAIL).value == OWN.number  # type: ignore[union-attr]
    assert way_to(known([], [MAIL], stopped=1), Channel.EMAIL) is None
    assert way_to(known(), None) is None


@pytest.mark.parametrize(
    ("number", "digits"),
    [("+15035550142", "+15035550142"), ("+15035550142;ext=12", "+15035550142"), ("(030) 12-34; rm -rf", "0301234"),
     ("--help", ""), ("$(reboot)", "")],
)  # fmt: skip
def test_only_digits_are_dialled(number: str, digits: str) -> None:
    assert dialled(number) == digits


@pytest.mark.parametrize(
    "address",
    ["a@b.com?attach=/etc/passwd", "-oProxy@x.example", "a@b.com,c@d.com", "a b@c.de", "a@b", "a@b.com\n", "a%0ab@c.de",
     "a@b.com#x", "@b.com", "x" * 250 + "@b.com", "a@b.com&cc=d@e.fr", "\u202ea@b.com"],
)  # fmt: skip
def test_what_is_more_than_an_address_is_not_handed_over(address: str) -> None:
    assert written_to(address) == ""


@pytest.mark.parametrize("address", ["dana@x.example", "d.o+list@sub.x-y.co.uk", "jürgen@möller.de", "o'brien@x.ie"])
def test_an_address_is_handed_over_as_it_is(address: str) -> None:
    assert written_to(address) == address


async def handed(path: Path, d: AppDriver) -> str:
    """What the program was given, once it has written it."""
    await d.until(path.exists)
    return path.read_text()


async def test_o_calls_the_number_in_front_on_the_queue_and_in_the_timeline(floor: Floor, tmp_path: Path) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST)
    floor.later(2 * HOUR)
    called = tmp_path / "called; touch x"
    async with at_work(floor) as d:
        d.app.programs = Programs(phone=noting(called, "number"))
        await d.press("o")
        assert await handed(called, d) == "tel:+15035551001"
        assert "calling +1 503 555 1001" in d.screen_text()
        called.unlink()
        await d.press("enter", "o")
        assert await handed(called, d) == "tel:+15035551001"
        assert sorted(os.listdir(tmp_path)) == ["called; touch x", "leads.db", "leads.db-shm", "leads.db-wal"]


async def test_y_copies_it(floor: Floor) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST)
    async with at_work(floor) as d:
        await d.press("y")
        assert d.app.clipboard == "+15035551001"
        assert "+1 503 555 1001 copied" in d.screen_text()


async def test_without_a_command_it_is_said_how_to_set_one(floor: Floor) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST)
    async with at_work(floor, size=(160, 40)) as d:
        d.app.programs = Programs(config_file=Path("the/config.toml"))
        await d.press("o", "o")
        assert 'write phone_command = "xdg-open tel:{number}" into the/config.toml' in d.screen_text()


async def test_a_program_that_is_not_there_is_one_sentence(floor: Floor) -> None:
    floor.lead(person=floor.person(phones=0))
    async with at_work(floor) as d:
        d.app.programs = Programs(mail=("/no/such/program", "{address}"))
        await d.press("o")
        said = "/no/such/program cannot be started (No such file or directory): mend mail_command."
        assert said in d.screen_text()


async def test_nobody_to_reach_is_said(floor: Floor) -> None:
    floor.company_lead()
    async with at_work(floor) as d:
        await d.press("o")
        assert "No number and no address of Harbour Freight is known to work" in d.screen_text()
        await d.press("y")
        assert "No number and no address" in d.screen_text()


async def test_an_empty_list_has_nobody_to_call(floor: Floor) -> None:
    async with at_work(floor) as d:
        await d.press("o")
        assert "Nobody is selected to call or write to" in d.screen_text()


async def test_outside_calling_hours_it_asks_once(floor: Floor, tmp_path: Path) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST)
    called = tmp_path / "called"
    async with at_work(floor) as d:
        d.app.programs = Programs(phone=noting(called, "number"))
        await d.press("o")
        assert "outside calling hours: o again calls all the same" in d.screen_text()
        assert not called.exists()
        await d.press("o")
        assert await handed(called, d)


async def test_who_asked_not_to_be_contacted_is_not_called(floor: Floor, tmp_path: Path) -> None:
    floor.touch(floor.lead(), Disposition.DO_NOT_CONTACT)
    async with at_work(floor) as d:
        d.app.programs = Programs(phone=noting(tmp_path / "called", "number"))
        await d.press("slash")
        await d.type("Person1")
        await d.until(lambda: "Ortiz" in d.screen_text())
        await d.press("enter", "o")
        assert "asked not to be contacted" in d.screen_text()
