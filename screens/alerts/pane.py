"""Under the list of alerts, beside it in a wide window: why the one under the cursor is told, and what it is about."""

from __future__ import annotations

from textual import getters
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from screens.alerts.painter import urgency
from screens.queue.preview import Preview
from store.instants import Instant
from store.queries.alerts import AlertRow
from tui import present
from tui.frame import Frame


class AlertPane(Vertical):
    """Every reason at full length, and below it the at bat as beside the queue; not in a narrow window."""

    app = getters.app(Frame)

    why = getters.query_one("#why", Static)
    preview = getters.query_one(Preview)

    def compose(self) -> ComposeResult:
        """Why, and the at bat."""
        yield Static(id="why")
        yield Preview()

    def show(self, row: AlertRow | None) -> None:
        """Show another alert, or none."""
        self.why.update(Content() if row is None else why(row, self.app.desk.now()))
        self.preview.show(row.lead.id if row is not None and row.lead is not None else None)


def why(row: AlertRow, now: Instant) -> Content:
    """Everything that is told of one record, a line each."""
    told = [_reason(one, now) for one in (row, *row.also)]
    about = [row.name or "nobody yet", row.company if row.company != row.name else "", row.whose]
    named = present.content(" · ".join(part for part in about if part), newlines=False)
    return Content("\n").join([*told] if row.lead is not None else [named, *told])


def _reason(row: AlertRow, now: Instant) -> Content:
    level = urgency(row)
    return present.joined(
        (f"{level.sign} {row.words}", f"{level.style} bold".strip()),
        f": {present.safe(row.cause)}" if row.cause else "",
        (f" · since {present.span(now - row.at)}", "$muted"),
    )
