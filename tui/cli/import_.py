"""``atbat import``: read files of another system into the database, and say what each was taken for."""

from __future__ import annotations

import filecmp
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli import with_settings
from tui.cli.opened import opened
from tui.cli.output import say
from tui.cli.progress import progress
from tui.config import Settings

if TYPE_CHECKING:
    from store import Actor, Store
    from store.intake.reading import Description
    from store.intake.rows import Reject
    from store.operations.import_files import ImportDraft, Tell
    from store.operations.import_summary import Summary

_SHOWN = 20  # lines of each kind that the summary names
_WORDS_SHOWN = 40  # words of one column whose meaning it names


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--preset", metavar="NAME", help="Which system's files they are; else told by the columns.")
@click.option("--mapping", type=click.Path(path_type=Path), help="A TOML file that says which column is what.")
@click.option("--source", metavar="TEXT", help="Where the people are from, where the file does not say.")
@click.option("--owner", metavar="NAME", help="Who works them, where the file names nobody known here.")
@click.option("--motion", metavar="WORD", default="outbound_target", help="Why they are worked.  [outbound_target]")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Where rows of the one FILE go that cannot be taken.")
@with_settings
def command(
    settings: Settings,
    files: tuple[Path, ...],
    preset: str | None,
    mapping: Path | None,
    source: str | None,
    owner: str | None,
    motion: str,
    dry_run: bool,
    rejects: Path | None,
) -> int:
    """Read FILEs (CSV and the like) into the database: people, each once, with the at bats they are in.

    Of HubSpot also companies, deals and activities, together or one after the other, named in any order: each is told
    by its columns. Doing it again changes nothing, so an import that was interrupted is finished by repeating it. A
    backup is made first. Rows that cannot be taken go to a file of rejects (beside FILE unless named) with line and
    reason; mended there, it can be imported itself. Exits with 0 when anything was taken, 1 when nothing could be.
    """
    from store import Refusal, StoreError
    from store.intake.reading import describe
    from store.intake.rows import Defaults
    from store.operations.import_files import ImportDraft, rehearsal
    from store.vocabulary import Motion

    if preset and mapping:
        raise click.UsageError("Give --preset or --mapping; a mapping file can name the preset it builds on.")
    if motion.replace(" ", "_").lower() not in set(Motion):
        raise click.UsageError(f"--motion {motion}: choose one of {', '.join(Motion)}.")
    if settings.database_is_url:
        raise StoreError("A file is imported into a database file for now: name one with --db.")
    if rejects is not None and len(files) > 1:
        raise click.UsageError("--rejects names one file: leave it out, and each FILE gets one beside it.")
    if rejects is not None and rejects.exists():
        raise Refusal(f"{rejects} exists already: name another file for the rejects.")
    draft = ImportDraft(owner or "", Motion(motion.replace(" ", "_").lower()))
    store = opened(settings)
    try:
        defaults = Defaults(store.region, store.zone, source or "")
        told = [describe(file, _mapping_for(file, mapping, files) or preset, defaults) for file in files]
        actor = _actor(store, settings.person)
        for each in told:
            _say_description(each)
        if dry_run:
            with rehearsal(store) as copy:
                summaries = _run(copy, actor, told, draft, None)
            say("This was a trial: nothing was written.")
            return _say_all(told, summaries)
        _back_up(store)
        left_over = [rejects] if rejects else _free(files)
        summaries = _run(store, actor, told, draft, left_over)
        same = [None if rejects else _written_before(*each, left_over) for each in zip(files, left_over, strict=True)]
        return _say_all(told, summaries, left_over, same)
    finally:
        store.close()


def _run(
    store: Store, actor: Actor, told: Sequence[Description], draft: ImportDraft, rejects: Sequence[Path] | None
) -> list[Summary]:
    from store.intake.rejects import RejectsFile
    from store.operations.import_files import import_files

    now = time.time_ns() // 1000
    with ExitStack() as stack, _steps("reading in" if rejects else "trying") as tell:
        kept = []
        if rejects is not None:
            files = zip(rejects, told, strict=True)
            kept = [stack.enter_context(RejectsFile(path, each.header)) for path, each in files]

        def reject(number: int, row: Reject) -> None:
            if kept:
                kept[number].write(row)

        return import_files(store, actor, now, told, draft, on_reject=reject, tell=tell)


@contextmanager
def _steps(verb: str) -> Iterator[Tell]:
    """A bar for each step of an import, one after the other."""
    with ExitStack() as stack:
        bars: dict[tuple[str, int], Callable[[int], None]] = {}

        def tell(what: str, done: int, of: int) -> None:
            if (what, of) not in bars:
                stack.close()
                bars[what, of] = stack.enter_context(progress(f"{verb} {what}", of))
            bars[what, of](min(done, of))

        yield tell


def _mapping_for(file: Path, mapping: Path | None, files: Sequence[Path]) -> Path | None:
    """The mapping file; of several files for those alone that tell of the same as it does."""
    from store.intake.mapping import read_mapping
    from store.intake.reading import describe

    if mapping is None or len(files) == 1:
        return mapping
    return mapping if describe(file).mapping.kind is read_mapping(mapping).kind else None


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


def _free(files: Sequence[Path]) -> list[Path]:
    """For each file ``people.rejects.csv`` beside ``people.csv``, numbered where that is taken.

    ``people.txt`` and ``People.csv`` beside it have one of their own, wherever case makes no difference too.
    """
    taken: dict[str, Path] = {}
    for file in files:
        free = (path for path in _rejects_of(file) if not path.exists() and _place(path) not in taken)
        path = next(free)
        taken[_place(path)] = path
    return list(taken.values())


def _place(path: Path) -> str:
    return str(path.resolve()).casefold()


def _written_before(file: Path, rejects: Path, now: Sequence[Path]) -> Path | None:
    """The file of rejects of an earlier import that holds the same as the new one, which then goes; None if none does.

    ``now`` are those that this import writes.
    """
    if not rejects.exists():
        return None
    for earlier in takewhile(lambda path: path != rejects, _rejects_of(file)):
        if earlier in now:
            continue
        with suppress(OSError):
            if filecmp.cmp(earlier, rejects, shallow=False):
                rejects.unlink()
                return earlier
    return None


def _rejects_of(file: Path) -> Iterator[Path]:
    stem = file.with_suffix("").name
    names = (f"{stem}.rejects{number}.csv" for number in ("", *(f"-{count}" for count in range(2, 1000))))
    return map(file.with_name, names)


def _say_description(told: Description) -> None:
    say(f"{told.path}: {told.mapping.label} ({told.mapping.kind.value}); {told.format.words}")
    for notice in told.notices:
        say(notice)
    width = max(len(column.header) for column in told.columns)
    for column in told.columns:
        example = f"  ({column.example})" if column.example else ""
        say(f"  {column.header:<{width}}  {column.meaning}{example}")
    say()


def _say_all(
    told: Sequence[Description],
    summaries: Sequence[Summary],
    rejects: Sequence[Path] = (),
    same: Sequence[Path | None] = (),
) -> int:
    """Say what came of each file, and return the exit code; ``same`` has the earlier files of the same rejects."""
    for number, (each, summary) in enumerate(zip(told, summaries, strict=True)):
        if len(told) > 1:
            say(f"{each.mapping.kind.value} · {each.path}")
        _say_summary(summary)
        if summary.rejected and rejects:
            known = same[number]
            where = f"{rejects[number]}" if known is None else f"{known}, which was there already with just these"
            say(f"All rejected rows are in {where}: mend them there and import that file.")
        if number + 1 < len(told):
            say()
    if len(told) > 1:
        say()
        say(f"all files   {_at_bats(summaries)}")
    return 1 if any(each.rows for each in summaries) and not any(each.accepted for each in summaries) else 0


def _say_summary(summary: Summary) -> None:
    for figure in _figures(summary):
        say(figure)
    for column, words in summary.understood.items():
        say(f"{column} was understood as:")
        width = min(30, max(len(word) for word, _ in words))
        for (word, meaning), count in words.most_common(_WORDS_SHOWN):
            say(f"  {count:>9,} × {word[:60]:<{width}}  {meaning}")
        if len(words) > _WORDS_SHOWN:
            say(f"  … and {len(words) - _WORDS_SHOWN:,} other words")
    for sentence, (count, lines) in sorted(summary.warnings.items(), key=lambda said: -said[1][0]):
        where = ", ".join(map(str, lines)) + (", …" if count > len(lines) else "")
        say(f"  {count} × {sentence} (line {where})")
    with _some("may be somebody known already: look at these", summary.near_count) as shown:
        for line, sentence in summary.near[:shown]:
            say(f"  line {line}: {sentence}")
    with _some("rejected", summary.rejected) as shown:
        for reject in summary.rejects[:shown]:
            say(f"  line {reject.line}: {reject.reason}")


def _figures(summary: Summary) -> Iterator[str]:
    blank = f"; blank lines {summary.blank:,}" if summary.blank else ""
    yield f"rows      {summary.rows:>9,}   accepted {summary.accepted:,}, rejected {summary.rejected:,}{blank}"
    what = "people" if summary.kind == "contacts" else summary.kind.value
    known = f"new {summary.new:,}, enriched {summary.enriched:,}, unchanged {summary.unchanged:,}"
    yield f"{what:<10}{summary.accepted:>9,}   {known}"
    if summary.made:
        yield f"          {'':>9}   {', '.join(f'{word} {count:,}' for word, count in summary.made.most_common())}"
    if summary.kind == "contacts" or (summary.accounts and summary.kind != "companies"):
        yield f"companies {summary.accounts:>9,}   new"
    if summary.kind == "contacts":
        yield f"{_at_bats([summary])}; rows without one {summary.without:,}"
    elif summary.opened + summary.closed + summary.converted:
        yield _at_bats([summary])


def _at_bats(summaries: Sequence[Summary]) -> str:
    opened, closed, converted = (
        sum(getattr(each, name) for each in summaries) for name in ("opened", "closed", "converted")
    )
    became = f", converted {converted:,}" if converted else ""
    return f"at bats   {opened + closed + converted:>9,}   open {opened:,}, ended {closed:,}{became}"


@contextmanager
def _some(what: str, count: int) -> Iterator[int]:
    """A headed list that names the first few and says how many more there are."""
    if count:
        say(f"{count:,} {what}:")
    yield _SHOWN
    if count > _SHOWN:
        say(f"  … and {count - _SHOWN:,} more")
