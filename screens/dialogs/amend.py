"""Amend one's own touch of the last day; both versions stay in the history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import TextArea

from store.errors import Refusal
from store.operations.working import AmendDraft, may_become
from store.queries.timeline import Entry
from store.vocabulary import Disposition
from tui import present
from tui.desk import Done
from tui.dialog import Dialog
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field


class AmendDialog(Dialog[Entry, Done]):
    """The note as it stands, and what else the touch may have been."""

    SAVES_ON_LETTER = False

    def heading(self) -> Content:
        """``Amend · no answer · Dana Ortiz``."""
        entry = self.opening
        came = entry.disposition.label if entry.disposition else "touch"
        return present.joined(
            ("Amend", "bold"),
            f" · {came} · {present.day(entry.at, self.app.zone, self.app.desk.now())} · ",
            present.content(entry.whom, limit=80),
            newlines=False,
        )

    def compose_form(self) -> ComposeResult:
        """The note first: it is what is amended most."""
        yield Field("note", "Note", TextArea(tab_behavior="focus"))
        yield Field("disposition", "What came of it", ChoiceList[Disposition]())

    def reset(self, opening: Entry) -> None:
        """As it was logged."""
        self.query_one(TextArea).text = present.safe(opening.words, newlines=True)
        letters = self.app.team.rules.dispositions
        others = may_become(opening.channel, opening.disposition) if opening.channel and opening.disposition else ()
        choices = [Choice(letters[other].letter, other, other.label) for other in others]
        self.query_one(ChoiceList).set_choices(choices, opening.disposition)

    def focus_first(self) -> None:
        """The end of the note."""
        note = self.query_one(TextArea)
        note.move_cursor(note.document.end)
        self.set_focus(note, scroll_visible=False)

    def draft(self) -> AmendDraft:
        """What has changed."""
        entry, note = self.opening, self.query_one(TextArea).text
        disposition: Disposition | None = self.query_one(ChoiceList).value
        same_note = note == present.safe(entry.words, newlines=True)
        if same_note and disposition is entry.disposition:
            raise Refusal("Nothing was changed.", "note")
        return AmendDraft(
            entry.id, None if same_note else note, None if disposition is entry.disposition else disposition
        )

    def operation(self) -> Callable[..., Any]:
        """Amend it."""
        from store.operations.working import amend

        return amend

    def consequence(self) -> Content:
        """What an amendment is, and what it cannot be."""
        return Content(
            "both versions stay in the timeline; what would change the at bat itself is undone and logged anew"
        )
