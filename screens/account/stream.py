"""One stream of a whole company: a list that reads the timeline's pages as they come into sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import getters, on, work
from textual.content import Content

from screens.timeline import stream as streams
from screens.timeline.painter import TimelinePainter
from screens.timeline.stream import Row, Sight, Stream, Subject
from store.database import Store
from store.instants import Instant
from tui.frame import Frame
from tui.widgets.line_table import LineTable


def first_of(store: Store, subject: Subject) -> Stream:
    """The newest of a stream, all kinds; a company's has no headings."""
    return Stream((), streams.page(store, subject, Sight(), None, streams.FIRST), Sight())


class CompanyStream(LineTable[Row]):
    """Everything that happened with anyone of the company, newest first."""

    app = getters.app(Frame)

    def __init__(self, zone: str, now: Callable[[], Instant]) -> None:
        empty = Content("Nothing has happened yet.")
        super().__init__(TimelinePainter(zone, now, company=True), empty=empty, markable=False, opens=False)
        self._subject = Subject(None)
        self._stream: Stream | None = None

    def show(self, subject: Subject, stream: Stream) -> None:
        """Show a stream from its newest entry."""
        self.workers.cancel_node(self)
        self._subject, self._stream = subject, stream
        self.load(stream.ids(), stream.rows())
        if not stream.complete:
            self.call_after_refresh(self._measure)

    async def renew(self, stream: Stream) -> None:
        """Show the same stream as it is now; what was under the cursor stays there, unless that was the newest."""
        before = self._stream
        if before is None or stream.begins_like(before):
            return
        if self.cursor_index == 0:
            self.show(self._subject, stream)
            return
        keep = self.cursor_id
        if not stream.complete:
            stream = await self._measured(stream)
        if before is self._stream:
            self._stream = stream
            self.load(stream.ids(), stream.rows(), stream.same(keep, before))

    @work(exclusive=True, group="measure")
    async def _measure(self) -> None:
        """Count it, so that it can be scrolled to its end."""
        short = self._stream
        if short is None:
            return
        whole = await self._measured(short)
        if short is self._stream:
            self._stream = whole
            self.load(whole.ids(), whole.rows(), whole.same(self.cursor_id, short))

    async def _measured(self, stream: Stream) -> Stream:
        return stream.as_long_as(await self.app.desk.read(streams.measure, self._subject, Sight(), ()))

    @on(LineTable.RowsWanted)
    def _rows_wanted(self, event: LineTable.RowsWanted) -> None:
        event.stop()
        self._deliver(event.ids)

    @work(group="rows")
    async def _deliver(self, ids: Sequence[int]) -> None:
        stream = self._stream
        if stream is None or not (places := stream.places(ids)):
            return
        mark, read, about = stream.mark(places.start), self.app.desk.read, (self._subject, Sight())
        if mark is None:
            page = await read(streams.page_at, *about, places.start, len(places))
        else:
            page = await read(streams.page, *about, mark, len(places))
        if stream is self._stream:
            self.deliver(stream.take(page, places.start))
