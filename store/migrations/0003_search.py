"""Full-text search over people, companies, e-mail addresses and phone digits, kept by triggers.

Words with their prefixes for typing a name; trigrams for any part of a name, an address or a number.
"""

from typing import Any

_WORDS = "tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'"
_GRAMS = "tokenize = 'trigram remove_diacritics 1'"

# search table: (content table, columns, how it is cut up)
SEARCHES = {
    "contact_words": ("contact", ("name", "title"), _WORDS),
    "contact_grams": ("contact", ("name",), _GRAMS),
    "account_words": ("account", ("name", "domain"), _WORDS),
    "account_grams": ("account", ("name",), _GRAMS),
    "email_grams": ("email", ("address",), _GRAMS),
    "phone_grams": ("phone", ("digits",), "tokenize = 'trigram'"),
}


def up(migrator: Any, db: Any) -> None:
    """Make each search table and the triggers that keep it."""
    for search, (table, columns, how) in SEARCHES.items():
        names = ", ".join(columns)
        old = ", ".join(f"OLD.{column}" for column in columns)
        new = ", ".join(f"NEW.{column}" for column in columns)
        forget = f"INSERT INTO {search} ({search}, rowid, {names}) VALUES ('delete', OLD.id, {old});"
        learn = f"INSERT INTO {search} (rowid, {names}) VALUES (NEW.id, {new});"
        db.execute_sql(
            f"CREATE VIRTUAL TABLE {search} USING fts5({names}, content = '{table}', content_rowid = 'id', {how})"
        )
        db.execute_sql(f"CREATE TRIGGER {search}_made AFTER INSERT ON {table} BEGIN {learn} END")
        db.execute_sql(f"CREATE TRIGGER {search}_changed AFTER UPDATE OF {names} ON {table} BEGIN {forget} {learn} END")
