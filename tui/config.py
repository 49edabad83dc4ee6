"""Who is at the keyboard, which database, which keys: flags before environment before ``config.toml``.

The file stands in the user's configuration folder (``atbat info`` says where); ``ATBAT_HOME`` puts it, the database
and the log into one folder instead. Every key may be left out::

    person = "Priya N."
    database = "~/sales/leads.db"        # or a database URL; relative paths start at this file
    theme = "textual-light"
    bell = false                         # silences the bell for hot leads
    phone_command = "xdg-open tel:{number}"
    mail_command = "xdg-open mailto:{address}"

    [keymap]
    log = "l,ctrl+l"                     # command id = its keys
"""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

APPLICATION = "atbat"
SHIPPED_RULES = Path(__file__).resolve().parent.parent / "store" / "rules.toml"
LONGEST_NAME = 200

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

    @property
    def team_rules(self) -> Path | None:
        """The team's own ``rules.toml`` when there is one; None means the shipped rules alone."""
        return self.team_rules_file if self.team_rules_file.exists() else None


@dataclass(frozen=True, slots=True)
class Settings:
    """What flags, environment and ``config.toml`` come to.

    ``database`` is an absolute path or a URL; ``person`` is None until somebody says who they are. The commands are
    split into words, with ``{number}`` and ``{address}`` still to be filled in. ``keymap``: command id to its keys.
    """

    places: Places
    database: str
    person: str | None = None
    theme: str | None = None
    bell: bool = True
    phone_command: tuple[str, ...] | None = None
    mail_command: tuple[str, ...] | None = None
    keymap: Mapping[str, str] = field(default_factory=dict)

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
        config = data = log = folder
    else:
        import platformdirs  # after ATBAT_HOME: tests and scripts that set it need not pay for this

        config = platformdirs.user_config_path(APPLICATION, appauthor=False)
        data = platformdirs.user_data_path(APPLICATION, appauthor=False)
        log = platformdirs.user_log_path(APPLICATION, appauthor=False)
    return Places(config / "config.toml", data / "leads.db", log / "atbat.log", config / "rules.toml")


def load_settings(
    database: str | None = None, person: str | None = None, environment: Mapping[str, str] = os.environ
) -> Settings:
    """Settings from the ``--db`` and ``--as`` flags, then ATBAT_DB and ATBAT_AS, then ``config.toml``.

    Raises ConfigError for a file that cannot be read or understood, an empty or unusable flag, and a password in
    ``--db``, where every user of the machine could read it.
    """
    places = find_places(environment)
    in_file = _read_file(places.config_file)
    if database is not None and without_password(database) != database:
        raise ConfigError(
            "--db: others can read a password on the command line; "
            f"leave it out and put the whole URL into ATBAT_DB or {places.config_file}."
        )
    from_flags = {
        "database": _first(("--db", database), ("ATBAT_DB", environment.get("ATBAT_DB") or None)),
        "person": _first(("--as", person), ("ATBAT_AS", environment.get("ATBAT_AS") or None)),
    }
    chosen = in_file | {key: value for key, value in from_flags.items() if value is not None}
    chosen.setdefault("database", str(places.database_file))
    base = Path.cwd() if from_flags["database"] else places.config_file.parent
    return Settings(places=places, **chosen | {"database": _absolute(str(chosen["database"]), base)})  # type: ignore[arg-type]


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
        _replace(target, tomlkit.dumps(document))
    except OSError as error:
        raise ConfigError(f"{config_file}: cannot be written ({error.strerror}).") from error
    except ValueError as error:
        raise ConfigError(f"{config_file}: {error}.") from error


def _replace(target: Path, text: str) -> None:
    """Put ``text`` in place of ``target`` at once, readable by its owner alone: a crash leaves the old or the new."""
    import tempfile

    handle, name = tempfile.mkstemp(dir=target.parent, prefix=target.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _first(*sources: tuple[str, str | None]) -> str | None:
    """The first value given, checked; the name of its source goes into the refusal."""
    for source, value in sources:
        if value is not None:
            try:
                return _text(value)
            except ValueError as problem:
                raise ConfigError(f"{source}: expected {problem}.") from None
    return None


def _absolute(database: str, base: Path) -> str:
    return database if is_url(database) else str((base / Path(database).expanduser()).absolute())


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


def _keymap(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(keys, str) and keys.strip() for keys in value.values()):
        raise ValueError('a table of command = "keys", such as log = "l,ctrl+l"')
    return {command: keys.strip() for command, keys in value.items()}


_READERS: Mapping[str, Callable[[object], object]] = {
    "person": _name,
    "database": _text,
    "theme": _text,
    "bell": _yes_or_no,
    "phone_command": _command("number"),
    "mail_command": _command("address"),
    "keymap": _keymap,
}


def _read_file(path: Path) -> dict[str, object]:
    """The settings in ``config.toml``, each checked; none when there is no file."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: expected text in UTF-8.") from error
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: this is not TOML: {error}.") from error
    return {key: _read_key(path, text, key, value) for key, value in table.items()}


def _read_key(path: Path, text: str, key: str, value: object) -> object:
    try:
        if key not in _READERS:
            raise ValueError(f"one of {', '.join(_READERS)}")
        return _READERS[key](value)
    except ValueError as problem:
        from store.toml_lines import line_of  # only for a mistake: a good file keeps the store unimported

        raise ConfigError(f"{path}, line {line_of(text, (key,)) or 1}, {key}: expected {problem}.") from None
