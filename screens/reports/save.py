"""A report as a file, in the folder where calendar files go too."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import NamedTuple

from textual.app import ComposeResult
from textual.content import Content

from store.errors import Refusal
from store.instants import moment
from store.reports.figures import Report
from tui import present
from tui.dialog import Dialog
from tui.new_file import write_new
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field

_KINDS = [
    Choice("h", "html", "page", "with its charts; opens in any browser and needs nothing else"),
    Choice("c", "csv", "table", "CSV, for a spreadsheet"),
    Choice("j", "json", "data", "JSON, for a program"),
]
_OTHER = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 80


class Saved(NamedTuple):
    """A report to save, with the currency of its money."""

    report: Report
    currency: str


class SaveReportDialog(Dialog[Saved, Path]):
    """A letter writes it; the result is the file."""

    def heading(self) -> Content:
        """``Save Sources · last 90 days``."""
        report = self.opening.report
        return present.joined((f"Save {report.title}", "bold"), " · ", present.safe(report.asked, 80))

    def compose_form(self) -> ComposeResult:
        """One list."""
        yield Field("kind", "As what", ChoiceList[str]())

    def reset(self, opening: Saved) -> None:
        """Nothing chosen."""
        self.query_one(ChoiceList).set_choices(_KINDS)

    def draft(self) -> str:
        """The kind of file."""
        kind: str | None = self.query_one(ChoiceList).value
        if kind is None:
            raise Refusal("Press a letter.", "kind")
        return kind

    def consequence(self) -> Content:
        """Where it goes."""
        folder = self.app.calendar_folder.absolute()
        return present.joined(f"A letter writes a new file into {folder}; none is written over.")

    async def carry_out(self, draft: str) -> Path | Refusal:
        """Write the file."""
        app = self.app
        made = moment(app.desk.now(), app.team.zone)
        said = f"made {made:%Y-%m-%d %H:%M} {app.team.zone}"
        try:
            return await asyncio.to_thread(_write, self.opening, draft, said, app.calendar_folder)
        except OSError as error:
            return Refusal(f"{app.calendar_folder}: nothing can be written there ({error.strerror}).", "kind")


def _write(saved: Saved, kind: str, made: str, folder: Path) -> Path:
    from tui.report_files import write_csv, write_html, write_json  # with what they need, only when asked for

    report, currency = saved
    match kind:
        case "csv":
            text = write_csv(report, currency)
        case "json":
            text = write_json(report, currency)
        case _:
            text = write_html(report, currency, made)
    name = _OTHER.sub("-", f"{report.name} {report.asked}".lower()).strip("-")[:_LONGEST_NAME]
    return write_new(folder, name, f".{kind}", text.encode(), anew=True)
