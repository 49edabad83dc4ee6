"""Edit a company: its name, where it is found, how big it is, whose it is; only what changed is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.edit_dialog import EditDialog, doubtful
from screens.dialogs.reach_lines import ReachLines
from store.errors import Refusal
from store.intake.companies import company_key
from store.operations.edit import PhoneDraft
from store.operations.edit_account import LONGEST_SITE, AccountEdit
from store.queries.sheet import CompanySheet, company_sheet, doubts
from tui import present
from tui.theme import Urgency
from tui.widgets.field import InlineField

_LONGEST = 200
_FIELDS = ("name", "domain", "website", "industry", "size", "country", "city", "owner", "zone")


class EditAccountDialog(EditDialog):
    """Opened on an account's id."""

    DEFAULT_CSS = """
    EditAccountDialog {
        .dialog--part { height: auto; margin-top: 1; }
    }
    """

    sheet: CompanySheet | None = None

    async def prepare(self, opening: int) -> None:
        """Read the company."""
        self.sheet = await self.app.desk.read(company_sheet, opening)

    def heading(self) -> Content:
        """``Edit · Northwind``."""
        return present.joined(("Edit", "bold"), " · ", present.content(self._sheet.name, limit=80), newlines=False)

    def compose_form(self) -> ComposeResult:
        """The facts two by two, then the numbers."""
        with Vertical(classes="dialog--part"):
            yield InlineField("name", "Company", _line("name"))
            for one, other in (("domain", "website"), ("industry", "size"), ("country", "city"), ("owner", "zone")):
                with Horizontal(classes="dialog--pair"):
                    yield InlineField(one, _LABELS[one], _line(one))
                    yield InlineField(other, _LABELS[other], _line(other))
            yield InlineField("phones", "Phones", ReachLines("another number", kinds=True, id="phones"), also="phone")

    def reset(self, opening: int) -> None:
        """As the company is known."""
        sheet = self._sheet
        texts = {name: present.safe(str(value)) if (value := getattr(sheet, name)) else "" for name in _FIELDS}
        self.show_texts(sheet.version, texts)
        self._input("owner").placeholder = "nobody"
        self._lines.show(sheet.phones)

    def draft(self) -> AccountEdit:
        """What has changed."""
        sheet, phones = self._sheet, self._lines.edits
        changed = {name: self._changed(name) for name in _FIELDS}
        if not self._input("name").value.strip():
            raise Refusal("Which company is it? Give its name.", "name")
        if phones is None and not any(value is not None for value in changed.values()):
            raise Refusal("Nothing was changed yet.")
        lines = None if phones is None else tuple(PhoneDraft(e.id, e.text, e.kind, e.state) for e in phones)
        return AccountEdit(sheet.id, self.seen, **changed, phones=lines)

    def operation(self) -> Callable[..., Any]:
        """Write it."""
        from store.operations.edit_account import edit_account

        return edit_account

    def consequence(self) -> Content:
        """What saving does, and what is doubtful about it."""
        try:
            draft = self.draft()
        except Refusal as refusal:
            return present.joined(refusal.sentence)
        words = []
        for name in _FIELDS:
            if (value := getattr(draft, name)) is not None:
                before, after = self._shown[name] or "none", value.strip() or "none"
                words.append(f"{_LABELS[name].lower()} {before} → {after}")
        if draft.phones is not None:
            words.append("phones")
        said = [f"saves {', '.join(words)}", *self._same_name(), *doubtful(self._doubts)]
        return present.joined(" · ".join(said))

    @on(Input.Changed, "ReachLines Input, #name")
    def _look_soon(self) -> None:
        self.look_soon(self._look)

    async def _look(self) -> None:
        name = self._changed("name") or ""
        self._doubts = await self.app.desk.read(
            doubts, self._lines.typed, (), name, contact_id=0, account_id=self._sheet.id
        )
        self.show_consequence()

    def _same_name(self) -> list[str]:
        """Whether another company is known by this name, legal form aside."""
        key = company_key(self._input("name").value)
        same = [one for one in self._doubts.companies if company_key(one.name) == key]
        return [f"{Urgency.DUE.sign} another company is called {one.name}" for one in same[:1]]

    @property
    def _sheet(self) -> CompanySheet:
        if self.sheet is None:
            raise LookupError("no company was read")
        return self.sheet

    @property
    def _lines(self) -> ReachLines:
        return self.query_one("#phones", ReachLines)


_LABELS = {
    "name": "Company",
    "domain": "Domain",
    "website": "Website",
    "industry": "Industry",
    "size": "Employees",
    "country": "Country",
    "city": "City",
    "owner": "Owner",
    "zone": "Time zone",
}


def _line(id: str) -> Input:
    return Input(max_length=LONGEST_SITE if id in ("domain", "website") else _LONGEST, id=id)
