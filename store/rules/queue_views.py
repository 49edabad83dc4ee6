"""What of a queue is shown and in which order: the built-in views, and what a view of one's own remembers."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import NamedTuple

from store.errors import Refusal


class View(StrEnum):
    """What part of the queue to see."""

    ALL = "all"
    HOT = "hot"
    CALLBACKS = "callbacks"
    EXPIRING = "expiring"
    NEW = "new"
    LATER = "later"
    UNROUTED = "unrouted"  # what nobody has, whoever looks

    @property
    def label(self) -> str:
        """Its name on the screen."""
        return self.value.capitalize()


class Order(StrEnum):
    """How a list is ordered; ties stand in due order."""

    DUE = "due"
    SCORE = "score"
    VALUE = "value"
    TOUCHED = "last touch"
    COMPANY = "company"
    AGE = "age"

    @property
    def next(self) -> Order:
        """The order that comes after this one, the first after the last."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


class Spec(NamedTuple):
    """What is shown: a part of the queue, narrowed by a filter (store/rules/lead_filter.py), in an order."""

    view: View = View.ALL
    filter: str = ""
    order: Order = Order.DUE

    @property
    def plain(self) -> bool:
        """Whether this is a built-in view as it is."""
        return not self.filter.strip() and self.order is Order.DUE

    def dump(self) -> str:
        """As JSON, the same text for the same spec."""
        return json.dumps({"view": self.view, "filter": self.filter, "order": self.order}, ensure_ascii=False)


def load_spec(text: str) -> Spec:
    """The spec of a stored text; raises Refusal for one that this version does not understand."""
    try:
        found = json.loads(text)
        return Spec(View(found["view"]), str(found["filter"]), Order(found["order"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal("This view was saved by another version of the program: save it anew.") from error
