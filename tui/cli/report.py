"""``atbat report``: every report of the program as a table, a file, or a page, and the records behind a figure."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from store.reports.period import DEFAULT
from store.reports.registry import REPORTS
from tui.cli import with_settings
from tui.cli.opened import opened
from tui.cli.output import aligned, say
from tui.cli.progress import waiting
from tui.config import Settings

if TYPE_CHECKING:
    from store import Instant, Store
    from store.reports.asked import Asked
    from store.reports.figures import Report

FORMATS = ("table", "csv", "json", "html")
_LIST = "list"


class _Reports(click.Group):
    """A command for each report, all with the same options, and ``list``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [_LIST, *REPORTS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == _LIST:
            return list_
        return _command(cmd_name) if cmd_name in REPORTS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in REPORTS and args[0] != _LIST:
            ctx.fail(f"There is no report {args[0]}: say one of {', '.join(REPORTS)}, or list.")
        return super().resolve_command(ctx, args)


class _Report(click.Command):
    """A command whose mistakes all name its own help."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise


@click.group(cls=_Reports, invoke_without_command=True, subcommand_metavar="NAME [OPTIONS]")
@click.pass_context
def command(context: click.Context) -> None:
    """Show a report by its NAME, or write it as CSV, JSON or a page; `list` where nothing else is said.

    The options are the same for every report: atbat report funnel --help
    """
    if context.invoked_subcommand is None:
        context.invoke(list_)


@click.command(name=_LIST, short_help="What every report answers.")
def list_() -> None:
    """List the reports, and the question that each answers."""
    for line in aligned([(name, each.question) for name, each in REPORTS.items()]):
        say(line)


def _command(name: str) -> click.Command:
    """The command of a report: its question stands in its help."""
    found = REPORTS[name]
    when = "\n\nIt is about how things stand now, whatever the period." if found.now_only else ""
    options = [
        _option("--format", "form", type=click.Choice(FORMATS), default="table", help="How it is written.  [table]"),
        _option("-o", "--out", type=click.Path(path_type=Path), help="The file to write; else standard output."),
        _option("--force", is_flag=True, help="Write over the file where it exists."),
        _option("--period", default=DEFAULT, metavar="DAYS", help=f"Such as last_month or 2026-03.  [{DEFAULT}]"),
        _option("--compare", is_flag=True, help="Beside each figure, the change from the period before."),
        _option("--team", default="", metavar="NAME", help="Only at bats of this team."),
        _option("--rep", default="", metavar="NAME", help="Only at bats of this person."),
        _option("--motion", default="", metavar="NAME", help="Only of this motion, such as demo_request."),
        _option("--source", default="", metavar="NAME", help="Only from this source."),
        _option("--campaign", default="", metavar="NAME", help="Only of this campaign."),
        _option("--segment", default="", metavar="NAME", help="Only at companies of this size, as the rules name it."),
        _option("--records", metavar="COLUMN", help="List the records that a figure of this column counts."),
        _option("--line", "of", metavar="NAME", help="With --records: of this line; else of the total."),
        _option("--table", "of_table", metavar="NAME", help="With --records: of this table; else the first that fits."),
    ]

    @with_settings
    def run(settings: Settings, /, **wanted: Any) -> None:
        _run(settings, name, **wanted)

    return _Report(name, callback=run, params=list(options), help=found.question + when)


def _option(*names: str, **how: Any) -> click.Parameter:
    return click.Option(names, **how)


def _run(
    settings: Settings,
    name: str,
    *,
    form: str,
    out: Path | None,
    force: bool,
    period: str,
    compare: bool,
    records: str | None,
    of: str | None,
    of_table: str | None,
    **filters: str,
) -> None:
    from store.reports.registry import report
    from tui.cli.records import figure, write_records
    from tui.desk import system_clock

    if out is not None and out.exists() and not force:
        raise click.ClickException(f"{out} exists: name another file, or write over it with --force.")
    if records is None and (of is not None or of_table is not None):
        raise click.UsageError("--line and --table go with --records: they say which figure's records.")
    if records is not None and form == "html":
        raise click.UsageError("--records are listed as a table, csv or json.")
    store = opened(settings, read_only=True)
    try:
        now = system_clock()
        wanted = _asked(store, now, period, filters)
        with waiting("counting") as go_on, store.connection:  # one state of it, however long this takes
            store.stop_when(go_on)  # also lets ctrl+c through while SQLite counts
            found = report(store, name, wanted, now, compare=compare)
            if records is None:
                text = _written(found, store, form, now, on_screen=out is None)
            else:
                text = write_records(store, figure(found, records, of, of_table), form, now)
    finally:
        store.close()
    _put(text, out)


def _asked(store: Store, now: Instant, period: str, filters: dict[str, str]) -> Asked:
    from store.reports.asked import asked
    from store.reports.filters import source_called

    if filters["source"]:
        filters["source"] = source_called(store, filters["source"])
    return asked(store, now, days=period, **filters)


def _written(found: Report, store: Store, form: str, now: Instant, *, on_screen: bool) -> str:
    from store.instants import moment
    from tui.report_files import write_csv, write_html, write_json
    from tui.report_files.as_text import write_text

    match form:
        case "csv":
            return write_csv(found, store.currency)
        case "json":
            return write_json(found, store.currency)
        case "html":
            return write_html(found, store.currency, f"made {moment(now, store.zone):%Y-%m-%d %H:%M} {store.zone}")
    # A file or a pipe has no width: nobody wants a table broken there.
    fits = on_screen and sys.stdout.isatty()
    return write_text(found, store.currency, shutil.get_terminal_size().columns if fits else 10_000)


def _put(text: str, out: Path | None) -> None:
    from tui.cli.export import write_file

    def fill(file: TextIO) -> None:
        file.write(text)

    if out is not None:
        write_file(out, fill, "utf-8-sig" if out.suffix == ".csv" else "utf-8")
    elif sys.stdout.isatty():
        for line in text.splitlines():
            say(line)
    else:
        sys.stdout.write(text)
