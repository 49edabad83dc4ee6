"""The pane beside the queue."""

from __future__ import annotations

from textual.containers import VerticalScroll


class Preview(VerticalScroll, can_focus=False):
    """The five questions about the row under the cursor."""

    def show(self, lead_id: int) -> None:
        """Show another at bat."""
