"""``atbat deals`` lists somebody's opportunities, ``atbat deal`` changes one; by the same rules as on the screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from tui.cli import with_settings
from tui.cli.opened import opened
from tui.cli.output import aligned, say
from tui.cli.who import actor_of
from tui.config import Settings

if TYPE_CHECKING:
    from store import Actor, Store
    from store.queries.deals import Deal
    from store.ruleset import Reason

_WHOSE = "Whose opportunities?"
_STAGES = ("discovery", "evaluation", "proposal", "negotiation")


@click.command()
@click.option("--ended", is_flag=True, help="Those won or lost in the last 90 days too.")
@with_settings
def command(settings: Settings, ended: bool) -> None:
    """List the opportunities of whoever --as names, a team lead's the whole team's: what waits for an answer first."""
    from store.queries.deals import deals
    from tui.desk import system_clock

    store = opened(settings, read_only=True)
    try:
        actor = actor_of(store, settings.person, _WHOSE)
        found = deals(store, actor.user_id, system_clock(), everyone=actor.leads_team, ended=ended)
        lines = aligned([_HEADINGS, *(_cells(deal, store) for deal in found)]) if found else ["no opportunity is open"]
        for line in lines:
            say(line)
    finally:
        store.close()


@click.command()
@click.argument("number", type=int)
@click.option("--accept", is_flag=True, help="Accept the hand-over.")
@click.option("--reject", metavar="REASON", help="Reject the hand-over: a reason, such as no_budget.")
@click.option("--stage", type=click.Choice(_STAGES, case_sensitive=False))
@click.option("--amount", help="As people write it: 12,500 or 12.5k.")
@click.option("--probability", type=click.IntRange(0, 100), help="In per cent.")
@click.option("--close", "closes", metavar="DATE", help="A date, or words such as: in 3 weeks.")
@click.option("--won", is_flag=True, help="Close it as won, for good.")
@click.option("--lost", metavar="REASON", help="Close it as lost, for good: a reason, such as timing.")
@click.option("--competitor", default="", help="Who was chosen, where it was lost to one.")
@click.option("--log", "came", metavar="OUTCOME", help="Log a touch: what came of it, such as no_answer or held.")
@click.option("--when", metavar="TIME", help="With --log: the time promised or booked, such as: tomorrow 3pm.")
@click.option("--note", default="", help="Words to keep: about a rejection, a loss or a touch, or by themselves.")
@with_settings
def change(settings: Settings, /, number: int, **wanted: Any) -> None:
    """Show opportunity NUMBER of `atbat deals`, or change it as whoever --as names.

    One act at a time: an answer to the hand-over, an ending, a touch, a note, or new facts.
    """
    from tui.desk import system_clock

    store = opened(settings)
    try:
        actor, now = actor_of(store, settings.person, _WHOSE), system_clock()
        act = _act(store, number, now, wanted)
        if act is None:
            _show(store, actor, number, now)
        else:
            operation, draft = act
            say(operation(store, actor, now, draft).sentence)
            if wanted["amount"] or wanted["closes"] is not None:
                say(f"  {_facts_now(store, number)}")  # how a typed amount and date were read
    finally:
        store.close()


def _act(store: Store, number: int, now: int, wanted: dict[str, Any]) -> tuple[Any, Any] | None:
    """The operation that was asked for, and its draft; None for none, raises UsageError for two at once."""
    from store.operations import opportunity as life
    from store.operations.deal_touch import log_on_opportunity
    from store.operations.hand_over import AcceptDraft, RejectDraft, accept_hand_over, reject_hand_over
    from store.rules.deals import lost_reasons, rejection_reasons

    note = wanted["note"]
    acts: list[tuple[Any, Any]] = []
    if wanted["accept"]:
        acts.append((accept_hand_over, AcceptDraft(number)))
    if wanted["reject"] is not None:
        reason = _known_reason(wanted["reject"], rejection_reasons(store.rules), "--reject")
        acts.append((reject_hand_over, RejectDraft(number, reason, note)))
    if wanted["won"]:
        acts.append((life.win, life.WinDraft(number)))
    if wanted["lost"] is not None:
        reason = _known_reason(wanted["lost"], lost_reasons(store.rules), "--lost")
        acts.append((life.lose, life.LoseDraft(number, reason, note, wanted["competitor"])))
    facts = _facts(store, number, now, wanted)
    if facts:
        acts.append((life.update_opportunity, life.OpportunityDraft(number, **facts)))
    if wanted["came"] is not None:
        acts.append((log_on_opportunity, _touch(store, number, now, wanted)))
    elif wanted["when"]:
        raise click.UsageError("--when goes with --log: it is the time promised or booked.")
    if note and not acts:
        acts.append((life.note_opportunity, life.DealNoteDraft(number, note)))
    if len(acts) > 1:
        raise click.UsageError(
            "Say one thing to do at a time: --accept, --reject, --won, --lost, --log, --note, or new facts."
        )
    return acts[0] if acts else None


def _show(store: Store, actor: Actor, number: int, now: int) -> None:
    """What is known of an opportunity, a line each."""
    from store import Refusal
    from store.queries.deals import deal_card
    from tui import present

    card = deal_card(store, number, actor.user_id, now)
    if card is None:
        raise Refusal(f"There is no opportunity {number}: `atbat deals` lists them with their numbers.")
    deal = card.deal
    facts = {
        "where": _where(deal, store),
        "company": deal.company,
        "people": "; ".join(f"{part.name}, {part.role.label}" for part in card.people) or "nobody yet",
        "stage": f"{deal.stage.label}, {deal.probability} %",
        "amount": present.money(deal.amount, deal.currency),
        "closes": deal.close_date or "no date",
        "owner": deal.owner or "nobody",
        "callback": "" if deal.promised_at is None else present.exactly(deal.promised_at, store.zone, now),
        "meeting": "" if card.meeting_at is None else present.exactly(card.meeting_at, store.zone, now),
        "last touch": "" if deal.touched_at is None else present.exactly(deal.touched_at, store.zone, now),
        "said": card.words,
    }
    say(f"{number}  {present.safe(deal.name, 200)}")
    for label, fact in facts.items():
        if fact:
            say(f"  {label:<12}{present.safe(fact, 400)}")


def _touch(store: Store, number: int, now: int, wanted: dict[str, Any]) -> Any:
    """A touch with the primary contact, by the first channel that its outcome can come of."""
    from store import Refusal
    from store.rules.deal_touch import DealTouchDraft
    from store.rules.touch import DISPOSITIONS, direction_of
    from store.rules.when import parse_when
    from store.vocabulary import Disposition

    known = [came for came in Disposition if came is not Disposition.UNKNOWN]
    said = _plain(wanted["came"])
    came = next((one for one in known if said in (_plain(one.value), _plain(one.label))), None)
    if came is None:
        some = ", ".join(one.value for one in known)
        raise Refusal(f"--log {wanted['came']}: no such outcome; give one of {some}.", "log")
    channel = next(channel for channel, possible in DISPOSITIONS.items() if came in possible)
    at = parse_when(wanted["when"], now, store.zone, store.calendar) if wanted["when"] else None
    return DealTouchDraft(number, channel, came, direction_of(came), note=wanted["note"], next_at=at)


def _facts(store: Store, number: int, now: int, wanted: dict[str, Any]) -> dict[str, Any]:
    from store.queries.deals import deal
    from store.rules.amount import parse_amount
    from store.rules.deals import parse_close_date
    from store.vocabulary import OpportunityStage
    from tui.present import minor_digits

    facts: dict[str, Any] = {}
    if wanted["stage"] is not None:
        facts["stage"] = OpportunityStage(wanted["stage"])
    if wanted["probability"] is not None:
        facts["probability"] = wanted["probability"]
    if wanted["amount"]:
        known = deal(store, number, 0)
        currency = known.currency if known is not None else store.currency
        facts["amount"] = parse_amount(wanted["amount"], minor_digits(currency), currency=currency)
    if wanted["closes"] is not None:
        facts["close_date"] = parse_close_date(wanted["closes"], now, store.zone, store.calendar)
    return facts


def _facts_now(store: Store, number: int) -> str:
    from store.queries.deals import deal
    from tui.present import money

    found = deal(store, number, 0)
    assert found is not None
    return (
        f"{money(found.amount, found.currency)}, {found.probability} %, closes {found.close_date or 'on no date yet'}"
    )


_HEADINGS = ("no.", "where", "stage", "amount", "likely", "closes", "owner", "name")


def _cells(deal: Deal, store: Store) -> tuple[str, ...]:
    """Its number, where it stands, and its facts, in the order of the headings."""
    from tui.present import money, safe

    amount, likely = money(deal.amount, deal.currency), f"{deal.probability} %"
    facts = (
        str(deal.id),
        _where(deal, store),
        deal.stage.label,
        amount,
        likely,
        deal.close_date,
        deal.owner,
        deal.name,
    )
    return tuple(safe(fact, 60) for fact in facts)


def _where(deal: Deal, store: Store) -> str:
    """What an opportunity waits for, the same for everybody."""
    if deal.open and deal.rejected_at is not None:
        reason = store.rules.reasons.get(deal.reject_reason)
        return f"rejected: {reason.label if reason is not None else deal.reject_reason}"
    if deal.waits:
        return f"handed to {deal.taker}"
    return "open" if deal.open else "ended"


def _known_reason(said: str, possible: tuple[Reason, ...], option: str) -> str:
    """A reason's key, typed as the key or in the words of the screen; raises Refusal naming those there are."""
    from store import Refusal

    found = next((one for one in possible if _plain(said) in (_plain(one.key), _plain(one.label))), None)
    if found is None:
        known = ", ".join(one.key for one in possible)
        raise Refusal(f"{option} {said}: no such reason; give one of {known}.", "reason")
    return found.key


def _plain(words: str) -> str:
    """Words as a key or a person writes them, made one: ``no_budget``, ``No budget``, ``wrong fit: size``."""
    return re.sub(r"[\W_]+", " ", words).strip().casefold()
