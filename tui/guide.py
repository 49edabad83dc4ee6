"""The guide: what each status means, what it needs, what happens by itself, what comes next; the opportunity's stages.

The words are here, the numbers are the team's (``rules.toml``). See docs/model.md, "Status" and "Opportunities".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.rules.path import ALLOWED_STATUSES
from store.vocabulary import OpportunityStage, Stage, Status

if TYPE_CHECKING:
    from store.ruleset import RuleSet


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the guide says of one status, each a sentence or two; ``stages`` is where it may stand."""

    status: Status
    stages: tuple[Stage, ...]
    means: str
    needs: str
    by_itself: str
    next: str


_TEXTS: dict[Status, tuple[str, str, str, str]] = {
    Status.UNCONTACTED: (
        "Nobody has tried yet.",
        "A first touch: {first_touch_high_intent} for high-intent inbound, {first_touch} for other inbound; "
        "outbound targets are accepted within {accept}.",
        "A first touch accepts it too. Untouched inbound is flagged after {untouched_flag}; "
        "when its window is over it closes as no response.",
        "Log the first touch.",
    ),
    Status.RECYCLED: (
        "A new at bat on somebody who was worked before; nobody has tried yet this time.",
        "A first touch, as for any new at bat. The timeline says how the earlier ones ended.",
        "A first touch accepts it too; when its window is over it closes as no response.",
        "Read what was said last time, then log the first touch.",
    ),
    Status.ATTEMPTING: (
        "Trying to reach them, or to reach them again.",
        "A next step with a time; attempts are spread over days and parts of the day.",
        "Every attempt schedules the cadence's next step; a reply or conversation makes it Connected. The team lead "
        "hears of inbound after {connect}, of others at half their window. {stale} without a touch or a signal make it "
        "Stale. When its window is over it closes as no response; if they were reached before, you decide.",
        "The next step of the cadence, or a callback they asked for.",
    ),
    Status.CONNECTED: (
        "Spoke once; qualification has not started.",
        "What was learned, and a task with a time, with its calendar link.",
        "{quiet} after the conversation without another it goes back to Attempting; {stale} without a touch or a "
        "signal make it Stale. When its window is over, you decide.",
        "Qualify or disqualify within {qualify}.",
    ),
    Status.WORKING: (
        "A two-way conversation is going on.",
        "Something done or heard at least every {working_activity}.",
        "An attempt without a reply for {quiet} makes it Attempting again. Silence alerts you and the team lead after "
        "{working_alert}, and makes it Stale after {stale}; a promised callback holds that off.",
        "Ask what is still not known of need, budget, authority and timeline; then qualify.",
    ),
    Status.STALE: (
        "No activity for too long: decide now.",
        "A decision: a touch, or closing it with outcome and reason.",
        "A touch ends it. Undecided for {stale_decision}, it closes: no response if never connected, else connected, "
        "not ready now. A promised callback holds that off.",
        "Log a touch, or close it.",
    ),
    Status.QUALIFIED: (
        "Fits and is ready: convert.",
        "Four answers: need is yes, at most one of the others is not known, none is no.",
        "The conversion is drafted; after {convert} it is late, {stale} without a touch or a signal make it Stale.",
        "Convert within {convert}.",
    ),
    Status.UNQUALIFIED: (
        "Waiting for a team lead's approval.",
        "The reason, and what it is worth: a lead over the team's threshold is not given up by one person.",
        "Its clocks stand still; the approval is due within {approval}, and the team lead hears of it when it is late.",
        "The team lead approves, which closes it, or sends it back with a note.",
    ),
    Status.CONVERTED: (
        "Done: it produced an opportunity or a booked meeting.",
        "Nothing; it is locked for good.",
        "Every touch, signal and note shows on the opportunity. The AE answers the hand-over within {hand_over}.",
        "A held meeting asks for the opportunity; undo is yours for ten minutes, reversal the team lead's that day.",
    ),
    Status.NURTURE: (
        "Fits, but not now; comes back on a date or trigger.",
        "The reason, and the date or the trigger.",
        "On that day, or at that signal, it is in the recycling list, with what was said last time.",
        "A new at bat when they are due.",
    ),
    Status.DISQUALIFIED: (
        "No fit, or never again.",
        "The outcome and its reason.",
        "Only a new high-intent signal opens another at bat; a suppressed person gets none.",
        "Nothing.",
    ),
}


_STAGES: dict[OpportunityStage, str] = {
    OpportunityStage.DISCOVERY: "Finding out what they need, who decides, and by when; where every opportunity begins.",
    OpportunityStage.EVALUATION: "They are testing whether it does what they need: a trial, a demo, references.",
    OpportunityStage.PROPOSAL: "An offer with a price is with them.",
    OpportunityStage.NEGOTIATION: "They want it: terms, price, contract and signatures are being settled.",
    OpportunityStage.WON: "They bought. The company is a customer; it is over for good.",
    OpportunityStage.LOST: "They did not buy, for the reason given. It is over for good; new interest is a new at bat.",
    OpportunityStage.REVERSED: "A team lead took the conversion back on its day; the at bat behind it is open again.",
}


def stage_guide(rules: RuleSet) -> tuple[tuple[str, str], ...]:
    """The stages of an opportunity, and what comes of a hand-over, each with its meaning in a line."""
    between = f"Open stages go back and forth; one that has not moved for {rules.sla.opportunity_unmoved} is marked."
    hand_over = f"Waits for the one it was handed to, who accepts or rejects it within {rules.sla.hand_over}."
    back = "Its taker rejected it with a reason: its giver hands it to another, or closes it as lost."
    return (
        ("handed over", hand_over),
        *((stage.label, means) for stage, means in _STAGES.items()),
        ("rejected by sales", back),
        ("unmoved", between),
    )


def status_guide(rules: RuleSet) -> tuple[Guidance, ...]:
    """The guide for these rules, in the order of the path."""
    sla = rules.sla
    numbers = {name: str(getattr(sla, name)) for name in sla._fields}
    return tuple(
        Guidance(
            status,
            tuple(stage for stage, statuses in ALLOWED_STATUSES.items() if status in statuses),
            *(text.format_map(numbers) for text in texts),
        )
        for status, texts in _TEXTS.items()
    )
