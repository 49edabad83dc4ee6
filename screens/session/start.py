"""Beginning a session from a list, or taking up the one that was left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from textual.app import ComposeResult
from textual.content import Content

from store.errors import Refusal
from store.operations.sessions import MOST_LEADS, SessionDraft, StartDraft, end_session, resume_session, start_session
from store.queries.session import Figures, Sitting, figures, open_sitting, sitting
from tui import present
from tui.dialog import Dialog
from tui.frame import Frame
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field

RESUME, ANEW, END = "resume", "anew", "end"


async def begin(app: Frame, leads: Sequence[int], view: str) -> None:
    """Begin a session over these at bats; where one was left open, ask first."""
    assert app.person is not None
    left = await app.desk.read(open_sitting, app.person.id)
    if left is not None:
        done = await app.desk.read(figures, left, app.desk.now())
        app.open_dialog("session_resume", Left(left, done, tuple(leads), view), lambda next_one: enter(app, next_one))
        return
    if not leads:
        app.say(
            f"There is nobody here to call: {app.key_of('later')} shows what is due later,"
            f" {app.key_of('new_lead')} opens an at bat for an inbound call."
        )
        return
    begun = await anew(app, leads, view)
    if isinstance(begun, Refusal):
        app.say(begun.sentence, urgent=True)
    else:
        enter(app, begun)


def enter(app: Frame, session: Sitting | None) -> None:
    """Open the session's screen; None says that it was ended instead."""
    if session is None:
        app.say("The session is over.")
    else:
        app.open_screen("session", session)


async def anew(app: Frame, leads: Sequence[int], view: str) -> Sitting | Refusal:
    """A new session over these at bats; the one before ends."""
    done = await app.desk.write(start_session, StartDraft(tuple(leads[:MOST_LEADS]), view))
    if len(leads) > MOST_LEADS and not isinstance(done, Refusal):
        app.say(f"The first {present.number(MOST_LEADS)} of {present.number(len(leads))}: more than a day holds.")
    return await _as_it_stands(app, done)


async def taken_up(app: Frame, session: Sitting) -> Sitting | Refusal:
    """A session that was left, going on."""
    done = await app.desk.write(resume_session, SessionDraft(session.id, session.version))
    return await _as_it_stands(app, done)


async def _as_it_stands(app: Frame, done: Any) -> Sitting | Refusal:
    if isinstance(done, Refusal):
        return done
    found = await app.desk.read(sitting, done.made["session_id"])
    return found or Refusal("That session is gone.")


@dataclass(frozen=True, slots=True)
class Left:
    """A session that was left, what was done in it, and the list that another one would be begun with."""

    session: Sitting
    done: Figures
    leads: tuple[int, ...]
    view: str


class ResumeDialog(Dialog[Left, Sitting | None]):
    """Go on where it was left, begin anew, or end it."""

    def compose_form(self) -> ComposeResult:
        """The choices."""
        yield Field("what", "What now", ChoiceList[str](id="what"))

    def heading(self) -> Content:
        """``Session of 14:02 · 12 of 47 done``."""
        session, done = self.opening.session, self.opening.done
        at = present.clock(session.started_at, self.app.zone, self.app.desk.now())
        return present.joined((f"Session of {at}", "bold"), f" · {done.done} of {done.leads} done")

    def reset(self, opening: Left) -> None:
        """Nothing chosen; without a list there is nothing to begin anew with."""
        session, count = opening.session, len(opening.leads)
        choices = [Choice("r", RESUME, "resume", f"at the same place: {session.place + 1} of {len(session.leads)}")]
        if session.place >= len(session.leads):
            choices = [Choice("r", RESUME, "look", "everybody had a turn: see what came of it")]
        if count:
            choices.append(Choice("n", ANEW, "new", f"over the {present.count(count, 'at bat')} of this list"))
        choices.append(Choice("e", END, "end", "for good; what was done stays done"))
        self.query_one(ChoiceList).set_choices(choices)

    def draft(self) -> str:
        """What was chosen."""
        chosen: str | None = self.query_one(ChoiceList).value
        if chosen is None:
            raise Refusal("Press a letter.", "what")
        return chosen

    def operation(self) -> Callable[..., Any]:
        """Ending is the only one without a screen after it."""
        return end_session

    async def carry_out(self, draft: str) -> Sitting | Refusal | None:
        """Do it, and give the session that is to be entered."""
        if draft == RESUME:
            return await taken_up(self.app, self.opening.session)
        if draft == ANEW:
            return await anew(self.app, self.opening.leads, self.opening.view)
        session = self.opening.session
        done = await self.app.desk.write(self.operation(), SessionDraft(session.id, session.version))
        return done if isinstance(done, Refusal) else None
