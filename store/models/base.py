"""The base of every table and the few kinds of column there are."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import AutoField, BigIntegerField, Check, ForeignKeyField, IntegerField, Model, TextField


class Row(Model):
    """A row with an integer key; models are unbound, the database is passed to each query."""

    id = AutoField()

    class Meta:
        legacy_table_names = False


def sql_words(words: type[StrEnum] | tuple[StrEnum, ...]) -> str:
    """The words as a quoted SQL list."""
    return ", ".join(f"'{word.value}'" for word in words)


def word(name: str, words: type[StrEnum], *, null: bool = False) -> Any:
    """A text column which holds one of ``words``, kept so by a CHECK."""
    constraints: list[Any] = [Check(f"{name} IN ({sql_words(words)})")]
    return TextField(null=True, constraints=constraints) if null else TextField(constraints=constraints)


def text(*, null: bool = False) -> Any:
    """A text column; empty unless given."""
    return TextField(null=True) if null else TextField(default="")


def moment(*, null: bool = False) -> Any:
    """An instant: 64-bit microseconds since the epoch, UTC."""
    return BigIntegerField(null=True) if null else BigIntegerField()


def count() -> Any:
    """A counter that starts at nought."""
    return IntegerField(default=0)


def whole(*, null: bool = False) -> Any:
    """A plain integer; money in minor units."""
    return BigIntegerField(null=True) if null else BigIntegerField()


def flag(name: str) -> Any:
    """A yes or no, stored as 1 or 0; no unless given."""
    return IntegerField(default=0, constraints=[Check(f"{name} IN (0, 1)")])


def void() -> Any:
    """Set when an undo took the row back; no count and no screen sees a void row."""
    return flag("void")


def link(model: Any, *, null: bool = False, deferred: bool = False) -> Any:
    """A foreign key without an index of its own: indexes are declared where a query needs them."""
    return ForeignKeyField(
        model,
        null=null,
        index=False,
        backref="+",
        lazy_load=False,
        deferrable="INITIALLY DEFERRED" if deferred else None,
    )


def of_opportunity(table: str, at: str) -> str:
    """SQL for the index along which what was done on an opportunity is read; nearly every row stays out of it."""
    return (
        f"CREATE INDEX IF NOT EXISTS {table}_of_opportunity ON {table} (opportunity_id, {at} DESC, id DESC)"
        " WHERE opportunity_id IS NOT NULL AND void = 0"
    )


def written_by() -> Any:
    """The operation that last wrote the row."""
    from store.models.history import Operation

    return link(Operation)
