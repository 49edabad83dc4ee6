"""Companies, deals and activities as rows: which column is what, and what a mapping file may say of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.errors import Refusal
from store.intake.mapping import FileKind, choose, read_mapping
from store.intake.objects import ActivityRow, CompanyRow, DealRow
from store.intake.reading import describe, read_rows
from store.intake.rows import Defaults, Reject


def read(folder: Path, text: str, mapping: Path | str | None = None) -> list[object]:
    path = folder / "rows.csv"
    path.write_text(text, "utf-8")
    return list(read_rows(describe(path, mapping, Defaults("US", "America/New_York"))))


def test_deals_by_the_headers_of_a_screen_export(tmp_path: Path) -> None:
    header = "Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date,Deal owner,Associated Contact IDs"
    (row,) = read(
        tmp_path, f"{header},Associated Company IDs\n7,Big,Closed Won,1.5,2026-01-02 10:30,2026-01-01,Ana,8;9,5\n"
    )
    assert isinstance(row, DealRow)
    assert (row.external_id, row.keys, row.company_id, row.close_date) == ("7", ("#8", "#9"), "5", "2026-01-02")


def test_deals_by_their_internal_names(tmp_path: Path) -> None:
    (row,) = read(
        tmp_path, "hs_object_id,dealname,dealstage,amount,closedate,associated company\n7,Big,x,1,,Acme Ltd\n"
    )
    assert isinstance(row, DealRow)
    assert (row.name, row.stage, row.company_key, row.close_date) == ("Big", "x", "acme", "")


def test_companies_by_the_headers_of_a_screen_export(tmp_path: Path) -> None:
    header = "Record ID,Company name,Company owner,Company Domain Name,Phone Number,Country/Region,Number of Employees"
    (row,) = read(tmp_path, f"{header}\n7,Acme,Ana,www.acme.com,+1 503 555 0142,Norway,1-10\n")
    assert isinstance(row, CompanyRow)
    assert (row.domain, row.country, row.company_size, len(row.phones)) == ("acme.com", "NO", 1, 1)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Call,2026-01-02 10:30,Connected,,,75,", ("call", "Connected", False, 75, False)),
        ("Call,2026-01-02,,,,1:15,Inbound", ("call", "", True, 75, True)),
        (",2026-01-02,Busy,,,,", ("call", "Busy", False, None, True)),
        (",2026-01-02,,Completed,,,", ("meeting", "Completed", False, None, True)),
        (",2026-01-02,,,Completed,,", ("task", "Completed", False, None, True)),
        ("Incoming Email,2026-01-02,,,,,", ("email", "", True, None, True)),
    ],
)
def test_an_activity(tmp_path: Path, row: str, expected: tuple[object, ...]) -> None:
    header = "Activity Type,Activity Date,Call Outcome,Meeting Outcome,Task Status,Call Duration,Call Direction"
    (found,) = read(tmp_path, f"{header},Associated Contact IDs\n{row},8\n")
    assert isinstance(found, ActivityRow)
    assert (found.type, found.outcome, found.incoming, found.duration, found.date_only) == expected
    assert found.keys == ("#8",)


def test_a_column_nobody_knows_is_kept_but_for_activities(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("Deal Name,Deal Stage,Shoe size,Associated Contact Email\nBig,x,39,a@x.com\n")
    assert [each.meaning for each in describe(path).columns][2] == "custom field"
    path.write_text("Activity Type,Activity Date,Shoe size,Associated Contact Email\nCall,2026-01-02,39,a@x.com\n")
    assert [each.meaning for each in describe(path).columns][2] == "left out"


@pytest.mark.parametrize(
    "header",
    [
        "opportunity_id,sales_agent,product,account,deal_stage,close_date",
        "deal_id,merged_deal_id",
        "name,email,deal stage",
    ],
)
def test_another_systems_file_is_not_taken_for_hubspots(header: str) -> None:
    assert not choose(header.split(",")).name.startswith("hubspot-")


def test_what_is_missing_is_said_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("Activity ID,Activity Type\n1,Call\n")
    assert describe(path, "hubspot").notices == (
        "No column is understood as at: name one in a mapping file.",
        "No column is understood as contact email or contact id: name one in a mapping file.",
    )


def test_a_mapping_file_explains_a_teams_own_words(tmp_path: Path) -> None:
    mapping = tmp_path / "ours.toml"
    mapping.write_text('preset = "hubspot-activities"\n[types]\n"Drop-in" = "meeting"\n[calls]\n"Rang" = "no_answer"\n')
    assert read_mapping(mapping).kind is FileKind.ACTIVITIES
    assert read_mapping(mapping).meaning("calls", "rang") == "no_answer"
    (row,) = read(
        tmp_path, "Activity Type,Activity Date,Associated Contact Email\ndrop-in,2026-01-02,a@x.com\n", mapping
    )
    assert isinstance(row, ActivityRow)
    assert row.type == "meeting"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('kind = "tickets"', "“tickets” is no kind of file"),
        ('preset = "hubspot-deals"\nkind = "contacts"', "kind is that of the preset it builds on, deals"),
        ('preset = "hubspot-deals"\n[stages]\n"Won" = "winning"', "stages, “Won”: use one of"),
        ('preset = "hubspot-deals"\n[stages]\n"Won" = ["won"]', "stages, “Won”: use one of"),
        ('preset = "hubspot-deals"\n[probabilities]\n"Won" = 101', "write a share from 0 to 100"),
        ('preset = "hubspot-activities"\n[calls]\n"x" = "sent"', "calls, “x”: use one of"),
        ('preset = "hubspot-deals"\n[headers]\nemail = ["x"]', "“email” is no field"),
        ('[statuses]\n"x" = { stage = "new", status = "uncontacted", deal = "yes" }', "deal is true or false"),
    ],
)
def test_a_mistake_in_a_mapping_file_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    mapping = tmp_path / "ours.toml"
    mapping.write_text(text)
    with pytest.raises(Refusal, match=sentence):
        read_mapping(mapping)


def test_a_row_that_tells_of_nothing_is_rejected(tmp_path: Path) -> None:
    unnamed, named = read(tmp_path, "Company ID,Company name,Company Domain Name\n1,,\n2,,acme.com\n")
    assert isinstance(unnamed, Reject)
    assert unnamed.reason == "no name and no domain"
    assert isinstance(named, CompanyRow)
    assert named.company == "acme.com"


@pytest.mark.parametrize(
    ("phone", "country", "e164", "notices"),
    [
        ("555-0199", "India", None, ("Phone Number: “555-0199” is no valid number of the row’s country",)),
        ("555-0199", "Japan", None, ("Phone Number: “555-0199” is no valid number of the row’s country",)),
        ("555-0199", "", "+495550199", ()),
        ("503 555 0142", "United States", "+15035550142", ()),
        ("+49 555 0199", "India", "+495550199", ()),
    ],
)
def test_a_companys_number_is_of_its_own_country(
    tmp_path: Path, phone: str, country: str, e164: str | None, notices: tuple[str, ...]
) -> None:
    path = tmp_path / "companies.csv"
    path.write_text(f"Company ID,Company Name,Phone Number,Country\n1,Acme,{phone},{country}\n", "utf-8")
    (row,) = read_rows(describe(path, None, Defaults("DE", "Europe/Berlin")))
    assert isinstance(row, CompanyRow)
    assert [(each.raw, each.e164) for each in row.phones] == [(phone, e164)]
    assert row.notices == tuple(f"{notice}, kept as it is written" for notice in notices)


@pytest.mark.parametrize(
    ("header", "mapping", "kind"),
    [
        ("Record ID,Name,Company Domain Name,Phone Number", "hubspot", "companies"),
        ("Record ID,Name,Company Domain Name", None, "companies"),
        ("Record ID,Name,Company owner,City", "hubspot", "companies"),
        ("Record ID,Name,Industry,Number of Employees", "hubspot", "companies"),
        ("Name,Industry", "hubspot-companies", "companies"),
        ("Name,Industry", "hubspot", "doubtful"),
        ("Name,Industry", None, "doubtful"),
        ("Name,Domain,Phone", None, "doubtful"),
        ("Record ID,Name,Company Domain Name,Lead Status", "hubspot", "doubtful"),
        ("Name,Industry,Phone", "generic", "contacts"),
        ("Full name,Phone,Industry", None, "contacts"),
        ("Name,Email,Domain", None, "contacts"),
        ("Name,Phone,Company,Industry", None, "contacts"),
        ("Name,Job title,Phone,Domain", "hubspot", "contacts"),
        ("Record ID,First Name,Last Name,Company Domain Name", "hubspot", "contacts"),
        ("Record ID,Name,Lead Status,Associated Company Domain", "hubspot", "contacts"),
        ("Name,Phone", None, "contacts"),
    ],
)
def test_companies_and_people_are_told_apart_or_asked_about(
    tmp_path: Path, header: str, mapping: str | None, kind: str
) -> None:
    path = tmp_path / "some.csv"
    path.write_text(f"{header}\n{','.join('x' for _ in header.split(','))}\n", "utf-8")
    if kind != "doubtful":
        assert describe(path, mapping, Defaults("US", "UTC")).mapping.kind.value == kind
        return
    with pytest.raises(Refusal, match="may list companies or people: give --preset hubspot-companies if they are"):
        describe(path, mapping, Defaults("US", "UTC"))
