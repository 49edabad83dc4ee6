"""The lines above the stream: who it is, how to reach them, where the at bat stands, who else is worked there."""

from __future__ import annotations

from collections.abc import Callable

from textual import getters
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from screens.timeline.story import Story
from store.instants import Instant
from store.queries.facts import Facts, PhoneFact
from store.queries.timeline import Colleague
from store.reach import zones_of
from store.rules import queue_order
from store.rules.calling import may_call
from store.rules.path import standing
from store.rules.standing import ends_at
from store.rules.touch import attempt_limit
from store.vocabulary import PhoneKind, Reachability
from tui import present
from tui.frame import Frame
from tui.theme import Urgency

_MUTED = "$muted"
_NARROW = 100  # cells under which the company has a line of its own
_MOST_COLLEAGUES = 12
_DOT = Content.styled(" · ", _MUTED)
_URGENCIES = {
    queue_order.Urgency.LATE: Urgency.LATE,
    queue_order.Urgency.DUE: Urgency.DUE,
    queue_order.Urgency.SOON: Urgency.DUE,
    queue_order.Urgency.CALM: Urgency.CALM,
}


class Head(Widget):
    """A few lines, as many as the width asks for; drawn anew every minute for the local times."""

    app = getters.app(Frame)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Head { height: auto; padding: 0 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._story: Story | None = None
        self.about: Callable[[], Content] | None = None  # what stands in for the at bat of a story without one

    def show(self, story: Story) -> None:
        """Show another story."""
        self._story = story
        self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as it may be."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line for each thing there is to say."""
        return max(len(self._lines(width)), 1)

    def render(self) -> Content:
        """The lines for this width."""
        width = self.size.width
        return Content("\n").join(line.truncate(width, ellipsis=True) for line in self._lines(width))

    def _lines(self, width: int) -> list[Content]:
        story = self._story
        if story is None or story.facts is None:
            return []
        facts, now = story.facts, self.app.desk.now()
        person, company = _person(facts), _company(facts)
        lines = [person, company] if width < _NARROW and person and company else [_side_by_side(person, company)]
        lines += present.flowed(self._reach(facts, now), _DOT, width)
        lines.append(_stopped(facts, self.app.zone, now))
        lines += present.flowed(self._at_bat(story, now), _DOT, width)
        lines.append(_also(story.colleagues))
        if facts.notes:
            lines.append(present.joined(("notes  ", _MUTED), present.content(facts.notes, limit=400, newlines=False)))
        return [line for line in lines if line]

    def _reach(self, facts: Facts, now: Instant) -> list[Content]:
        parts: list[Content] = []
        zones = zones_of(facts.zone)
        for phone in facts.phones:
            parts.append(_phone(phone))
        if there := _there(zones, now):
            awake = may_call(now, zones, self.app.team.rules.calling)
            urgency = Urgency.DUE if awake is False and facts.phones else Urgency.CALM
            outside = ", outside calling hours" if urgency is Urgency.DUE else ""
            parts.append(present.joined((f"{urgency.sign} ".lstrip(" "), urgency.style), f"{there} there{outside}"))
        parts += [_address(email.address, email.state) for email in facts.emails]
        return parts or [present.joined(("no number and no address known", _MUTED))]

    def _at_bat(self, story: Story, now: Instant) -> list[Content]:
        row = story.row
        if row is None and self.about is not None:
            return [self.about()]
        if row is None:
            return [present.joined((story.without_lead(self.app.key_of("new_lead")), _MUTED))]
        lead, rules = row.lead, self.app.team.rules
        stands = standing(lead.stage, lead.status)
        parts = [present.joined((f"At bat {lead.number} · {stands[:1].upper()}{stands[1:]}", "bold"))]
        parts.append(present.joined(present.content(row.owner or "nobody’s yet"), (_came(story), _MUTED)))
        if not lead.open:
            return parts
        limit = attempt_limit(lead, rules)
        parts.append(Content(f"{lead.attempts} of {limit}" if limit else present.count(lead.attempts, "attempt")))
        cadence = rules.cadences.get(lead.cadence)
        why = queue_order.why(lead, now, self.app.zone, rules, len(cadence.steps) if cadence else 0)
        urgency = _URGENCIES[why.urgency]
        parts.append(present.joined((f"{urgency.sign} {why.words}".strip(), urgency.style)))
        if (over := ends_at(lead, self.app.team.rules, self.app.team.calendar)) is not None:
            parts.append(present.joined((f"over {present.day(over, self.app.zone, now)}", _MUTED)))
        if story.score is not None:
            parts.append(present.joined((story.score.words, _MUTED)))
        return parts


def _came(story: Story) -> str:
    """By which rule the owner of the at bat in front got it."""
    rule = next((one.rule for one in story.at_bats if story.row is not None and one.id == story.row.id), "")
    return f" ({present.safe(rule, 60)})" if rule else ""


def _person(facts: Facts) -> Content:
    if not facts.name:
        return Content() if facts.contact_id is None else present.joined(("somebody without a name", "bold"))
    parts = [present.content(facts.name, "bold", limit=80, newlines=False)]
    for words in (facts.title, facts.seniority, facts.persona):
        if words:
            parts.append(present.content(words, limit=60, newlines=False))
    if facts.lifecycle is not None and facts.pool is not None:
        parts.append(present.joined((f"{facts.lifecycle.label}, {facts.pool.label} pool", _MUTED)))
    return _dotted(parts)


def _company(facts: Facts) -> Content:
    if not facts.company:
        return Content()
    parts = [present.content(facts.company, "bold", limit=80, newlines=False)]
    size = present.count(facts.size, "person", "people") if facts.size else ""
    owner = f"{facts.account_owner}’s account" if facts.account_owner else ""
    customer = "customer" if facts.customer_since is not None else ""
    for words in (size, facts.industry, facts.place, facts.domain, owner, customer):
        if words:
            parts.append(present.content(words, _MUTED, limit=60, newlines=False))
    return _dotted(parts)


def _side_by_side(left: Content, right: Content) -> Content:
    return present.joined(left, "   " if left and right else "", right)


def _phone(phone: PhoneFact) -> Content:
    bad = phone.state is Reachability.BAD
    words = present.content(present.phone(phone.number), "strike" if bad else "bold")
    kind = "" if phone.kind is PhoneKind.OTHER else f" {phone.kind.label}"
    return present.joined(words, (f"{kind} of the company" if phone.of_company else kind, _MUTED), *_state(phone.state))


def _address(address: str, state: Reachability) -> Content:
    bad = state is Reachability.BAD
    return present.joined(present.content(address, "strike" if bad else "", limit=80, newlines=False), *_state(state))


def _state(state: Reachability) -> list[present.Part]:
    if state is Reachability.BAD:
        return [(f" {Urgency.LATE.sign} bad", Urgency.LATE.style)]
    return [(f" {Urgency.DONE.sign}", Urgency.DONE.style)] if state is Reachability.VALID else []


def _there(zones: tuple[str, ...], now: Instant) -> str:
    """Their time of day; where a number leaves it open, from the earliest to the latest it may be."""
    times = sorted({time for zone in zones if (time := present.local_time(now, zone))})
    return times[0] if len(times) == 1 else f"{times[0]} to {times[-1]}" if times else ""


def _stopped(facts: Facts, zone: str, now: Instant) -> Content:
    if facts.suppressed_at is not None:
        told = facts.suppressed_why.strip()
        why = f": {told}" if told and told.casefold() != "do not contact" else ""
        words = f"{Urgency.LATE.sign} do not contact, since {present.day(facts.suppressed_at, zone, now)}{why}"
        return present.content(words, f"{Urgency.LATE.style} bold", limit=300, newlines=False)
    if facts.email_stopped_at is not None:
        since = present.day(facts.email_stopped_at, zone, now)
        return present.joined((f"{Urgency.DUE.sign} no e-mail: unsubscribed, since {since}", Urgency.DUE.style))
    return Content()


def _also(colleagues: tuple[Colleague, ...]) -> Content:
    if not colleagues:
        return Content()
    parts = [
        present.content(
            f"{one.name or 'the company itself'} ({one.owner or 'nobody'}, {standing(one.stage, one.status)})",
            limit=80,
            newlines=False,
        )
        for one in colleagues[:_MOST_COLLEAGUES]
    ]
    more = len(colleagues) - len(parts)
    if more > 0:
        parts.append(Content(f"{more} more"))
    return present.joined(("also here  ", _MUTED), _dotted(parts))


def _dotted(parts: list[Content]) -> Content:
    return _DOT.join(parts)
