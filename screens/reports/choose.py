"""Which report: each with the letter that goes to it from anywhere in the reports."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content

from store.errors import Refusal
from store.reports.registry import REPORTS
from tui.dialog import Dialog
from tui.widgets.choice_list import LETTERS, Choice, ChoiceList


def letters() -> dict[str, str]:
    """A letter for each report: the first of its name that is free, or any."""
    found: dict[str, str] = {}
    for name in REPORTS:
        own = (letter for letter in (*name, *LETTERS) if letter not in found.values())
        found[name] = next(own, "")
    return found


class ReportDialog(Dialog[str, str]):
    """Opened on the name of the report in front; its result is the name chosen."""

    def heading(self) -> Content:
        """The question."""
        return Content("Which report? Press its letter.")

    def compose_form(self) -> ComposeResult:
        """One list."""
        yield ChoiceList[str]()

    def reset(self, opening: str) -> None:
        """Every report with its question, the one in front selected."""
        keys = letters()
        self.query_one(ChoiceList).set_choices(
            [Choice(keys[name], name, each.title, each.question) for name, each in REPORTS.items()], opening
        )

    def draft(self) -> str:
        """The one chosen."""
        name: str | None = self.query_one(ChoiceList).value
        if name is None:
            raise Refusal("Press the letter beside a report.")
        return name

    def nothing_saved(self) -> str:
        """There was nothing to save."""
        return ""

    async def carry_out(self, draft: str) -> str:
        """Nothing to write: the choice is the result."""
        return draft
