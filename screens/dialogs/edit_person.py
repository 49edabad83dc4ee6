"""Edit a person: name, title, numbers, addresses, where they work; only what changed is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, TextArea

from screens.dialogs.edit_dialog import EditDialog, doubtful
from screens.dialogs.reach_lines import ReachLines
from store.errors import Refusal
from store.operations.edit import ContactDraft, EmailDraft, PhoneDraft, zone_typed
from store.queries.likely import KnownCompany
from store.queries.sheet import PersonSheet, doubts, person_sheet
from store.vocabulary import Pool
from tui import present
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import InlineField

_LONGEST = 200


class EditPersonDialog(EditDialog):
    """Opened on a contact's id. Another company in "Works at" is where they work from today on."""

    LETTERS_STAY = True
    SAVES_ON_LETTER = False
    BINDINGS = [Binding("down", "known(1)", show=False), Binding("up", "known(-1)", show=False)]
    DEFAULT_CSS = """
    EditPersonDialog {
        .dialog--part { height: auto; }
        .dialog--part.-after-a-gap { margin-top: 1; }
        TextArea { height: 3; }
        &.-narrow #field-pool { width: 42; }
    }
    """

    sheet: PersonSheet | None = None

    async def prepare(self, opening: int) -> None:
        """Read the person."""
        self.sheet = await self.app.desk.read(person_sheet, opening)

    def heading(self) -> Content:
        """``Edit · Dana Ortiz · Northwind``."""
        sheet = self._sheet
        company = (" · ", present.content(sheet.company, limit=60)) if sheet.company else ()
        return present.joined(("Edit", "bold"), " · ", present.content(sheet.name, limit=80), *company, newlines=False)

    def compose_form(self) -> ComposeResult:
        """Who they are, how to reach them, where they work, and what else is kept."""
        with Vertical(classes="dialog--part -after-a-gap"):
            with Horizontal(classes="dialog--pair"):
                yield InlineField("first_name", "First name", _line("first-name"), also="name")
                yield InlineField("last_name", "Last name", _line("last-name"))
            with Horizontal(classes="dialog--pair"):
                yield InlineField("title", "Title", _line("title"))
                yield InlineField("zone", "Time zone", _line("zone"))
            yield InlineField("phones", "Phones", ReachLines("another number", kinds=True, id="phones"), also="phone")
            yield InlineField("emails", "E-mails", ReachLines("another one", kinds=False, id="emails"), also="email")
        with Vertical(classes="dialog--part -after-a-gap"):
            yield InlineField("company", "Works at", _line("company"))
            yield InlineField("known", "Known", _KnownList(id="known"))
            yield InlineField("notes", "Notes", TextArea(id="notes", tab_behavior="focus"))
            with Horizontal(classes="dialog--pair"):
                yield InlineField("pool", "Pool", ChoiceList[Pool](_POOLS, id="pool"))
                yield InlineField("reference", "Reference", ChoiceList[bool](_YES_NO, id="reference"))

    def reset(self, opening: int) -> None:
        """As the person is known."""
        sheet = self._sheet
        texts = {
            "first-name": present.safe(sheet.first_name if sheet.first_name or sheet.last_name else sheet.name),
            "last-name": present.safe(sheet.last_name),
            "title": present.safe(sheet.title),
            "zone": present.safe(sheet.zone) if len(sheet.zone.split()) == 1 else "",
            "company": present.safe(sheet.company),
        }
        self.show_texts(sheet.version, texts)
        self._input("zone").placeholder = _zones(sheet.zone)
        self._notes.text = present.safe(sheet.notes, newlines=True)
        self._lines("phones").show(sheet.phones)
        self._lines("emails").show(sheet.emails)
        self._list("pool").select(sheet.pool)
        self._list("reference").select(sheet.is_reference)
        self._show_known()

    def focus_first(self) -> None:
        """Into the name."""
        self.set_focus(self._input("first-name"), scroll_visible=False)

    def draft(self) -> ContactDraft:
        """What has changed."""
        sheet = self._sheet
        phones, emails = self._lines("phones").edits, self._lines("emails").edits
        known = self._list("known").value if self._moves else None
        reference, pool = self._list("reference").value, self._list("pool").value
        notes = self._notes.text
        draft = ContactDraft(
            sheet.id,
            self.seen,
            first_name=self._changed("first-name"),
            last_name=self._changed("last-name"),
            title=self._changed("title"),
            zone=self._changed("zone"),
            notes=notes if notes != present.safe(sheet.notes, newlines=True) else None,
            reference=reference if reference is not sheet.is_reference else None,
            pool=pool if pool is not sheet.pool else None,
            phones=None if phones is None else tuple(PhoneDraft(e.id, e.text, e.kind, e.state) for e in phones),
            emails=None if emails is None else tuple(EmailDraft(e.id, e.text, e.state) for e in emails),
            company=self._input("company").value if self._moves and known is None else None,
            account_id=known.account_id if known is not None else None,
        )
        if draft == ContactDraft(sheet.id, self.seen):
            raise Refusal("Nothing was changed yet.")
        if not (self._input("first-name").value.strip() or self._input("last-name").value.strip()):
            raise Refusal("Who is it? Give at least a name.", "first_name")
        if draft.company is not None and not draft.company.strip():
            raise Refusal("Where do they work now? Name the company, or leave it as it was.", "company")
        if draft.first_name is not None or draft.last_name is not None:
            return _whole_name(draft, self._input("first-name").value, self._input("last-name").value)
        return draft

    def operation(self) -> Callable[..., Any]:
        """Write it."""
        from store.operations.edit import edit_contact

        return edit_contact

    def consequence(self) -> Content:
        """What saving does, and what is doubtful about it."""
        try:
            words = [*self._words(self.draft()), *doubtful(self._doubts)]
        except Refusal as refusal:
            return present.joined(refusal.sentence)
        if left_out := self._lines("phones").more:
            words.append(f"{present.count(left_out, 'more number')} not shown stay as they are")
        return present.joined(" · ".join(words))

    # --- what is typed ---

    def action_known(self, step: int) -> None:
        """Take the next of the known companies; up from the first takes none."""
        choices = self._list("known")
        if not self._input("company").has_focus:
            return
        if step < 0 and choices.choices and choices.chosen is choices.choices[0]:
            choices.select(None)
        elif step > 0 or choices.chosen is not None:
            choices.action_over(step)

    @on(Input.Changed, "ReachLines Input, #company")
    def _look_soon(self) -> None:
        self.look_soon(self._look)

    async def _look(self) -> None:
        sheet = self._sheet
        company = self._input("company").value if self._moves else ""
        phones, emails = self._lines("phones").typed, self._lines("emails").typed
        self._doubts = await self.app.desk.read(
            doubts, phones, emails, company, contact_id=sheet.id, account_id=sheet.account_id or 0
        )
        self._show_known()
        self.show_consequence()

    def _show_known(self) -> None:
        choices = [Choice("", one, one.name, of_company(one)) for one in self._doubts.companies]
        known = self._list("known")
        known.set_choices(choices, known.value)
        field = self._field("known")
        assert field is not None
        field.show(bool(choices))

    # --- what it says ---

    @property
    def _moves(self) -> bool:
        """Whether another company was typed."""
        return self._changed("company") is not None

    def _words(self, draft: ContactDraft) -> list[str]:
        words = []
        if draft.first_name is not None or draft.last_name is not None:
            words.append(f"name → {draft.first_name or ''} {draft.last_name or ''}".rstrip())
        if draft.title is not None:
            words.append(f"title {self._shown['title'] or 'none'} → {draft.title.strip() or 'none'}")
        if draft.zone is not None:
            words.append(f"time zone → {zone_typed(draft.zone) or 'not known'}")
        for changed, name in ((draft.phones, "phones"), (draft.emails, "e-mails"), (draft.notes, "notes")):
            if changed is not None:
                words.append(name)
        if draft.pool is not None:
            words.append(f"{draft.pool.label} pool")
        if draft.reference is not None:
            words.append("a reference" if draft.reference else "no reference any more")
        words = [f"saves {', '.join(words)}"] if words else []
        return words + (self._moving() if self._moves else [])

    def _moving(self) -> list[str]:
        sheet, known = self._sheet, self._list("known").value
        company = known.name if known is not None else self._input("company").value.strip()
        if sheet.account_id is None:
            return [f"works at {company}"]
        words = [f"works at {company} from today, no longer at {sheet.company}"]
        if sheet.lead_id is not None:
            words.append("the open at bat stays there: closing it as the wrong person is offered next")
        elif sheet.at_bats:
            words.append("an at bat there is offered next")
        return words

    # --- the widgets ---

    @property
    def _sheet(self) -> PersonSheet:
        if self.sheet is None:
            raise LookupError("no person was read")
        return self.sheet

    @property
    def _notes(self) -> TextArea:
        return self.query_one("#notes", TextArea)

    def _lines(self, name: str) -> ReachLines:
        return self.query_one(f"#{name}", ReachLines)

    def _list(self, name: str) -> ChoiceList[Any]:
        return self.query_one(f"#{name}", ChoiceList)


class _KnownList(ChoiceList[KnownCompany], can_focus=False):
    """Walked from the company by down and up, so tab need not stop at it."""


def of_company(company: KnownCompany) -> str:
    """What tells a known company from others of that name."""
    size = f"{company.size:,} people" if company.size else ""
    owner = f"{company.owner}’s account" if company.owner else ""
    return ", ".join(part for part in ("known", company.industry, size, owner) if part)


def _whole_name(draft: ContactDraft, first: str, last: str) -> ContactDraft:
    """Both parts of a name that changed, so that nobody keeps half of another one."""
    return replace(draft, first_name=first, last_name=last)


def _zones(zone: str) -> str:
    zones = zone.split()
    if not zones:
        return "not known: a city, such as New York"
    return f"one of {len(zones)}, such as {present.safe(zones[0], 40)}" if len(zones) > 1 else ""


def _line(id: str) -> Input:
    return Input(max_length=_LONGEST, id=id)


_POOLS = [Choice("s", Pool.SALES, "sales"), Choice("m", Pool.MARKETING, "marketing")]
_YES_NO = [Choice("y", True, "yes"), Choice("n", False, "no")]
