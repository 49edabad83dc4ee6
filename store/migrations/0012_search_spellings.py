"""Names are also found as people type them: without apostrophe and hyphen, and by two neighbouring CJK letters.

The words of a name stand beside a second spelling of it: "O'Brien" as OBrien, "田中太郎" as its pairs 田中 中太 太郎.
Both search tables read it from a view, so that what was made of a row can be taken back and checked.
"""

from typing import Any

_WORDS = "tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'"
_SIGNS = "'’‘ʼ`´‐‑–-"  # the hyphen last, where a set of GLOB takes it as it is
_CJK = "぀-ヿ㐀-䶿一-鿿豈-﫿가-힯𠀀-𱍏"
_PAIRS = 60  # of one name

SEARCHES = {"contact": ("name", "title"), "account": ("name", "domain")}


def also(name: str) -> str:
    """SQL for the second spelling of ``name``, a column; empty where there is none."""
    closed = name
    for sign in _SIGNS:
        closed = f"replace({closed}, '{sign.replace(chr(39), chr(39) * 2)}', '')"
    places = ", ".join(f"({place})" for place in range(1, _PAIRS + 1))  # json_each cannot be asked from a trigger
    pair = f"substr({name}, column1, 2)"
    pairs = (
        f"SELECT group_concat({pair}, ' ') FROM (VALUES {places})"
        f" WHERE column1 < length({name}) AND {pair} GLOB '*[{_CJK}]*'"
    )
    signs = _SIGNS.replace("'", "''")
    return (
        f"CASE WHEN {name} GLOB '*[{_CJK}]*' THEN coalesce(({pairs}), '')"
        f" WHEN {name} GLOB '*[{signs}]*' THEN {closed} ELSE '' END"
    )


def up(migrator: Any, db: Any) -> None:
    """Make both search tables anew with the spellings, and fill them."""
    for table, columns in SEARCHES.items():
        search, names = f"{table}_words", ", ".join(columns)
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
        forget = (
            f"INSERT INTO {search} ({search}, rowid, {names}, also)"
            f" VALUES ('delete', OLD.id, {old}, {also('OLD.name')});"
        )
        learn = f"INSERT INTO {search} (rowid, {names}, also) VALUES (NEW.id, {new}, {also('NEW.name')});"
        db.execute_sql(f"DROP TRIGGER {search}_made")
        db.execute_sql(f"DROP TRIGGER {search}_changed")
        db.execute_sql(f"DROP TABLE {search}")
        db.execute_sql(f"CREATE VIEW {table}_spelt AS SELECT id, {names}, {also('name')} AS also FROM {table}")
        db.execute_sql(
            f"CREATE VIRTUAL TABLE {search} USING fts5({names}, also, content = '{table}_spelt',"
            f" content_rowid = 'id', {_WORDS})"
        )
        db.execute_sql(f"INSERT INTO {search} ({search}) VALUES ('rebuild')")
        db.execute_sql(f"CREATE TRIGGER {search}_made AFTER INSERT ON {table} BEGIN {learn} END")
        db.execute_sql(f"CREATE TRIGGER {search}_changed AFTER UPDATE OF {names} ON {table} BEGIN {forget} {learn} END")
