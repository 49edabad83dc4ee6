"""Migrating gives what the models declare: every column, constraint and index, word for word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playhouse.apsw_ext import APSWDatabase

from store.models import TABLES
from tests.factories import Floor

OURS = "name NOT LIKE 'sqlite_%' AND name NOT LIKE '%\\_words%' ESCAPE '\\' AND name NOT LIKE '%\\_grams%' ESCAPE '\\'"
SCHEMA = f"SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type IN ('table', 'index') AND {OURS}"


def normalised(sql: str | None) -> str:
    """Without line breaks, blanks, quotes and IF NOT EXISTS: what is left must be the same."""
    return re.sub(r'[\s"]|IF NOT EXISTS', "", sql or "")


@pytest.fixture(scope="module")
def declared() -> APSWDatabase:
    database = APSWDatabase(":memory:")
    database.connect()
    with database.bind_ctx(TABLES):
        database.create_tables(TABLES)
    return database


def test_migrating_gives_what_the_models_declare(floor: Floor, declared: APSWDatabase) -> None:
    migrated = {
        (kind, name, table): normalised(sql)
        for kind, name, table, sql in floor.store.rows(SCHEMA)
        if table != "schema_migration"
    }
    from_models = {
        (kind, name, table): normalised(sql) for kind, name, table, sql in declared.execute_sql(SCHEMA).fetchall()
    }
    assert migrated.keys() == from_models.keys()
    for key, sql in from_models.items():
        assert migrated[key] == sql, key


@pytest.mark.parametrize("model", TABLES, ids=lambda model: str(model._meta.table_name))
def test_each_column_and_reference_is_the_declared_one(floor: Floor, declared: APSWDatabase, model: type) -> None:
    table = model._meta.table_name  # type: ignore[attr-defined]
    for pragma in ("table_xinfo", "foreign_key_list"):
        sql = f'PRAGMA {pragma}("{table}")'
        assert floor.store.rows(sql) == declared.execute_sql(sql).fetchall(), pragma


def test_no_two_tables_share_a_guard_and_every_table_is_kept(floor: Floor) -> None:
    kept = {
        table
        for (table,) in floor.store.rows("SELECT tbl_name FROM sqlite_schema WHERE name LIKE '%\\_kept' ESCAPE '\\'")
    }
    assert kept == {model._meta.table_name for model in TABLES} - {"change_secret"}


def test_the_first_schema_is_frozen_as_words() -> None:
    """The migration holds SQL, no models: changing a model later must not change what it once made."""
    source = (Path(__file__).parents[2] / "store/migrations/0001_tables.py").read_text()
    assert re.findall(r"^(?:from|import) .*$", source, re.MULTILINE) == ["from typing import Any"]
