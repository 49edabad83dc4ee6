"""``atbat info`` and what stands before every command, run as a person runs them: in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shell import run

ROOT = Path(__file__).resolve().parents[2]


def atbat(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(*arguments, **environment)


def lines(output: str) -> dict[str, str]:
    return {line[:16].strip(): line[16:] for line in output.splitlines()}


def test_it_says_where_everything_is(home: Path) -> None:
    done = atbat("info")
    assert (done.returncode, done.stderr) == (0, "")
    said = lines(done.stdout)
    assert said["At Bat"] == "0.1.0"
    assert said["config file"].startswith(str(home / "config.toml"))
    missing = "not there yet: atbat init makes it, atbat demo shows an example"
    assert said["database"] == f"{home / 'leads.db'} ({missing})  [default]"
    assert said["rules file"].endswith("store/rules.toml (as shipped)")
    assert said["log file"].startswith(str(home / "atbat.log"))
    assert said["SQLite"].startswith("3.")


def test_it_makes_no_file(home: Path) -> None:
    atbat("info")
    assert list(home.iterdir()) == []


def test_it_sees_what_is_there(home: Path) -> None:
    (home / "leads.db").touch()
    (home / "rules.toml").touch()
    said = lines(atbat("--as", "Priya N.", "info").stdout)
    assert said["database"] == f"{home / 'leads.db'}  [default]"
    assert said["rules file"] == f"{home / 'rules.toml'} (the team's own)"
    assert said["person"] == "Priya N.  [--as]"


def test_it_names_the_rules_file_in_force_and_what_is_wrong_with_it(home: Path) -> None:
    beside = home / "leads.rules.toml"
    beside.write_text("[callbacks]\nlimit = 3\n")
    assert lines(atbat("info").stdout)["rules file"] == f"{beside} (the team's own)"
    beside.write_text("[callbacks]\nlimit = 0\n")
    done = atbat("info")
    assert done.returncode == 1
    assert lines(done.stdout)["rules file"] == f"{beside} (has mistakes: there are no last good ones)"
    assert "line 2: callbacks.limit is 0" in done.stderr
    (home / "leads.db.last-rules.toml").write_text("")
    kept = home / "leads.db.last-rules.toml"
    assert lines(atbat("info").stdout)["rules file"] == f"{beside} (has mistakes: {kept} is in force)"


def test_each_setting_says_what_it_is_and_where_it_was_made(home: Path) -> None:
    (home / "config.toml").write_text(
        'person = "File"\nbell = false\nmail_command = "mutt {address}"\n'
        '[goals]\nattempts = 60\n[keymap]\nlog = "l,f2"\n'
    )
    done = atbat("--db", "x.db", "info", ATBAT_AS="Ana", NO_COLOR="1")
    assert (done.returncode, done.stderr) == (0, "")
    said = lines(done.stdout)
    assert said["person"] == "Ana  [ATBAT_AS]"
    assert said["database"].endswith("[--db]")
    assert said["theme"] == "atbat-dark  [default]"
    assert said["bell"] == "false  [config file, line 2]"
    assert said["mail_command"] == "mutt {address}  [config file, line 3]"
    assert said["ics_folder"] == f"{home}  [default]"
    assert said["goals"] == "attempts 60  [config file, line 4]"
    assert said["keymap"] == "log = l,f2  [config file, line 6]"
    assert said["colours"] == "none: NO_COLOR is set"


def test_what_is_wrong_is_told_with_its_line_and_the_rest_all_the_same(home: Path) -> None:
    config = home / "config.toml"
    config.write_text('person = "Ana"\nbel = true\ntheme = "pink"\n[keymap]\nlgo = "l"\nnote = "x"\n')
    done = atbat("info")
    assert done.returncode == 1
    assert lines(done.stdout)["person"] == "Ana  [config file, line 1]"
    told = [line.removeprefix(f"atbat: {config}, ") for line in done.stderr.splitlines()]
    assert told[:2] == [
        "line 2, bel: there is no such setting: did you mean bell? atbat info --example shows them all.",
        "line 3, theme: expected one of the themes atbat-dark and atbat-light.",
    ]
    assert told[2] == "line 4: The keymap names 'lgo', which is no command: did you mean log?"
    assert "key x for note is already close" in told[3]


def test_a_config_file_that_is_no_toml_does_not_stop_it(home: Path) -> None:
    (home / "config.toml").write_text("person = ")
    done = atbat("--as", "Ana", "info")
    assert done.returncode == 1
    assert lines(done.stdout)["person"] == "Ana  [--as]"
    assert "this is not TOML: Invalid value (at line 1" in done.stderr or "(at end of document)" in done.stderr


def test_the_example_can_be_kept_as_the_config_file(home: Path) -> None:
    (home / "config.toml").write_text(atbat("info", "--example").stdout)
    done = atbat("info")
    assert (done.returncode, done.stderr) == (0, "")
    assert "[config file" not in done.stdout


def test_a_password_is_never_shown() -> None:
    said = lines(atbat("info", ATBAT_DB="postgresql://ana:s3cret/@db.example/sales?sslpassword=hush").stdout)
    assert said["database"] == "postgresql://ana:***@db.example/sales?sslpassword=***  [ATBAT_DB]"


def test_what_the_terminal_would_obey_is_spelled_out() -> None:
    done = atbat("--db", "a\x1b]52;c;x\x07\u202e.db", "info")
    assert done.returncode == 1
    assert done.stderr.startswith("atbat: --db: expected ")
    done = atbat("no\x1b[2J\u202esuch")
    assert "\\x1b" in done.stderr
    assert "\\u202e" in done.stderr


def test_the_version() -> None:
    assert atbat("--version").stdout == "At Bat 0.1.0\n"


def test_every_command_is_in_the_help() -> None:
    from tui.cli import COMMANDS

    said = atbat("--help").stdout
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in said
        assert line.split(maxsplit=1)[0] in said
    assert "Exit codes:" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nosuch"], "No such command 'nosuch'. Try 'atbat --help'."),
        (["--nosuch"], "No such option '--nosuch'. Try 'atbat --help'."),
        (["info", "--nosuch"], "No such option '--nosuch'. Try 'atbat info --help'."),
        ([], "there is no terminal to draw on; run atbat in one, or name a command (atbat --help lists them)."),
    ],
)
def test_a_wrong_command_line_gets_one_sentence_and_exits_with_2(arguments: list[str], sentence: str) -> None:
    done = atbat(*arguments)
    assert done.returncode == 2
    assert done.stderr == f"atbat: {sentence}\n"


def test_help_and_version_need_no_good_configuration(home: Path) -> None:
    (home / "config.toml").write_text("person = ")
    assert atbat("info", "--help").returncode == 0
    done = atbat("info")
    assert done.returncode == 1
    assert done.stderr.startswith(f"atbat: {home / 'config.toml'}: this is not TOML")


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"TERM": "\x01"}, {"LC_ALL": "C"}])
def test_odd_terminals_are_no_matter(environment: dict[str, str]) -> None:
    done = atbat("--as", "Zoë", "info", **environment)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_letter_the_terminal_lacks_is_spelled_out() -> None:
    done = atbat("info", ATBAT_AS="Zoë", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert lines(done.stdout)["person"] == "Zo\\xeb  [ATBAT_AS]"


def test_a_reader_who_has_seen_enough_ends_it_quietly() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "tui", "info"], cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert done.stderr == ""
    assert done.returncode == 1


@pytest.mark.parametrize(("redirection", "code"), [(">&-", 0), ("<&-", 0), ("2>&-", 0), (">/dev/full", 1)])
def test_streams_that_take_nothing_are_no_fault(redirection: str, code: int) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m tui info {redirection}', sys.executable],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert done.stderr == ("atbat: the disk is full: free some space, then try again.\n" if code else "")
