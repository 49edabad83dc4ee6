"""The store: the at-bat model, its rules, and the only door to the database.

Screens and commands import from here what they open, from ``store.queries`` what they read and from
``store.operations`` what they write. See docs/model.md.
"""

from store.actor import SYSTEM, Actor
from store.database import Store, open_store
from store.errors import Conflict, Refusal, StoreError
from store.instants import Instant, instant, moment

__all__ = [
    "SYSTEM",
    "Actor",
    "Conflict",
    "Instant",
    "Refusal",
    "Store",
    "StoreError",
    "instant",
    "moment",
    "open_store",
]
