"""A list of opportunities narrowed by a filter and put in another order; all of them are in memory anyway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.instants import DAY, Instant, moment
from store.queries.deals import Deal, Section
from store.rules.amount import minor_digits
from store.rules.business import Calendar
from store.rules.deal_filter import AMOUNT_DIGITS, DealFacts, DealOrder, parse_deal_filter
from store.rules.filter_terms import fold
from store.vocabulary import OpportunityStage

_STAGES = list(OpportunityStage)


@dataclass(frozen=True, slots=True)
class DealSpec:
    """What of the opportunities is shown, and in which order."""

    filter: str = ""
    order: DealOrder = DealOrder.DUE


def narrowed(
    deals: Sequence[Deal], spec: DealSpec, user_id: int, now: Instant, zone: str, calendar: Calendar
) -> tuple[Deal, ...]:
    """What a spec shows somebody of ``deals``, which stand in due order; what has ended stays below what is open.

    Raises Refusal for a filter that is wrong.
    """
    passes = parse_deal_filter(spec.filter, moment(now, zone), calendar)
    found = deals if not spec.filter.strip() else [deal for deal in deals if passes(_facts(deal, user_id, now))]
    if spec.order is DealOrder.DUE:
        return tuple(found)
    return tuple(sorted(found, key=lambda deal: (deal.section is Section.ENDED, *_first(spec.order, deal))))


def _facts(deal: Deal, user_id: int, now: Instant) -> DealFacts:
    name, company, person = fold(deal.name), fold(deal.company), fold(deal.person)
    stage, owner = fold(deal.stage.label), fold(deal.owner)
    return DealFacts(
        words="\n".join((name, company, person, fold(deal.title), stage, owner)),
        name=name,
        company=company,
        person=person,
        owner=owner,
        mine=deal.owner_id == user_id,
        stage=stage,
        amount=deal.amount * 10 ** (AMOUNT_DIGITS - minor_digits(deal.currency)),
        probability=deal.probability if deal.open else None,
        close=deal.close_date or None,
        unmoved=(now - deal.moved_at) // DAY if deal.open else None,
    )


def _first(order: DealOrder, deal: Deal) -> tuple[Any, ...]:
    """What an order compares before the due order: the next to close, the biggest, the furthest on come first."""
    match order:
        case DealOrder.DUE:
            return ()
        case DealOrder.CLOSE:
            return (not deal.close_date, deal.close_date)
        case DealOrder.AMOUNT:
            return (-deal.amount,)
        case DealOrder.STAGE:
            return (-_STAGES.index(deal.stage),)
        case DealOrder.UNMOVED:
            return (deal.moved_at,)
        case DealOrder.COMPANY:
            return (not deal.company, fold(deal.company))
