"""Full-text search over the names of opportunities, kept by triggers, as people and companies have it."""

from typing import Any

# search table: how it is cut up
SEARCHES = {
    "opportunity_words": "tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'",
    "opportunity_grams": "tokenize = 'trigram remove_diacritics 1'",
}


def up(migrator: Any, db: Any) -> None:
    """Make both search tables, the triggers that keep them, and fill them with what is there."""
    for search, how in SEARCHES.items():
        forget = f"INSERT INTO {search} ({search}, rowid, name) VALUES ('delete', OLD.id, OLD.name);"
        learn = f"INSERT INTO {search} (rowid, name) VALUES (NEW.id, NEW.name);"
        db.execute_sql(
            f"CREATE VIRTUAL TABLE {search} USING fts5(name, content = 'opportunity', content_rowid = 'id', {how})"
        )
        db.execute_sql(f"CREATE TRIGGER {search}_made AFTER INSERT ON opportunity BEGIN {learn} END")
        db.execute_sql(
            f"CREATE TRIGGER {search}_changed AFTER UPDATE OF name ON opportunity BEGIN {forget} {learn} END"
        )
        db.execute_sql(f"INSERT INTO {search} ({search}) VALUES ('rebuild')")
