"""Where a setting comes from, and what a bad one is told."""

from __future__ import annotations

import stat
from dataclasses import fields
from pathlib import Path

import pytest

from tui.config import (
    KEYS,
    THEME_NAMES,
    ConfigError,
    Goals,
    Settings,
    example,
    find_places,
    line_of_setting,
    load_settings,
    remember_person,
    survey_settings,
    without_password,
)


@pytest.fixture
def config(home: Path) -> Path:
    return home / "config.toml"


def test_without_anything_the_defaults_hold(home: Path) -> None:
    settings = load_settings()
    assert settings.database == str(home / "leads.db")
    assert settings.person is None
    assert settings.bell
    assert settings.keymap == {}
    assert settings.places.team_rules is None


def test_flag_before_environment_before_file(config: Path) -> None:
    config.write_text('person = "File"\ndatabase = "file.db"\n')
    environment = {"ATBAT_HOME": str(config.parent), "ATBAT_AS": "Environment", "ATBAT_DB": "/environment.db"}
    assert load_settings("/flag.db", "Flag", environment).person == "Flag"
    assert load_settings("/flag.db", "Flag", environment).database == "/flag.db"
    assert load_settings(environment=environment).person == "Environment"
    assert load_settings(environment=environment).database == "/environment.db"
    assert load_settings(environment=environment | {"ATBAT_AS": "", "ATBAT_DB": ""}).person == "File"
    assert load_settings().database == str(config.parent / "file.db")


def test_a_relative_database_starts_where_it_was_named(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings("x.db").database == str(tmp_path / "x.db")
    assert load_settings("postgresql://db/x").database == "postgresql://db/x"


def test_everything_in_the_file(config: Path) -> None:
    config.write_text(
        '\ufeffperson = " Priya N. "\ntheme = "atbat-light"\nbell = false\n'
        'phone_command = "dial --now \'tel:{number}\'"\nmail_command = "xdg-open mailto:{address}"\n'
        '[keymap]\nlog = "l,ctrl+l"\n',
        "utf-8",
    )
    settings = load_settings()
    assert settings.person == "Priya N."
    assert settings.theme == "atbat-light"
    assert not settings.bell
    assert settings.phone_command == ("dial", "--now", "tel:{number}")
    assert settings.mail_command == ("xdg-open", "mailto:{address}")
    assert settings.keymap == {"log": "l,ctrl+l"}


def test_goals_and_the_folder_of_calendar_files(config: Path) -> None:
    assert load_settings().goals == Goals()
    assert load_settings().calendar_folder == config.parent
    config.write_text('ics_folder = "calendar"\n[goals]\nattempts = 60\nmeetings = 2\n')
    assert load_settings().goals == Goals(60, None, 2)
    assert load_settings().calendar_folder == config.parent / "calendar"


def test_the_calendar_folder_is_one_that_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ATBAT_HOME", "XDG_DOWNLOAD_DIR", "XDG_DOCUMENTS_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    settings = load_settings(environment={})
    assert settings.calendar_folder == tmp_path
    (tmp_path / "Documents").mkdir()
    assert settings.calendar_folder == tmp_path / "Documents"
    (tmp_path / "Downloads").mkdir()
    assert settings.calendar_folder == tmp_path / "Downloads"


def test_every_setting_knows_where_it_comes_from(config: Path) -> None:
    config.write_text('bell = false\n\nperson = "File"\n[keymap]\nlog = "l"\n')
    settings = load_settings("x.db", environment={"ATBAT_HOME": str(config.parent), "ATBAT_AS": "Environment"})
    assert settings.sources == {
        "bell": str(config),
        "keymap": str(config),
        "database": "--db",
        "person": "ATBAT_AS",
    }
    assert [line_of_setting(settings, name) for name in ("bell", "keymap", "person", "theme")] == [1, 4, None, None]


def test_a_survey_tells_every_problem_and_keeps_what_is_right(config: Path) -> None:
    config.write_text('bell = 3\nthem = "x"\nperson = "Ana"\n[goals]\nattempts = -1\n')
    settings, problems = survey_settings("", None, {"ATBAT_HOME": str(config.parent)})
    assert (settings.person, settings.bell, settings.goals) == ("Ana", True, Goals())
    assert [str(problem).removeprefix(f"{config}, ").split(":")[0] for problem in problems] == [
        "line 1, bell",
        "line 2, them",
        "line 5, goals.attempts",
        "--db",
    ]


def test_the_example_is_one_and_holds_every_key(config: Path) -> None:
    config.write_text(example())
    assert load_settings().sources == {}, "all of it is commented out"
    uncommented = [
        line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in example().splitlines()
    ]
    config.write_text("\n".join(uncommented))
    settings = load_settings()
    assert settings.sources.keys() == {key.name for key in KEYS}
    assert settings.person == "Priya N."
    assert settings.database.endswith("/sales/leads.db")
    assert settings.theme == "atbat-light"
    assert not settings.bell
    assert settings.phone_command == ("xdg-open", "tel:{number}")
    assert settings.mail_command == ("xdg-open", "mailto:{address}")
    assert settings.calendar_folder == Path("~/Downloads").expanduser()
    assert settings.goals == Goals(60, 8, 2)
    assert settings.keymap == {"log": "l,ctrl+l"}


def test_every_setting_has_its_key() -> None:
    made = {field.name for field in fields(Settings)} - {"places", "sources"}
    assert made == {key.name for key in KEYS}


def test_the_themes_are_those_there_are() -> None:
    from tui.theme import THEMES

    assert tuple(theme.name for theme in THEMES) == THEME_NAMES


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('theme = "atbat-dark"\nperson = 7', "line 2, person: expected some text on one line"),
        ('\nperson = ""', "line 2, person: expected some text on one line"),
        ('person = "a\\u001bb"', "line 1, person: expected some text on one line"),
        (f'person = "{"x" * 201}"', "line 1, person: expected a name of at most 200 letters"),
        ('bell = "no"', "line 1, bell: expected true or false"),
        ("# x\n\npersn = 'A'", "line 3, persn: there is no such setting: did you mean person? atbat info"),
        ("qqq = 1", "line 1, qqq: there is no such setting: atbat info --example shows them all."),
        ('theme = "dark"', "line 1, theme: expected one of the themes atbat-dark and atbat-light."),
        ("goals = 60", "line 1, goals: expected a table of figures a day"),
        ("[goals]\nattempts = 60\ncalls = 3", "line 3, goals.calls: expected one of attempts, connects, meetings"),
        ("[goals]\nattempts = 0", "line 2, goals.attempts: expected a whole number from 1 to 1,000"),
        ("[goals]\nattempts = true", "line 2, goals.attempts: expected a whole number from 1 to 1,000"),
        ('ics_folder = ""', "line 1, ics_folder: expected some text on one line"),
        ("keymap = 3", "line 1, keymap: expected a table"),
        ("bell = true\n[keymap]\nlog = 3", "line 2, keymap: expected a table"),
        ("phone_command = 'dial'", "line 1, phone_command: expected a command with {number} in it"),
        ('mail_command = "mail \'{address}"', "line 1, mail_command: expected a command with {address} in it"),
        ("person = 'A'\nbell = \n", "this is not TOML: Invalid value (at line 2"),
        ("x = " + "[" * 5000, "this is not TOML"),
    ],
)
def test_a_bad_file_is_told_with_its_line(config: Path, text: str, told: str) -> None:
    config.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_settings()
    assert str(refused.value).startswith(str(config))
    assert told in str(refused.value)


def test_a_file_in_another_encoding_is_refused(config: Path) -> None:
    config.write_bytes("person = 'Zoë'".encode("latin-1"))
    with pytest.raises(ConfigError, match="expected text in UTF-8"):
        load_settings()


def test_a_folder_is_no_configuration(config: Path) -> None:
    config.mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings()


@pytest.mark.parametrize(("database", "person"), [("", None), (" ", None), ("a\nb", None), (None, ""), (None, "\x1b")])
def test_an_empty_or_odd_flag_is_named(database: str | None, person: str | None) -> None:
    with pytest.raises(ConfigError, match=r"^--(db|as): expected"):
        load_settings(database, person)


@pytest.mark.parametrize("url", ["postgresql://ana:pw@db/x", "postgresql://db/x?user=ana&password=pw"])
def test_a_password_on_the_command_line_is_refused_unseen(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(url)
    assert "pw" not in str(refused.value)
    assert load_settings(environment={"ATBAT_HOME": "/nowhere", "ATBAT_DB": url}).database == url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ana:p@ss:w/rd@db/x", "postgresql://ana:***@db/x"),
        ("postgresql://ana@db:5432/x", "postgresql://ana@db:5432/x"),
        ("postgresql://db:5432/x", "postgresql://db:5432/x"),
        ("postgresql://db/x?a=1&password=pw&b=2", "postgresql://db/x?a=1&password=***&b=2"),
        ("/srv/a:b@c.db", "/srv/a:b@c.db"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_places_without_a_home_of_our_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    places = find_places({})
    assert places.config_file.parent.name == "atbat"
    assert tmp_path in places.config_file.parents
    assert tmp_path in places.database_file.parents
    assert tmp_path in places.log_file.parents


def test_remembering_a_person_makes_a_private_file(config: Path) -> None:
    remember_person('Zoë [b] "N."', config)
    assert load_settings().person == 'Zoë [b] "N."'
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_remembering_a_person_leaves_the_rest_as_it_is(config: Path) -> None:
    before = '# mine\ntheme = "atbat-light" # calm\n\n[keymap]\n# letters\nlog = "l"\n'
    config.write_text(before)
    remember_person("Ana", config)
    assert load_settings().person == "Ana"
    assert load_settings().keymap == {"log": "l"}
    remember_person("Dana", config)
    assert load_settings().person == "Dana"
    without = [line for line in config.read_text().splitlines() if not line.startswith("person")]
    assert [line for line in without if line] == [line for line in before.splitlines() if line]


def test_a_link_stays_a_link(config: Path, tmp_path: Path) -> None:
    target = tmp_path / "dotfiles.toml"
    target.write_text("bell = false\n")
    config.symlink_to(target)
    remember_person("Ana", config)
    assert config.is_symlink()
    assert 'person = "Ana"' in target.read_text()


@pytest.mark.parametrize("name", ["", "  ", "a\nb"])
def test_nobody_is_not_remembered(config: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        remember_person(name, config)
    assert not config.exists()


def test_a_folder_that_cannot_be_made_is_told(home: Path) -> None:
    (home / "file").touch()
    with pytest.raises(ConfigError, match="cannot be written"):
        remember_person("Ana", home / "file" / "config.toml")
    assert [entry.name for entry in home.iterdir()] == ["file"]
