"""Presets, mapping files, and what lead statuses mean."""

from dataclasses import replace
from pathlib import Path

import pytest

from store.errors import Refusal
from store.intake.mapping import choose, folded, preset, presets, read_mapping, understood
from store.intake.reading import read_rows
from store.intake.rows import ContactRow, Defaults
from store.intake.statuses import Kind, Understanding
from store.rules.path import allowed
from store.ruleset import load_rules
from store.vocabulary import Outcome, Stage, Status

HERE = Path(__file__).parent


def mapping_file(folder: Path, text: str) -> Path:
    path = folder / "fair.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(scope="module")
def row() -> ContactRow:
    return next(row for row in read_rows(HERE / "files/hubspot_contacts.csv") if isinstance(row, ContactRow))


@pytest.mark.parametrize("header", ["First Name", "first_name", "FIRST-NAME", " FirstName ", "first  name"])
def test_case_blanks_and_underscores_do_not_count(header: str) -> None:
    assert preset("generic").field_of(header) == "first_name"


def test_a_trailing_blank_does_not_count() -> None:
    assert preset("close").field_of("company ") == "company"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("hubspot_contacts.csv", "hubspot"),
        ("close_leads.csv", "close"),
        ("salesforce_leads_api.csv", "salesforce-leads"),
        ("salesforce_leads_report.csv", "salesforce-leads"),
    ],
)
def test_the_preset_is_chosen_by_the_columns(file: str, name: str) -> None:
    assert choose((HERE / "files" / file).read_text("utf-8").splitlines()[0].replace('"', "").split(",")).name == name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Record ID,First Name,Last Name,Email,Lead Status,Lifecycle Stage,Company Name", "hubspot"),
        ("hs_object_id,firstname,lastname,email,hs_lead_status", "hubspot"),
        ("Id,IsDeleted,LastName,FirstName,AccountId,MailingCity,Email,SystemModstamp", "salesforce-contacts"),
        ("Id,IsDeleted,LastName,FirstName,Company,Status,IsConverted,SystemModstamp", "salesforce-leads"),
        ("Record Id,Lead Owner,Company,First Name,Last Name,Email,Lead Status,Created Time", "generic"),
        ("First Name,Last Name,Email Address,Company,Position,Connected On", "generic"),
        ("Person - Name,Person - Email (Work),Organization - Name", "generic"),
        ("Vorname,Nachname,Firma,E-Mail-Adresse,Telefon", "generic"),
    ],
)
def test_other_exports_find_their_preset(header: str, name: str) -> None:
    assert choose(header.split(",")).name == name


@pytest.mark.parametrize("name", list(presets()))
def test_every_understanding_is_legal_and_its_reason_shipped(name: str) -> None:
    rules = load_rules()
    each = preset(name)
    for word, meaning in [*each.statuses.items(), ("", each.blank_status)]:
        assert word == folded(word)
        if meaning.kind is Kind.NONE:
            assert (meaning.stage, meaning.status, meaning.outcome) == (None, None, None)
            continue
        assert meaning.stage is not None
        assert meaning.status is not None
        assert allowed(meaning.stage, meaning.status)
        if meaning.kind is Kind.CLOSED:
            assert meaning.stage is Stage.CLOSED
            assert meaning.outcome in rules.reasons[meaning.reason].outcomes
        else:
            assert meaning.stage not in (Stage.QUALIFIED, Stage.CONVERTED, Stage.CLOSED)


@pytest.mark.parametrize(
    ("status", "kind", "stage", "held"),
    [
        ("", Kind.NONE, None, None),
        ("New", Kind.OPEN, Stage.NEW, Status.UNCONTACTED),
        ("OPEN", Kind.OPEN, Stage.ACCEPTED, Status.UNCONTACTED),
        ("IN_PROGRESS", Kind.OPEN, Stage.ATTEMPTING, Status.ATTEMPTING),
        ("Attempted to Contact", Kind.OPEN, Stage.ATTEMPTING, Status.ATTEMPTING),
        ("Connected", Kind.OPEN, Stage.CONNECTED, Status.CONNECTED),
        ("Open Deal", Kind.OPEN, Stage.CONNECTED, Status.WORKING),
        ("Unqualified", Kind.CLOSED, Stage.CLOSED, Status.DISQUALIFIED),
        ("Bad Timing", Kind.CLOSED, Stage.CLOSED, Status.NURTURE),
    ],
)
def test_hubspots_lead_statuses(
    row: ContactRow, status: str, kind: Kind, stage: Stage | None, held: Status | None
) -> None:
    meaning = understood("hubspot", replace(row, status=status))
    assert (meaning.kind, meaning.stage, meaning.status) == (kind, stage, held)


def test_an_open_deal_warns_and_is_never_converted(row: ContactRow) -> None:
    assert "until the deal is imported" in understood("hubspot", replace(row, status="Open Deal")).warning


def test_bad_timing_comes_back(row: ContactRow) -> None:
    meaning = understood("hubspot", replace(row, status="Bad Timing"))
    assert (meaning.outcome, meaning.reason, meaning.return_days) == (Outcome.NOT_READY, "timing", 90)
    assert meaning.note == "HubSpot contacts: Bad Timing"


@pytest.mark.parametrize(
    ("status", "stage", "outcome"),
    [
        ("Open - Not Contacted", Stage.NEW, None),
        ("Open", Stage.ACCEPTED, None),
        ("Contacted", Stage.ATTEMPTING, None),
        ("Working - Contacted", Stage.CONNECTED, None),
        ("Qualified", Stage.CONNECTED, None),
        ("Nurturing", Stage.CLOSED, Outcome.RE_ENGAGE),
        ("Unqualified", Stage.CLOSED, Outcome.BAD_FIT),
        ("Closed - Converted", Stage.CLOSED, Outcome.EXISTING),
        ("", Stage.NEW, None),
    ],
)
def test_salesforces_lead_statuses(row: ContactRow, status: str, stage: Stage, outcome: Outcome | None) -> None:
    meaning = understood("salesforce-leads", replace(row, status=status))
    assert (meaning.stage, meaning.outcome) == (stage, outcome)


def test_converted_elsewhere_closes_whatever_the_status_says(row: ContactRow) -> None:
    meaning = understood("salesforce-leads", replace(row, status="Working", converted=True))
    assert (meaning.outcome, meaning.reason) == (Outcome.EXISTING, "already_in_talks")
    assert "the opportunity is not in this file" in meaning.warning


def test_an_unknown_status_is_new_with_a_warning(row: ContactRow) -> None:
    meaning = understood("hubspot", replace(row, status="Waiting for Godot"))
    assert (meaning.stage, meaning.status) == (Stage.NEW, Status.UNCONTACTED)
    assert "“Waiting for Godot” is not known" in meaning.warning


def test_a_mapping_file_adds_to_the_generic_preset(tmp_path: Path) -> None:
    path = mapping_file(
        tmp_path,
        """
        system = "fair"
        source = "Spring fair"
        zone = "Europe/Zagreb"
        blank_status = "none"
        [fields]
        "Badge" = "external_id"
        "Stand talk" = "notes"
        "Secret" = "-"
        [statuses]
        "hot" = { stage = "connected", status = "working" }
        "dead" = { outcome = "no_response", reason = "no_reply" }
        "list" = {}
        """,
    )
    mapping = read_mapping(path)
    assert (mapping.name, mapping.system, mapping.source) == ("fair", "fair", "Spring fair")
    assert [mapping.field_of(header) for header in ("badge", "Stand Talk", "Secret", "E-mail")] == [
        "external_id",
        "notes",
        "-",
        "email",
    ]
    assert mapping.statuses["hot"] == Understanding(Kind.OPEN, Stage.CONNECTED, Status.WORKING)
    assert mapping.statuses["dead"].status is Status.NURTURE
    assert mapping.statuses["list"].kind is Kind.NONE
    assert mapping.blank_status.kind is Kind.NONE
    source = tmp_path / "fair.csv"
    source.write_text(
        "Badge,Name,E-mail,Secret,Stand talk,Lead status\nB1,Ana Novak,ana@x.hr,pin,liked it,hot\n", "utf-8"
    )
    (found,) = read_rows(source, path)
    assert isinstance(found, ContactRow)
    assert (found.external_id, found.notes, found.source, found.custom) == ("B1", "liked it", "Spring fair", {})
    assert understood(mapping, found).status is Status.WORKING


def test_a_mapping_file_may_build_on_a_preset_and_name_the_columns(tmp_path: Path) -> None:
    path = mapping_file(tmp_path, 'preset = "hubspot"\ndelimiter = "|"\ncolumns = ["name", "email", "lead status"]\n')
    source = tmp_path / "list.txt"
    source.write_text("Ana Novak|ana@x.hr|Open Deal\nBo Kos|bo@x.hr|\n", "utf-8")
    rows = [row for row in read_rows(source, path) if isinstance(row, ContactRow)]
    assert [(row.line, row.name, row.source) for row in rows] == [(1, "Ana Novak", "HubSpot"), (2, "Bo Kos", "HubSpot")]
    assert [understood(read_mapping(path), row).kind for row in rows] == [Kind.OPEN, Kind.NONE]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not toml", "is not TOML"),
        ('sistem = "x"', "“sistem” is no setting: did you mean “system”?"),
        ("system = 1", "expected a text"),
        ('[fields]\n"Mail" = "emial"', "“emial” is no field: did you mean “email”?"),
        ('[headers]\nfirstname = ["x"]', "did you mean “first_name”?"),
        ('preset = "hubspt"', "There is no preset “hubspt”"),
        ('preset = "../x"', "There is no preset"),
        ('zone = "Mars/Base"', "“Mars/Base” is no time zone"),
        ('encoding = "klingon"', "“klingon” is no encoding"),
        ('encoding = "base64"', "“base64” is no encoding"),
        ('delimiter = ";;"', "single character"),
        ('blank_status = "open"', "blank_status is “new”"),
        ('[statuses]\nhot = "working"', "is written like"),
        ('[statuses]\nhot = { stage = "lukewarm", status = "new" }', "“lukewarm” is no stage"),
        ('[statuses]\nhot = { stage = "new", status = "working" }', "does not go with stage new"),
        ('[statuses]\nhot = { stage = "new" }', "is no status"),
        ('[statuses]\nhot = { stage = "qualified", status = "qualified" }', "cannot stand in qualified"),
        ('[statuses]\nhot = { stage = "closed", status = "nurture" }', "cannot stand in closed"),
        ('[statuses]\nhot = { outcome = "meeting_booked", reason = "meeting" }', "needs the opportunity or meeting"),
        ('[statuses]\nhot = { outcome = "no_response" }', "needs a reason"),
        ('[statuses]\nhot = { outcome = "no_response", reason = "no_reply", return_days = 0 }', "return_days"),
        ('[statuses]\nhot = { colour = "red" }', "“colour” is not known there"),
    ],
)
def test_a_bad_mapping_file_is_refused_with_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_mapping(mapping_file(tmp_path, text))
    assert words in refused.value.sentence
    assert refused.value.sentence.endswith((".", "?"))


def test_a_mapping_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"nowhere\.toml cannot be read"):
        read_mapping(tmp_path / "nowhere.toml")


def test_the_source_given_for_the_file_comes_before_the_systems(row: ContactRow) -> None:
    found = list(read_rows(HERE / "files/salesforce_leads_api.csv", defaults=Defaults(source="Fair")))
    sources = [each.source for each in found if isinstance(each, ContactRow)]
    assert sources[0] == "Web"
    assert sources[-1] == "Fair"
