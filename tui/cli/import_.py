"""``atbat import``: read a file of people into the database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli import with_settings
from tui.cli.output import say
from tui.cli.progress import progress
from tui.config import Settings

if TYPE_CHECKING:
    from store import Actor, Store
    from store.intake.reading import Description
    from store.intake.reading import Progress as Read
    from store.operations.import_rows import ImportDraft, Summary

_SHOWN = 20  # lines of each kind that the summary names


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--preset", metavar="NAME", help="Which system's columns they are; else told by the columns.")
@click.option("--mapping", type=click.Path(path_type=Path), help="A TOML file that says which column is what.")
@click.option("--source", metavar="TEXT", help="Where the people are from, where the file does not say.")
@click.option("--owner", metavar="NAME", help="Who works them, where the file names nobody known here.")
@click.option("--motion", metavar="WORD", default="outbound_target", help="Why they are worked.  [outbound_target]")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Where rows go that cannot be taken.")
@with_settings
def command(
    settings: Settings,
    file: Path,
    preset: str | None,
    mapping: Path | None,
    source: str | None,
    owner: str | None,
    motion: str,
    dry_run: bool,
    rejects: Path | None,
) -> int:
    """Read the people in FILE (CSV and the like) into the database, each once, with the at bats they are in.

    Doing it again changes nothing, so an import that was interrupted is finished by repeating it. A backup is made
    first. Rows that cannot be taken go to the file of rejects (beside FILE unless named) with line and reason; mended
    there, it can be imported itself. Exits with 0 when anything was taken, 1 when nothing could be.
    """
    from store import Refusal, StoreError, open_store
    from store.intake.reading import describe
    from store.intake.rows import Defaults
    from store.operations.import_rows import ImportDraft, rehearsal
    from store.vocabulary import Motion

    if preset and mapping:
        raise click.UsageError("Give --preset or --mapping; a mapping file can name the preset it builds on.")
    if motion.replace(" ", "_").lower() not in set(Motion):
        raise click.UsageError(f"--motion {motion}: choose one of {', '.join(Motion)}.")
    if settings.database_is_url:
        raise StoreError("A file is imported into a database file for now: name one with --db.")
    if rejects is not None and rejects.exists():
        raise Refusal(f"{rejects} exists already: name another file for the rejects.")
    draft = ImportDraft(owner or "", Motion(motion.replace(" ", "_").lower()))
    store = open_store(settings.database, rules=settings.places.team_rules)
    try:
        defaults = Defaults(store.region, store.zone, source or "")
        told = describe(file, mapping or preset, defaults)
        actor = _actor(store, settings.person)
        _say_description(told)
        if dry_run:
            with rehearsal(store, settings.places.team_rules) as copy:
                return _say_summary(_run(copy, actor, told, draft, None), None, dry_run=True)
        _back_up(store)
        rejects = rejects or _free(file)
        return _say_summary(_run(store, actor, told, draft, rejects), rejects)
    finally:
        store.close()


def _run(store: Store, actor: Actor, told: Description, draft: ImportDraft, rejects: Path | None) -> Summary:
    from store.intake.rejects import RejectsFile
    from store.operations.import_rows import import_file

    now = time.time_ns() // 1000
    size = told.path.stat().st_size
    with progress("reading in" if rejects else "trying", size) as tell:

        def read(so_far: Read) -> None:
            tell(min(so_far.bytes_read, size))

        if rejects is None:
            return import_file(store, actor, now, told, draft, progress=read)
        with RejectsFile(rejects, told.header) as left_over:
            return import_file(store, actor, now, told, draft, on_reject=left_over.write, progress=read)


def _actor(store: Store, person: str | None) -> Actor:
    """The user who imports; the system itself where nobody said who they are."""
    from store import SYSTEM, Actor, Refusal
    from store.queries.users import users
    from store.vocabulary import ActorKind

    if person is None:
        return Actor(SYSTEM.user_id, ActorKind.IMPORT, SYSTEM.role)
    everybody = users(store)
    found = next((user for user in everybody if user.name.casefold() == person.casefold()), None)
    if found is None:
        names = ", ".join(user.name for user in everybody)
        raise Refusal(f"Nobody here is called {person}: use --as with one of {names}.")
    return Actor(found.id, ActorKind.IMPORT, found.role)


def _back_up(store: Store) -> None:
    from store.backup import automatic

    with progress("backing up", 100) as tell:

        def copied(share: float) -> None:
            tell(round(share * 100))

        automatic(store.path, time.time_ns() // 1000, "import", copied)


def _free(file: Path) -> Path:
    """``people.rejects.csv`` beside ``people.csv``, numbered where that is taken."""
    stem = file.with_suffix("").name
    names = (f"{stem}.rejects{number}.csv" for number in ("", *(f"-{count}" for count in range(2, 1000))))
    return next(path for path in map(file.with_name, names) if not path.exists())


def _say_description(told: Description) -> None:
    say(f"{told.path}: {told.mapping.label}; {told.format.words}")
    width = max(len(column.header) for column in told.columns)
    for column in told.columns:
        example = f"  ({column.example})" if column.example else ""
        say(f"  {column.header:<{width}}  {column.meaning}{example}")
    for notice in told.notices:
        say(notice)
    say()


def _say_summary(summary: Summary, rejects: Path | None, *, dry_run: bool = False) -> int:
    if dry_run:
        say("This was a trial: nothing was written.")
    for figure in _figures(summary):
        say(figure)
    for sentence, (count, lines) in sorted(summary.warnings.items(), key=lambda said: -said[1][0]):
        where = ", ".join(map(str, lines)) + (", …" if count > len(lines) else "")
        say(f"  {count} × {sentence} (line {where})")
    with _some("may be somebody known already: look at these", summary.near_count) as shown:
        for line, sentence in summary.near[:shown]:
            say(f"  line {line}: {sentence}")
    with _some("rejected", summary.rejected) as shown:
        for reject in summary.rejects[:shown]:
            say(f"  line {reject.line}: {reject.reason}")
    if summary.rejected and rejects is not None:
        say(f"All rejected rows are in {rejects}: mend them there and import that file.")
    return 1 if summary.rows and not summary.accepted else 0


def _figures(summary: Summary) -> Iterator[str]:
    yield f"rows      {summary.rows:>9,}   accepted {summary.accepted:,}, rejected {summary.rejected:,}"
    people = f"new {summary.new:,}, enriched {summary.enriched:,}, unchanged {summary.unchanged:,}"
    yield f"people    {summary.accepted:>9,}   {people}"
    yield f"companies {summary.accounts:>9,}   new"
    at_bats = f"open {summary.opened:,}, ended {summary.closed:,}; rows without one {summary.without:,}"
    yield f"at bats   {summary.opened + summary.closed:>9,}   {at_bats}"


@contextmanager
def _some(what: str, count: int) -> Iterator[int]:
    """A headed list that names the first few and says how many more there are."""
    if count:
        say(f"{count:,} {what}:")
    yield _SHOWN
    if count > _SHOWN:
        say(f"  … and {count - _SHOWN:,} more")
