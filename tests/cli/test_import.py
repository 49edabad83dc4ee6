"""``atbat import`` and ``atbat export`` as a person runs them, there and back."""

from __future__ import annotations

import csv
import stat
import subprocess
from pathlib import Path

import pytest

from store import open_store
from store.backup import backups_of
from store.intake.reading import NO_SOURCE
from tests.cli.shell import run
from tests.factories import make_template
from tests.store.hubspot import activity, company, contact, deal, write

PEOPLE = """\
Name,Email,Phone,Company,Lead Status,Do Not Contact,Shoe size,Notes
Dana Ortiz,dana@acme.com,+1 503 555 0142 x7,Acme Ltd,In Progress,,39,"=cmd|' /C calc'!A0
and a second line"
Bo Li,bo@globex.com; li@globex.com,503-555-0143,Globex,Unqualified,,,
Ćiro Ж,ciro@globex.com,12345,Globex,,yes,,
,nobody@acme.com,,,,,,
"""


def atbat(database: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return run("--db", str(database), *map(str, arguments), **environment)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return make_template(tmp_path / "leads.db")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, "utf-8")
    return path


def figures(output: str) -> dict[str, str]:
    """The lines of the summary by their first words, blanks evened out."""
    words = ("rows", "people", "companies", "at bats")
    lines = [" ".join(line.split()) for line in output.splitlines()]
    return {word: line.removeprefix(f"{word} ") for line in lines for word in words if line.startswith(f"{word} ")}


FIRST = {
    "rows": "4 accepted 3, rejected 1",
    "people": "3 new 3, enriched 0, unchanged 0",
    "companies": "2 new",
    "at bats": "2 open 1, ended 1; rows without one 1",
}


def test_it_says_what_it_understood_and_what_it_did(database: Path, people: Path) -> None:
    done = atbat(database, "import", people, "--source", "fair", "--owner", "Ben")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Shoe size       custom field  (39)" in done.stdout
    assert figures(done.stdout) == FIRST
    assert "line 6: no name" in done.stdout
    rejects = people.with_name("people.rejects.csv")
    assert str(rejects) in done.stdout
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    rows = list(csv.reader(rejects.open(encoding="utf-8-sig")))
    assert (rows[1][:2], rows[1][3]) == (["6", "no name"], "nobody@acme.com")
    assert [kept.why for kept in backups_of(database)] == ["import"]
    assert atbat(database, "doctor").returncode == 0
    again = atbat(database, "import", people, "--source", "fair")
    assert figures(again.stdout)["people"] == "3 new 0, enriched 0, unchanged 3"


def test_mended_rejects_are_imported_as_they_are(database: Path, people: Path) -> None:
    atbat(database, "import", people, "--source", "fair")
    rejects = people.with_name("people.rejects.csv")
    rejects.write_text(rejects.read_text("utf-8-sig").replace("no name,,", "no name,Nora B,"), "utf-8")
    done = atbat(database, "import", rejects, "--source", "fair")
    assert figures(done.stdout)["people"] == "1 new 1, enriched 0, unchanged 0"


def test_a_dry_run_says_the_same_and_writes_nothing(database: Path, people: Path) -> None:
    before = sorted(path.name for path in people.parent.iterdir())
    done = atbat(database, "import", people, "--source", "fair", "--dry-run")
    assert done.returncode == 0
    assert "This was a trial: nothing was written." in done.stdout
    assert figures(done.stdout) == FIRST
    assert {path.name for path in people.parent.iterdir()} - set(before) <= {"leads.db-wal", "leads.db-shm"}
    store = open_store(database, read_only=True)
    assert store.value("SELECT count(*) FROM contact") == 0
    store.close()


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--owner", "Zoe"], 1, "“Zoe” is no user here: name one of Ana, Ben, Ed, Priya."),
        (["--preset", "siebel"], 1, "There is no preset “siebel”"),
        (["--preset", "close", "--mapping", "x.toml"], 2, "Give --preset or --mapping"),
        (["--motion", "whim"], 2, "--motion whim: choose one of"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    database: Path, people: Path, arguments: list[str], code: int, sentence: str
) -> None:
    done = atbat(database, "import", people, *arguments)
    assert done.returncode == code
    assert done.stderr.startswith(f"atbat: {sentence}")
    assert done.stderr.count("\n") == 1


def test_a_file_of_which_nothing_is_taken_exits_with_1(database: Path, people: Path) -> None:
    done = atbat(database, "import", people)
    assert done.returncode == 1
    assert done.stdout.splitlines()[1] == NO_SOURCE


def test_rejects_never_replace_a_file(database: Path, people: Path) -> None:
    done = atbat(database, "import", people, "--rejects", people)
    assert (done.returncode, "exists already" in done.stderr) == (1, True)
    assert people.read_text("utf-8") == PEOPLE


def test_exported_people_come_back_the_same(database: Path, people: Path, tmp_path: Path) -> None:
    atbat(database, "import", people, "--source", "fair")
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    assert atbat(database, "export", "contacts", "-o", here).returncode == 0
    assert stat.S_IMODE(here.stat().st_mode) == 0o600
    text = here.read_text("utf-8-sig")
    assert "'+15035550142 x7" in text  # no spreadsheet works it out
    assert "\"'=cmd|" in text
    same = atbat(database, "import", here)
    assert figures(same.stdout)["people"] == "3 new 0, enriched 0, unchanged 3"
    store = open_store(database, read_only=True)
    assert store.value("SELECT count(*) FROM operation") == 2
    store.close()
    other = make_template(tmp_path / "other.db")
    assert figures(atbat(other, "import", here).stdout)["people"] == "3 new 3, enriched 0, unchanged 0"
    assert atbat(other, "export", "contacts", "-o", there).returncode == 0
    assert there.read_text("utf-8-sig").replace("\r", "") == text.replace("\r", "")
    assert atbat(other, "doctor").returncode == 0


def test_exported_at_bats_bring_people_and_at_bats(database: Path, people: Path, tmp_path: Path) -> None:
    atbat(database, "import", people, "--source", "fair")
    leads = tmp_path / "at-bats.csv"
    atbat(database, "export", "leads", "-o", leads)
    assert figures(atbat(database, "import", leads).stdout)["at bats"] == "0 open 0, ended 0; rows without one 2"
    other = make_template(tmp_path / "other.db")
    assert figures(atbat(other, "import", leads).stdout)["at bats"] == "2 open 1, ended 1; rows without one 0"


def test_the_same_rejects_are_written_once(database: Path, people: Path) -> None:
    def rejects() -> list[str]:
        return sorted(path.name for path in people.parent.glob("*.rejects*.csv"))

    atbat(database, "import", people, "--source", "fair")
    again = atbat(database, "import", people, "--source", "fair")
    assert rejects() == ["people.rejects.csv"]
    assert "people.rejects.csv, which was there already with just these: mend them" in again.stdout
    people.write_text(f"{PEOPLE},other@acme.com,,,,,,\n", "utf-8")
    more = atbat(database, "import", people, "--source", "fair")
    assert rejects() == ["people.rejects-2.csv", "people.rejects.csv"]
    assert "people.rejects-2.csv: mend them" in more.stdout
    atbat(database, "import", people, "--source", "fair")
    assert rejects() == ["people.rejects-2.csv", "people.rejects.csv"]


def test_companies_under_a_systems_preset_are_no_people(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "companies.csv"
    path.write_text("Record ID,Name,Company Domain Name,Country\n7,Stonebridge,stonebridge.com,India\n", "utf-8")
    done = atbat(database, "import", path, "--preset", "hubspot")
    assert "companies         1   new 1, enriched 0, unchanged 0" in done.stdout
    path.write_text("Name,Phone,Industry\nOldstone,+4930901820,Stone\n", "utf-8")
    for preset in ([], ["--preset", "hubspot"]):
        done = atbat(database, "import", path, *preset)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "give --preset hubspot-companies if they are companies" in done.stderr
    done = atbat(database, "import", path, "--preset", "hubspot-companies")
    assert "companies         1   new 1, enriched 0, unchanged 0" in done.stdout


@pytest.mark.parametrize("what", ["contacts", "leads", "touches"])
def test_every_export_begins_with_its_header(database: Path, what: str) -> None:
    done = atbat(database, "export", what)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("At Bat ID,")


def test_an_export_that_fails_leaves_what_was_there(database: Path, people: Path, tmp_path: Path) -> None:
    target = tmp_path / "gone" / "people.csv"
    done = atbat(database, "export", "contacts", "-o", target)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert not target.parent.exists()


# --- HubSpot's files together ---


@pytest.fixture
def exports(tmp_path: Path) -> dict[str, Path]:
    """Four small files of HubSpot's, one row of the activities without its contact."""
    rows = {
        "contacts": [contact("Dana Ortiz", "Open Deal"), contact("Bo Li", "New")],
        "companies": [company(Number_of_Employees="120")],
        "deals": [deal(domain="acme.com")],
        "activities": [activity(outcome="Connected"), activity(number=2), activity(who="nobody", number=3)],
    }
    return {kind: write(tmp_path / f"{kind}.csv", kind, some) for kind, some in rows.items()}


def test_four_files_together_say_what_was_taken_for_what(database: Path, exports: dict[str, Path]) -> None:
    files = [exports[kind] for kind in ("activities", "deals", "contacts", "companies")]
    trial = atbat(database, "import", "--preset", "hubspot", "--dry-run", *files)
    assert trial.returncode == 0
    assert "This was a trial: nothing was written." in trial.stdout
    done = atbat(database, "import", "--preset", "hubspot", *files)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    for line in (
        f"activities · {exports['activities']}",
        "rows 3 accepted 2, rejected 1",
        "1 × Connected conversation",
        "1 × Open Deal connected/working; converted where its deal is known",
        "1 × Contract Sent negotiation",
        "line 4: its contact is not here: import the contacts first",
        "all files at bats 2 open 1, ended 0, converted 1",
    ):
        assert line in lines
    assert "Associated Contact Email    contact email  (dana@acme.com)" in done.stdout
    summary = trial.stdout.partition("nothing was written.\n")[2]
    kept = [line for line in done.stdout.splitlines() if not line.startswith("All rejected rows are in")]
    assert "\n".join(kept).endswith(summary.strip("\n"))
    rejects = list(csv.reader(exports["activities"].with_name("activities.rejects.csv").open(encoding="utf-8-sig")))
    assert rejects[1][:3] == ["4", "its contact is not here: import the contacts first", "A-3"]
    assert not exports["deals"].with_name("deals.rejects.csv").exists()
    again = atbat(database, "import", *files)
    assert "activities        2   new 0, enriched 0, unchanged 2" in again.stdout
    assert atbat(database, "doctor").returncode == 0


def test_mended_activities_are_imported_as_they_are(database: Path, exports: dict[str, Path]) -> None:
    atbat(database, "import", *exports.values())
    rejects = exports["activities"].with_name("activities.rejects.csv")
    rejects.write_text(rejects.read_text("utf-8-sig").replace("nobody@", "bo@"), "utf-8")
    done = atbat(database, "import", rejects)
    assert "activities        1   new 1, enriched 0, unchanged 0" in done.stdout


def test_one_file_of_rejects_goes_with_one_file(database: Path, exports: dict[str, Path], tmp_path: Path) -> None:
    done = atbat(database, "import", *exports.values(), "--rejects", tmp_path / "left.csv")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--rejects names one file" in done.stderr


def test_a_mapping_file_explains_the_files_of_its_kind(
    database: Path, exports: dict[str, Path], tmp_path: Path
) -> None:
    mapping = tmp_path / "ours.toml"
    mapping.write_text('preset = "hubspot-deals"\n[stages]\n"Contract Sent" = "proposal"\n', "utf-8")
    done = atbat(database, "import", *exports.values(), "--mapping", mapping)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 × Contract Sent  proposal" in done.stdout
    assert "1 × Connected conversation" in " ".join(done.stdout.split())


def test_files_of_one_name_have_rejects_of_their_own(database: Path, tmp_path: Path) -> None:
    names = ("a/people.csv", "b/people.csv", "a/people.txt", "a/people.tsv")
    files = [tmp_path / name for name in names]
    for number, file in enumerate(files):
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"Name,Email\nDana Ortiz,d{number}@acme.com\n,nobody{number}@acme.com\n", "utf-8")
    done = atbat(database, "import", *files, "--source", "fair")
    assert done.returncode == 0, done.stderr
    left = ("a/people.rejects.csv", "b/people.rejects.csv", "a/people.rejects-2.csv", "a/people.rejects-3.csv")
    for number, name in enumerate(left):
        assert f"All rejected rows are in {tmp_path / name}: mend them there" in done.stdout
        assert f"nobody{number}@acme.com" in (tmp_path / name).read_text("utf-8-sig")
    again = atbat(database, "import", *files, "--source", "fair")
    assert again.stdout.count("which was there already with just these") == 4
    assert sorted(tmp_path.rglob("*.rejects*.csv")) == sorted(tmp_path / name for name in left)


def test_the_order_in_which_files_are_named_does_not_matter(
    database: Path, exports: dict[str, Path], tmp_path: Path
) -> None:
    """Companies, deals and people are read before what happened with them."""
    other = make_template(tmp_path / "other.db")
    told = [atbat(path, "import", *files) for path, files in (
        (database, exports.values()), (other, reversed(exports.values())),
    )]  # fmt: skip
    last = [done.stdout.splitlines()[-1] for done in told]
    assert last[0].startswith("all files")
    assert last[0] == last[1]
    stands = "SELECT c.name, l.stage, l.status FROM lead l JOIN contact c ON c.id = l.contact_id ORDER BY 1"
    with_both = []
    for path in (database, other):
        store = open_store(path)
        with_both.append(store.rows(stands))
        store.close()
    assert with_both[0] == with_both[1] != []


def test_tasks_taken_as_next_steps_are_counted(database: Path, tmp_path: Path) -> None:
    people = write(tmp_path / "contacts.csv", "contacts", [contact(status="In Progress")])
    tasks = [activity("Task", "2026-09-01", number=number) for number in (1, 2)]
    happened = write(tmp_path / "activities.csv", "activities", tasks)
    said = atbat(database, "import", happened, people).stdout
    assert "tasks 2, tasks taken as next steps 1" in said
    assert "1 × open task behind the next step of its at bat: it stands in the timeline alone (line 3)" in said
