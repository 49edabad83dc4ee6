"""Whether an app is at rest, told from the outside: what all drivers ask rather than wait once more to be sure."""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

    from tui.frame import Frame


def at_rest(app: Frame) -> bool:
    """Whether nobody has anything to do.

    No read, write or other work is under way, no list holds back word of its cursor, and the app and every widget of
    the screen in front wait for their next message.
    """
    if app.desk.busy or any(not worker.is_finished for worker in app.workers):
        return False
    nodes = app.screen.walk_children(with_self=True)
    return all(map(_waits, chain([app], nodes))) and not any(map(_held_back, nodes))


def _waits(pump: MessagePump) -> bool:
    """Whether it has dealt with everything, down to what it put off, and stands waiting for more."""
    more: asyncio.Event = pump._message_queue.ready_event
    return not more.is_set() and bool(more._waiters) and not pump._next_callbacks


def _held_back(node: Any) -> bool:
    """Whether it is a list that will tell of its cursor, or paint the rows around it, in a moment."""
    from tui.widgets.line_table import LineTable

    now = asyncio.get_running_loop().time
    return isinstance(node, LineTable) and any(not each.cancelled() and each.when() > now() for each in node._pending)
