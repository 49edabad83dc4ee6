"""The fields of a person who is not known yet: names, title, number, address."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from store.rules.closing import NewPerson
from tui.widgets.field import InlineField

_LONGEST = 200


class PersonFields(Vertical):
    """Five fields, names side by side; errors show at each."""

    DEFAULT_CSS = """
    PersonFields {
        height: auto;
        Horizontal { height: auto; }
        Horizontal > InlineField { width: 1fr; }
        Horizontal > InlineField:last-child { padding-left: 2; }
        InlineField > .field--error { padding-left: 0; }
    }
    """

    def compose(self) -> ComposeResult:
        """Names, title, then how to reach them."""
        with Horizontal():
            yield InlineField("first_name", "First name", _line("first-name"), also="name")
            yield InlineField("last_name", "Last name", _line("last-name"))
        yield InlineField("title", "Title", _line("title"))
        with Horizontal():
            yield InlineField("phone", "Phone", _line("phone"))
            yield InlineField("email", "E-mail", _line("email"))

    def reset(self, person: NewPerson | None = None) -> None:
        """Start with this person, or with nobody."""
        person = person or NewPerson()
        for name in _NAMES:
            self._input(name).value = getattr(person, name.replace("-", "_"))

    def show(self, shown: bool) -> None:
        """Show the fields or take them away."""
        self.display = shown

    @property
    def person(self) -> NewPerson:
        """Who was typed; blanks at the ends count for nothing."""
        return NewPerson(**{name.replace("-", "_"): self._input(name).value.strip() for name in _NAMES})

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)


_NAMES = ("first-name", "last-name", "title", "phone", "email")


def _line(id: str) -> Input:
    return Input(max_length=_LONGEST, id=id)
