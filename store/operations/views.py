"""A person's own views of the queue: kept, renamed and removed; nobody else's are ever touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.errors import Conflict, Refusal
from store.intake.clean import clean_line
from store.models import SavedView
from store.operations.transaction import Done, Transaction, operation
from store.rules.lead_filter import parse
from store.rules.queue_views import Spec, View

LONGEST_NAME = 30
MOST = 20  # views of one person


@dataclass(frozen=True, slots=True)
class SaveViewDraft:
    """Keep what is shown under a name; a view of that name is replaced, as long as it is as it was ``seen``."""

    name: str
    spec: Spec
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class RenameViewDraft:
    """Give a view of one's own another name."""

    view_id: int
    name: str
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class DropViewDraft:
    """Remove a view of one's own."""

    view_id: int
    seen: int | None = None


@operation("save_view")
def save_view(tx: Transaction, draft: SaveViewDraft) -> Done:
    """Keep a view; returns its id as ``made["view_id"]``.

    Raises Refusal for a name that is missing or built in, a filter that is wrong, and over twenty views.
    """
    name = _name(draft.name)
    parse(draft.spec.filter)
    spec = draft.spec._replace(filter=clean_line(draft.spec.filter, field="filter"))
    own = _own(tx)
    same = _named(own, name)
    if same is not None:
        _check_seen(same, draft.seen)
        tx.update(SavedView, same, name=name, spec=spec.dump())
        return tx.done(f"view “{name}” replaced", made={"view_id": same["id"]})
    if len(own) >= MOST:
        raise Refusal(f"You have {MOST} views, which is the limit: replace or remove one.", "name")
    position = 1 + max((view["position"] for view in own), default=0)
    made = tx.insert(SavedView, user_id=tx.actor.user_id, name=name, spec=spec.dump(), position=position)
    return tx.done(f"view “{name}” saved", made={"view_id": made})


@operation("rename_view")
def rename_view(tx: Transaction, draft: RenameViewDraft) -> Done:
    """Give a view another name; refused where another view of one's own has it."""
    name, view = _name(draft.name), _mine(tx, draft.view_id, draft.seen)
    same = _named(_own(tx), name)
    if same is not None and same["id"] != view["id"]:
        raise Refusal(f"Another view of yours is called “{same['name']}”: choose another name.", "name")
    if name == view["name"]:
        raise Refusal("It has that name already: type another one.", "name")
    tx.update(SavedView, view, name=name)
    return tx.done(f"view renamed to “{name}”", made={"view_id": view["id"]})


@operation("drop_view")
def drop_view(tx: Transaction, draft: DropViewDraft) -> Done:
    """Remove a view; undo brings it back."""
    view = _mine(tx, draft.view_id, draft.seen)
    tx.update(SavedView, view, void=1)
    return tx.done(f"view “{view['name']}” removed")


def _name(text: str) -> str:
    name = clean_line(text, field="name", limit=LONGEST_NAME)
    if not name:
        raise Refusal("What shall it be called? Type a name.", "name")
    if name.casefold() in {view.label.casefold() for view in View}:
        raise Refusal(f"“{name}” is one of the built-in views: choose another name.", "name")
    return name


def _own(tx: Transaction) -> list[dict[str, Any]]:
    return tx.find(SavedView, user_id=tx.actor.user_id, void=0)


def _named(views: list[dict[str, Any]], name: str) -> dict[str, Any] | None:
    return next((view for view in views if view["name"].casefold() == name.casefold()), None)


def _mine(tx: Transaction, view_id: int, seen: int | None) -> dict[str, Any]:
    view = next((view for view in _own(tx) if view["id"] == view_id), None)
    if view is None:
        raise Refusal("That view is not among yours any more: look again.")
    _check_seen(view, seen)
    return view


def _check_seen(view: dict[str, Any], seen: int | None) -> None:
    """Somebody signed in as the same person elsewhere may have changed it."""
    if seen is not None and view["version"] > seen:
        raise Conflict(
            f"“{view['name']}” was changed at another screen of yours: look again, then save once more.",
            version=view["version"],
        )
