"""What is read of one person, or of a company without one, before the timeline shows."""

from __future__ import annotations

from dataclasses import dataclass

from screens.timeline import stream as streams
from screens.timeline.stream import Sight, Stream, Subject
from store.database import Store
from store.instants import Instant
from store.queries import queue
from store.queries import timeline as queries
from store.queries.facts import Facts, facts
from store.queries.queue import QueueRow
from store.queries.score import score_card
from store.queries.timeline import AtBat, Colleague
from store.rules.scoring import Score
from store.vocabulary import Outcome


@dataclass(frozen=True, slots=True)
class Story:
    """Everything but the entries; ``row`` is the open at bat, else the newest; ``score`` that of an open one."""

    facts: Facts | None
    at_bats: tuple[AtBat, ...]
    colleagues: tuple[Colleague, ...]
    row: QueueRow | None
    score: Score | None = None

    @property
    def name(self) -> str:
        """Whose story it is."""
        if self.facts is None:
            return "Nobody"
        return self.facts.name or self.facts.company or "somebody without a name"

    @property
    def awaits_a_meeting(self) -> bool:
        """Whether the at bat in front has ended with a meeting, whose result may still be logged."""
        return self.row is not None and self.row.lead.outcome is Outcome.MEETING_BOOKED

    def without_lead(self, new_key: str) -> str:
        """What to do about somebody who has no at bat of their own."""
        part = next((one for one in self.at_bats if one.open and not one.primary), None)
        if part is not None:
            return f"{self.name} has no at bat of their own, but a part in {part.person or 'another'}’s: work that one."
        return f"{self.name} has no at bat yet: {new_key} opens one."


def story(store: Store, subject: Subject, sight: Sight, now: Instant) -> tuple[Story, Stream]:
    """Read whose story it is and the newest of it."""
    if subject.opportunity_id is not None:
        return _of_deal(store, subject, subject.opportunity_id, sight)
    if subject.contact_id is None:
        at_bats: tuple[AtBat, ...] = ()
        colleagues: tuple[Colleague, ...] = ()
    else:
        at_bats = queries.at_bats(store, subject.contact_id)
        colleagues = queries.colleagues(store, subject.contact_id)
    own = [one for one in at_bats if one.primary]
    lead_id = next((one.id for one in own if one.open), own[0].id if own else subject.lead_id)
    row = queue.row(store, lead_id) if lead_id is not None else None
    card = score_card(store, row.lead.id, now) if row is not None and row.lead.open else None
    told = Story(
        facts(store, subject.contact_id, subject.account_id),
        at_bats,
        colleagues,
        row,
        card.score if card is not None else None,
    )
    first = streams.page(store, subject, sight, None, streams.FIRST)
    return told, Stream(at_bats, first, sight)


def _of_deal(store: Store, subject: Subject, opportunity_id: int, sight: Sight) -> tuple[Story, Stream]:
    """An opportunity's story: the at bats it came from are its bands, and none of them can be worked."""
    at_bats = queries.lives_behind(store, opportunity_id)
    told = Story(facts(store, subject.contact_id, subject.account_id), at_bats, (), None)
    return told, Stream(at_bats, streams.page(store, subject, sight, None, streams.FIRST), sight)
