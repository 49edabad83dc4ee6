"""Who did what, when, by hand or by rule: append-only, sealed by a hash chain."""

from __future__ import annotations

from peewee import BlobField, IntegerField, TextField

from store.models.base import Row, link, moment, text, word
from store.vocabulary import ActorKind, UserRole


class Operation(Row):
    """One act, which is one transaction; ``key`` makes submitting it twice harmless."""

    key = TextField(unique=True)
    at = moment()
    kind = TextField()
    actor_id = IntegerField()
    by = word("by", ActorKind)
    role = word("role", UserRole)
    override = text()
    undoes = link("self", null=True)
    lead_id = IntegerField(null=True)

    class Meta:
        indexes = ((("actor_id", "id"), False),)


class Change(Row):
    """One column of one row, before and after, as JSON; column ``+`` says the row was made.

    Values of personal columns stand in ``change_secret``; here is only their salted digest, so that erasing a
    person leaves the chain whole.
    """

    operation = link(Operation)
    entity = TextField()
    entity_id = IntegerField()
    column = TextField()
    before = TextField(null=True)
    after = TextField(null=True)

    class Meta:
        indexes = (
            (("entity", "entity_id", "operation"), False),
            (("operation",), False),
        )


class ChangeSecret(Row):
    """The erasable personal values of one change."""

    change = link(Change)
    salt = BlobField()
    before = TextField(null=True)
    after = TextField(null=True)

    class Meta:
        indexes = ((("change",), True),)


class Seal(Row):
    """The hash of an operation and its changes, chained to the operation before."""

    operation = link(Operation)
    hash = TextField()

    class Meta:
        indexes = ((("operation",), True),)


class ExternalId(Row):
    """What another system calls one of our rows; case-sensitive."""

    source = TextField()
    kind = TextField()
    value = TextField()
    entity = TextField()
    entity_id = IntegerField()

    class Meta:
        indexes = (
            (("source", "kind", "value", "entity"), True),
            (("entity", "entity_id"), False),
        )
