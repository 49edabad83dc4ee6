"""Files from the systems we know, read into contacts."""

from pathlib import Path

import pytest

from store.errors import Refusal
from store.instants import moment
from store.intake.reading import NO_SOURCE, Progress, describe, read_rows
from store.intake.rows import ContactRow, Defaults, Reject
from store.vocabulary import PhoneKind, Reachability

FILES = Path(__file__).parent / "files"
ZAGREB = Defaults(region="HR", zone="Europe/Zagreb")


def contacts(path: Path, *rest, **named) -> list[ContactRow]:
    return [row for row in read_rows(path, *rest, **named) if isinstance(row, ContactRow)]


def rejects(path: Path, *rest, **named) -> list[Reject]:
    return [row for row in read_rows(path, *rest, **named) if isinstance(row, Reject)]


def one(folder: Path, text: str, defaults: Defaults = Defaults(source="fair")) -> ContactRow | Reject:  # noqa: B008
    path = folder / "one.csv"
    path.write_text(text, "utf-8")
    (row,) = read_rows(path, defaults=defaults)
    assert isinstance(row, ContactRow | Reject)
    return row


def test_hubspot_contacts() -> None:
    rows = contacts(FILES / "hubspot_contacts.csv", defaults=Defaults(zone="Europe/Zagreb"))
    assert [row.line for row in rows] == list(range(2, 12))
    first, second = rows[0], rows[1]
    assert (first.system, first.external_id, first.name) == ("hubspot", "CONT-0", "Ana0 Novak")
    assert (first.emails[0].address, first.emails[0].key) == ("Ana.0@Acme.test.hr", "ana.0@acme.test.hr")
    assert (first.phones[0].e164, first.phones[0].extension) == ("+12015550123", "752")
    assert first.time_zone == "America/New_York"
    assert first.created_at is not None
    assert moment(first.created_at, "Europe/Zagreb").isoformat() == "2024-08-18T00:00:00+02:00"
    assert first.created_date_only
    assert first.updated_date_only
    assert (first.title, first.lifecycle, first.status) == ("Buyer, senior", "Lead", "New")
    assert (first.owner, first.source, first.domain) == ("rep@home.test", "Direct Traffic", "acme.hr")
    assert (first.street, first.city, first.state, first.postal_code) == ("0 Long Street", "Zagreb", "HR", "00652")
    assert first.custom == {}
    assert second.phones[0].state is Reachability.UNKNOWN
    assert second.phones[0].raw == "(376)694-9481x10051"
    assert (second.country_code, second.time_zone, second.domain) == ("HR", "Europe/Zagreb", "acme.test.hr")


def test_close_leads() -> None:
    rows = list(read_rows(FILES / "close_leads.csv"))
    ivo, mia, petra, nobody = rows
    assert isinstance(ivo, ContactRow)
    assert isinstance(mia, ContactRow)
    assert isinstance(petra, ContactRow)
    assert ivo.company_key == mia.company_key == "orchard"
    assert ivo.domain == "orchard.hr"
    assert (petra.name, petra.company, petra.domain) == ("Petra Babić", "", "")
    assert (ivo.title, ivo.source, ivo.postal_code) == ("CFO", "Trade fair", "8014")
    assert ivo.custom == {"Lead Type (Sample)": "B2B"}
    assert nobody == Reject(5, "no e-mail or phone", nobody.cells if isinstance(nobody, Reject) else ())


def test_salesforce_leads_by_their_api_names() -> None:
    path = FILES / "salesforce_leads_api.csv"
    rows = contacts(path, defaults=ZAGREB)
    first = rows[0]
    assert (first.external_id, first.name, first.company_size) == ("00Q000000000001AAA", "Tea Grgić", 1200)
    assert first.converted_opportunity_id is None
    assert first.created_at is not None
    assert moment(first.created_at).isoformat() == "2019-11-11T17:23:34+00:00"
    assert not first.created_date_only
    assert first.updated_at is not None
    assert moment(first.updated_at, "Europe/Zagreb").isoformat() == "2019-11-12T00:00:00+01:00"
    assert first.updated_date_only
    by_id = {row.external_id: row for row in rows}
    assert by_id["00Q5"].converted
    assert by_id["00Q5"].converted_opportunity_id == "006000000000001AAA"
    assert by_id["00Q6"].opted_out_email
    assert by_id["00Q9"].source == "Salesforce"
    assert (by_id["00Q9"].first_name, by_id["00Q9"].last_name) == ("Marin", "de la Cruz")
    assert by_id["00Q9"].name == "Dr. Marin de la Cruz"
    assert [(row.line, row.reason) for row in rejects(path)] == [
        (8, "deleted in salesforce"),
        (9, "merged into 00Q000000000001AAA in salesforce"),
    ]


def test_a_salesforce_report_with_its_footer() -> None:
    path = FILES / "salesforce_leads_report.csv"
    last: list[Progress] = []
    rows = list(read_rows(path, progress=last.append))
    jan, eva, *footer = rows
    assert isinstance(jan, ContactRow)
    assert isinstance(eva, ContactRow)
    assert (jan.company, jan.domain, jan.source) == ("", "kralj.hr", "Web")
    assert (eva.company_key, eva.phones[0].e164, eva.time_zone) == ("plava", "+385912345678", "Europe/Zagreb")
    assert eva.created_at is not None
    assert moment(eva.created_at).date().isoformat() == "2024-03-04"
    assert [row.line for row in footer] == [4, 6]
    assert last == [Progress(path.stat().st_size, path.stat().st_size, 4, 2, 2, 1)]


def test_a_generic_list_with_several_ways_to_reach_somebody(tmp_path: Path) -> None:
    row = one(
        tmp_path,
        "first_name,last_name,email_work,email_home,email_other,phone_work,phone_home,Mobile,Fax Number,Email\n"
        'Ana,Novak,a@x.hr,b@x.hr; c@x.hr,A@X.hr,"01 4567 890 / 01 4567 891",+38514567890,091 234 5678,99,\n',
        Defaults(source="fair", region="HR"),
    )
    assert isinstance(row, ContactRow)
    assert [(email.key, email.kind) for email in row.emails] == [
        ("a@x.hr", "work"),
        ("b@x.hr", "home"),
        ("c@x.hr", "home"),
    ]
    assert [(phone.e164, phone.kind) for phone in row.phones] == [
        ("+38514567890", PhoneKind.OFFICE),
        ("+38514567891", PhoneKind.OFFICE),
        ("+385912345678", PhoneKind.MOBILE),
    ]
    assert row.custom == {"Fax Number": "99"}


def test_what_is_not_understood_is_kept_with_a_notice(tmp_path: Path) -> None:
    row = one(
        tmp_path,
        "Name,Email,Email 2,Phone,Create Date,Employees,Time Zone\nAna Novak,ana@x.hr,bad,call me,soon,many,Mars\n",
    )
    assert isinstance(row, ContactRow)
    kept = {"Email 2": "bad", "Phone": "call me", "Create Date": "soon", "Employees": "many", "Time Zone": "Mars"}
    assert row.custom == kept
    assert len(row.notices) == 5
    assert "Create Date: “soon” is no date, kept as a custom field" in row.notices


def test_a_second_column_for_the_same_field_is_kept_when_it_differs(tmp_path: Path) -> None:
    row = one(tmp_path, "Name,Email,Company,Company Name,Account\nAna,a@x.hr,Acme,Acme,Other\n")
    assert isinstance(row, ContactRow)
    assert (row.company, row.custom) == ("Acme", {"Account": "Other"})


@pytest.mark.parametrize("blank", ["null", "N/A", "-", "[not provided]", "#N/A", "None"])
def test_words_for_nothing_are_nothing(tmp_path: Path, blank: str) -> None:
    row = one(
        tmp_path,
        f"Name,Email,Title,City,Create Date,Phone,Id\nAna Novak,a@x.hr,{blank},{blank},{blank},{blank},{blank}\n",
    )
    assert isinstance(row, ContactRow)
    assert (row.title, row.city, row.created_at, row.phones, row.external_id, row.notices) == (
        "",
        "",
        None,
        (),
        None,
        (),
    )


def test_people_may_be_called_null(tmp_path: Path) -> None:
    row = one(tmp_path, "First name,Last name,Email\nNone,Null,a@x.hr\n")
    assert isinstance(row, ContactRow)
    assert row.name == "None Null"


@pytest.mark.parametrize(
    ("cells", "reason", "field"),
    [
        (",a@x.hr,,web", "no name", None),
        ("Ana,,,web", "no e-mail or phone", None),
        ("Ana,,n/a,web", "no e-mail or phone", None),
        ("Ana,bad,,web", "no e-mail or phone (Email: “bad” is no e-mail address)", None),
        ("Ana,a@x.hr,,", "no source", None),
        (",,,x", "no name and no e-mail or phone", None),
        ("A\0na,a@x.hr,,web", "Name holds a NUL character, which cannot be stored: delete it.", "Name"),
        ("A" * 201 + ",a@x.hr,,web", "Name is 201 characters long and at most 200 fit: shorten it.", "Name"),
        ("Ana,a@x.hr,web", "3 cells where 4 columns are named", None),
        ("Ana,a@x.hr,,web,more", "5 cells where 4 columns are named", None),
        ("name,EMAIL,Phone,Source", "no e-mail or phone (Email: “EMAIL” is no e-mail address; "
         "Phone: “Phone” is no phone number)", None),
        ("Name,Email,Phone,Source", "the names of the columns once more", None),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_taken_says_why(tmp_path: Path, cells: str, reason: str, field: str | None) -> None:
    row = one(tmp_path, f"Name,Email,Phone,Source\n{cells}\n", Defaults())
    assert row == Reject(2, reason, tuple(cells.split(",")), field)


def test_a_phone_that_does_not_validate_is_enough(tmp_path: Path) -> None:
    row = one(tmp_path, "Name,Phone\nAna,555-5555\n")
    assert isinstance(row, ContactRow)
    assert row.phones[0].raw == "555-5555"


def test_empty_cells_beyond_the_header_do_no_harm(tmp_path: Path) -> None:
    assert isinstance(one(tmp_path, "Name,Email\nAna,a@x.hr,,\n"), ContactRow)
    assert isinstance(one(tmp_path, "Name,Email,,\nAna,a@x.hr\n"), ContactRow)


def test_nameless_and_repeated_columns_keep_their_values_apart(tmp_path: Path) -> None:
    row = one(tmp_path, "Name,Email,,Tag,Tag\nAna,a@x.hr,lone,one,two\n")
    assert isinstance(row, ContactRow)
    assert row.custom == {"column 3": "lone", "Tag": "one", "Tag (2)": "two"}


def test_dates_are_read_as_the_file_shows(tmp_path: Path) -> None:
    text = "Name,Email,Created\nAna,a@x.hr,3/4/2024\nBo,b@x.hr,{}/2024\n"
    months = []
    for other in ("18/8", "8/18"):
        path = tmp_path / "dates.csv"
        path.write_text(text.format(other), "utf-8")
        created = contacts(path, defaults=Defaults(source="fair"))[0].created_at
        assert created is not None
        months.append(moment(created).month)
    assert months == [4, 3]


@pytest.mark.parametrize(
    ("size", "people"),
    [("51-200", 51), ("1,001-5,000", 1001), ("10k+", 10_000), ("> 1000", 1000), ("12.0", 12), ("7", 7)],
)
def test_the_size_of_a_company(tmp_path: Path, size: str, people: int) -> None:
    row = one(tmp_path, f'Name,Email,Employees\nAna,a@x.hr,"{size}"\n')
    assert isinstance(row, ContactRow)
    assert row.company_size == people


def test_the_digest_is_of_the_cells_alone(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("Name,Email\nAna,a@x.hr\nAna,a@x.hr\nAna,b@x.hr\n", "utf-8")
    first, second, third = contacts(path, defaults=Defaults(source="fair"))
    assert first.digest == second.digest != third.digest


def test_a_description_says_how_each_column_is_understood() -> None:
    told = describe(FILES / "close_leads.csv")
    assert told.mapping.name == "close"
    assert told.format.words == "utf-8-sig, separated by commas, columns named on line 1"
    assert [(each.header, each.meaning, each.example) for each in told.columns][:3] == [
        ("company", "company", "Orchard Ltd"),
        ("description", "description", "Tried the sample"),
        ("first_name", "first name", "Ivo"),
    ]
    assert told.columns[-1].meaning == "custom field"
    assert told.notices == ()


def test_a_description_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "thin.csv"
    path.write_text("Company,City\nAcme,Split\n", "utf-8")
    assert [notice.split(",")[0] for notice in describe(path).notices] == [
        "No row says where its person comes from",
        "No column is understood as a name",
        "No column is understood as e-mail or phone",
    ]
    path.write_text("Name,Phone\nAcme,Split\n", "utf-8")
    assert "make sure that these are not companies" in describe(path, defaults=Defaults(source="x")).notices[0]


@pytest.mark.parametrize(
    ("text", "source", "said"),
    [
        ("Name,Email\nAna,a@x.hr\n", "", True),
        ("Name,Email\nAna,a@x.hr\n", "fair", False),
        ("Name,Email,Source\nAna,a@x.hr,\nBo,b@x.hr,n/a\n", "", True),
        ("Name,Email,Source\nAna,a@x.hr,\nBo,b@x.hr,web\n", "", False),
        ("Name,Email,Source\n" + "Ana,a@x.hr,\n" * 400 + "Bo,b@x.hr,web\n", "", False),
    ],
)
def test_that_no_row_has_a_source_is_said_once_before_all_else(
    tmp_path: Path, text: str, source: str, said: bool
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text, "utf-8")
    notices = describe(path, defaults=Defaults(source=source)).notices
    assert (notices[:1] == (NO_SOURCE,)) is said
    assert (NO_SOURCE in notices) is said


@pytest.mark.parametrize(
    ("phone", "country", "e164", "zone", "notice"),
    [
        ("555-0199", "India", None, "Asia/Kolkata", "is no valid number of the row’s country"),
        ("555-0199", "United States", None, None, "is no valid number of the row’s country"),
        ("555-0199", "Japan", None, "Asia/Tokyo", "is no valid number of the row’s country"),
        ("555-0199", "Freedonia", None, None, "is no valid number of the row’s country"),
        ("555-0199", "", "+495550199", "Europe/Berlin", ""),
        ("555-0199", "Germany", "+495550199", "Europe/Berlin", ""),
        ("5", "", None, None, ""),
        ("999999999999", "", None, None, "is no valid number where the team is"),
        ("+1 555 0199", "India", None, "Asia/Kolkata", "is no valid number"),
        ("+49 555 0199", "India", "+495550199", "Europe/Berlin", ""),
        ("(503) 555-0142", "USA", "+15035550142", "America/Los_Angeles", ""),
    ],
)
def test_a_number_without_its_code_is_of_the_rows_own_country(
    tmp_path: Path, phone: str, country: str, e164: str | None, zone: str | None, notice: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"Name,Email,Phone,Country\nAna,a@x.hr,{phone},{country}\n", "utf-8")
    (row,) = read_rows(path, defaults=Defaults("DE", "Europe/Berlin", "fair"))
    assert isinstance(row, ContactRow)
    assert [(each.raw, each.e164) for each in row.phones] == ([(phone, e164)] if phone != "5" else [])
    assert row.time_zone == zone
    if phone != "5":
        assert row.notices == ((f"Phone: “{phone}” {notice}, kept as it is written",) if notice else ())


def test_a_row_is_taken_for_a_number_that_does_not_validate(tmp_path: Path) -> None:
    row = one(tmp_path, "Name,Phone,Country\nAna,555-0199,Japan\n")
    assert isinstance(row, ContactRow)
    assert [(each.e164, each.digits) for each in row.phones] == [(None, "5550199")]


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(Refusal, match="There is no preset “hubspt”: use one of atbat, close, generic, hubspot"):
        describe(FILES / "close_leads.csv", "hubspt")


def test_progress_is_told_on_the_way_and_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("Name,Email\n" + "".join(f"Ana,a{n}@x.hr\n\n" for n in range(1200)), "utf-8")
    told: list[Progress] = []
    rows = list(read_rows(path, defaults=Defaults(source="fair"), progress=told.append))
    assert len(rows) == 1200
    assert [each.rows for each in told] == [500, 1000, 1200]
    assert told[-1].blank == 1200
    assert told[-1].bytes_read == told[-1].bytes_total == path.stat().st_size


def test_reading_is_lazy(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("Name,Email\n" + "Ana,a@x.hr\n" * 50_000, "utf-8")
    rows = read_rows(path, defaults=Defaults(source="fair"))
    assert next(rows).line == 2
    path.unlink()  # the open file goes on being read
    assert next(rows).line == 3


@pytest.mark.parametrize(
    ("said", "zone"),
    [("us_slash_eastern", "US/Eastern"), ("europe/zagreb", "Europe/Zagreb"), ("America/New York", "America/New_York")],
)
def test_a_time_zone_is_known_however_it_is_spelt(tmp_path: Path, said: str, zone: str) -> None:
    row = one(tmp_path, f"Name,Email,Time zone,Country\nAna,a@x.hr,{said},Croatia\n")
    assert isinstance(row, ContactRow)
    assert row.time_zone == zone


def test_a_toll_free_number_tells_no_zone_and_the_country_does(tmp_path: Path) -> None:
    row = one(tmp_path, "Name,Phone,Country\nAna,+1 800 356 9377,Croatia\n")
    assert isinstance(row, ContactRow)
    assert row.time_zone == "Europe/Zagreb"
