"""Who is at the keyboard, which database, which keys: flags before environment before ``config.toml``.

The file stands in the user's configuration folder (``atbat info`` says where); ``ATBAT_HOME`` puts it, the database
and the log into one folder instead. Every key may be left out. ``KEYS`` is the one table of them: the reader, the
example that ``atbat info --example`` prints and the names offered for a mistyped one come from it.
"""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tui.state import kept_theme, replace_file

APPLICATION = "atbat"
SHIPPED_RULES = Path(__file__).resolve().parent.parent / "store" / "rules.toml"
LONGEST_NAME = 200
MOST_A_DAY = 1_000
THEME_NAMES = ("atbat-dark", "atbat-light")
"""The themes of ``tui.theme`` by name, the usual one first: known here without loading the screen."""

_PASSWORD_IN_URL = re.compile(r"(?<=://)([^/@:?#]*):([^?#]*)@|(?<=[?&])(password|sslpassword)=([^&]*)")


class ConfigError(Exception):
    """A setting cannot be used; the message names the file, line and key, or the flag, and what was expected."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where this person's files are; none of them need exist."""

    config_file: Path
    database_file: Path
    log_file: Path
    team_rules_file: Path
    state_file: Path

    @property
    def team_rules(self) -> Path | None:
        """The team's own ``rules.toml`` when there is one; None means the shipped rules alone."""
        return self.team_rules_file if self.team_rules_file.exists() else None


class Goals(NamedTuple):
    """What a person means to do in a day; None where nothing is set."""

    attempts: int | None = None
    connects: int | None = None
    meetings: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What flags, environment and ``config.toml`` come to.

    ``database`` is an absolute path or a URL; ``person`` is None until somebody says who they are. The commands are
    split into words, with ``{number}`` and ``{address}`` still to be filled in. ``keymap``: command id to its keys.
    ``sources`` says of every setting that was made where: a flag, a variable, or the file with its line.
    """

    places: Places
    database: str
    person: str | None = None
    theme: str | None = None
    bell: bool = True
    phone_command: tuple[str, ...] | None = None
    mail_command: tuple[str, ...] | None = None
    goals: Goals = field(default_factory=Goals)
    ics_folder: str | None = None
    keymap: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def calendar_folder(self) -> Path:
        """Where .ics files go: as set, else the user's downloads or documents, else where the program was started."""
        return Path(self.ics_folder) if self.ics_folder else _usual_folder()

    @property
    def database_is_url(self) -> bool:
        return is_url(self.database)

    @property
    def database_shown(self) -> str:
        """The database as people may see it: a URL without its password."""
        return without_password(self.database)


def is_url(database: str) -> bool:
    """Whether a database is named by URL rather than by path."""
    return "://" in database


def without_password(text: str) -> str:
    """``text`` with the password of any URL in it replaced by ``***``."""
    return _PASSWORD_IN_URL.sub(lambda m: f"{m[3]}=***" if m[3] else f"{m[1]}:***@", text)


def find_places(environment: Mapping[str, str] = os.environ) -> Places:
    """Where the files are on this machine, for this person."""
    if home := environment.get("ATBAT_HOME"):
        folder = Path(home).expanduser().absolute()
        config = data = log = state = folder
    else:
        import platformdirs  # after ATBAT_HOME: tests and scripts that set it need not pay for this

        config = platformdirs.user_config_path(APPLICATION, appauthor=False)
        data = platformdirs.user_data_path(APPLICATION, appauthor=False)
        log = platformdirs.user_log_path(APPLICATION, appauthor=False)
        state = platformdirs.user_state_path(APPLICATION, appauthor=False)
    return Places(
        config / "config.toml", data / "leads.db", log / "atbat.log", config / "rules.toml", state / "state.toml"
    )


def load_settings(
    database: str | None = None, person: str | None = None, environment: Mapping[str, str] = os.environ
) -> Settings:
    """Settings from the ``--db`` and ``--as`` flags, then ATBAT_DB and ATBAT_AS, then ``config.toml``.

    Raises ConfigError for a file that cannot be read or understood, an empty or unusable flag, and a password in
    ``--db``, where every user of the machine could read it.
    """
    settings, problems = survey_settings(database, person, environment)
    if problems:
        raise problems[0]
    return settings


def survey_settings(
    database: str | None = None, person: str | None = None, environment: Mapping[str, str] = os.environ
) -> tuple[Settings, list[ConfigError]]:
    """As ``load_settings``, but what is wrong is left out of the settings and told beside them."""
    places = find_places(environment)
    chosen, sources, problems = _read_file(places.config_file)
    if database is not None and without_password(database) != database:
        problems.insert(
            0,
            ConfigError(
                "--db: others can read a password on the command line; "
                f"leave it out and put the whole URL into ATBAT_DB or {places.config_file}."
            ),
        )
        database = None
    base = places.config_file.parent
    for key, given in (
        ("database", (("--db", database), ("ATBAT_DB", environment.get("ATBAT_DB") or None))),
        ("person", (("--as", person), ("ATBAT_AS", environment.get("ATBAT_AS") or None))),
    ):
        source, value = next(((source, value) for source, value in given if value is not None), ("", ""))
        if not source:
            continue
        try:
            chosen[key], sources[key] = _text(value), source
        except ValueError as problem:
            problems.append(ConfigError(f"{source}: expected {problem}."))
            continue
        if key == "database":
            base = Path.cwd()
    if "theme" not in chosen and (theme := kept_theme(places.state_file)) in THEME_NAMES:
        chosen["theme"], sources["theme"] = theme, f"chosen with the keyboard, kept in {places.state_file}"
    chosen["database"] = _absolute(str(chosen.get("database", places.database_file)), base)
    if "ics_folder" in chosen:
        chosen["ics_folder"] = _absolute(str(chosen["ics_folder"]), places.config_file.parent)
    return Settings(places=places, sources=sources, **chosen), problems  # type: ignore[arg-type]


def remember_person(name: str, config_file: Path) -> None:
    """Write ``person = name`` into ``config.toml``, leaving the rest of the file, comments too, as it is.

    Raises ConfigError when the file cannot be read or written.
    """
    import tomlkit  # only here: once in a person's life with the program

    try:
        person = _text(name)
    except ValueError as problem:
        raise ConfigError(f"person: expected {problem}.") from None
    target = config_file.resolve()  # a link into a folder of dotfiles stays a link
    try:
        document = tomlkit.parse(target.read_text("utf-8-sig") if target.exists() else "")
        document["person"] = person
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(target, tomlkit.dumps(document))
    except OSError as error:
        raise ConfigError(f"{config_file}: cannot be written ({error.strerror}).") from error
    except ValueError as error:
        raise ConfigError(f"{config_file}: {error}.") from error


def _absolute(database: str, base: Path) -> str:
    return database if is_url(database) else str((base / Path(database).expanduser()).absolute())


def _usual_folder() -> Path:
    if home := os.environ.get("ATBAT_HOME"):
        return Path(home).expanduser().absolute()
    import platformdirs  # only when a file is to be written

    folders = (platformdirs.user_downloads_path(), platformdirs.user_documents_path())
    return next((folder for folder in folders if folder.is_dir()), Path.cwd())


# Reading config.toml: each key has a reader that returns the setting or raises ValueError saying what it expected.


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("some text on one line, without control characters")
    return value.strip()


def _name(value: object) -> str:
    text = _text(value)
    if len(text) > LONGEST_NAME:
        raise ValueError(f"a name of at most {LONGEST_NAME} letters")
    return text


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _command(slot: str) -> Callable[[object], tuple[str, ...]]:
    def read(value: object) -> tuple[str, ...]:
        expected = f'a command with {{{slot}}} in it, such as "xdg-open {slot}:{{{slot}}}"'
        try:
            words = tuple(shlex.split(_text(value)))
        except ValueError:
            raise ValueError(expected) from None
        if f"{{{slot}}}" not in " ".join(words):
            raise ValueError(expected)
        return words

    return read


def _theme(value: object) -> str:
    if value not in THEME_NAMES:
        raise ValueError(f"one of the themes {' and '.join(THEME_NAMES)}")
    return str(value)


def _goals(value: object) -> Goals:
    if not isinstance(value, dict):
        raise ValueError("a table of figures a day, such as attempts = 60")
    for name, figure in value.items():
        if name not in Goals._fields:
            raise _In(name, f"one of {', '.join(Goals._fields)}")
        if isinstance(figure, bool) or not isinstance(figure, int) or not 1 <= figure <= MOST_A_DAY:
            raise _In(name, f"a whole number from 1 to {MOST_A_DAY:,}")
    return Goals(**value)


def _keymap(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(keys, str) and keys.strip() for keys in value.values()):
        raise ValueError('a table of command = "keys", such as log = "l,ctrl+l"')
    return {command: keys.strip() for command, keys in value.items()}


class _In(ValueError):
    """What was expected of a key inside a table."""

    def __init__(self, key: str, expected: str) -> None:
        super().__init__(expected)
        self.key = key


class Key(NamedTuple):
    """One key of ``config.toml``: its reader, what to say of it, and how it may be written (a table by its lines)."""

    name: str
    read: Callable[[object], object]
    words: str
    example: str


KEYS: tuple[Key, ...] = (
    Key("person", _name, "Who you are. --as and ATBAT_AS go before it.", '"Priya N."'),
    Key(
        "database",
        _text,
        "The database, or its URL; a relative path starts at this file. --db and ATBAT_DB go before it.",
        '"~/sales/leads.db"',
    ),
    Key("theme", _theme, f"How it looks: {' or '.join(THEME_NAMES)}; left out, as ctrl+t left it.", '"atbat-light"'),
    Key("bell", _yes_or_no, "Whether it rings once for a hot lead, a reply or a promise that falls due.", "false"),
    Key("phone_command", _command("number"), "What o starts to call a number.", '"xdg-open tel:{number}"'),
    Key("mail_command", _command("address"), "What o starts to write a mail.", '"xdg-open mailto:{address}"'),
    Key("ics_folder", _text, "Where .ics files of callbacks and meetings go.", '"~/Downloads"'),
    Key("goals", _goals, "What you mean to do in a day.", "attempts = 60\nconnects = 8\nmeetings = 2"),
    Key("keymap", _keymap, "Keys of your own: a command as the help names it = its keys.", 'log = "l,ctrl+l"'),
)
_BY_NAME = {key.name: key for key in KEYS}


def example() -> str:
    """A ``config.toml`` with every key there is, commented out."""
    tables = {"goals", "keymap"}
    parts = ["# At Bat's own settings. Every key may be left out; take the # away to set one."]
    for key in KEYS:
        lines = [f"[{key.name}]", *key.example.splitlines()] if key.name in tables else [f"{key.name} = {key.example}"]
        parts.append("\n".join([f"# {key.words}", *(f"#{line}" for line in lines)]))
    return "\n\n".join(parts) + "\n"


def _read_file(path: Path) -> tuple[dict[str, object], dict[str, str], list[ConfigError]]:
    """The settings in ``config.toml``, where each stands, and what is wrong with it; nothing when there is no file."""
    try:
        text = path.read_text("utf-8-sig")
        table = tomllib.loads(text)
    except FileNotFoundError:
        return {}, {}, []
    except OSError as error:
        return {}, {}, [ConfigError(f"{path}: cannot be read ({error.strerror}).")]
    except UnicodeDecodeError:
        return {}, {}, [ConfigError(f"{path}: expected text in UTF-8.")]
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return {}, {}, [ConfigError(f"{path}: this is not TOML: {error}.")]
    found: dict[str, object] = {}
    sources: dict[str, str] = {}
    problems: list[ConfigError] = []
    for name, value in table.items():
        try:
            found[name] = _read_key(name, value)
            sources[name] = str(path)
        except ValueError as problem:
            place = (name, problem.key) if isinstance(problem, _In) else (name,)
            problems.append(ConfigError(f"{path}, line {_line(text, place)}, {'.'.join(place)}: {problem}."))
    return found, sources, problems


def _read_key(name: str, value: object) -> object:
    if name not in _BY_NAME:
        raise ValueError(f"there is no such setting: {_nearest(name)}atbat info --example shows them all")
    try:
        return _BY_NAME[name].read(value)
    except _In as problem:
        raise _In(problem.key, f"expected {problem}") from None
    except ValueError as problem:
        raise ValueError(f"expected {problem}") from None


def _nearest(name: str) -> str:
    from difflib import get_close_matches  # only for a mistake

    near = get_close_matches(name, _BY_NAME, 1)
    return f"did you mean {near[0]}? " if near else ""


def _line(text: str, place: tuple[str, ...]) -> int:
    from store.toml_lines import line_of  # only for a mistake: a good file keeps the store unimported

    return line_of(text, place) or 1


def line_of_setting(settings: Settings, name: str) -> int | None:
    """On which line of ``config.toml`` a setting stands; None where it comes from elsewhere."""
    path = settings.places.config_file
    return _line(path.read_text("utf-8-sig"), (name,)) if settings.sources.get(name) == str(path) else None
