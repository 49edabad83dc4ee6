"""The same floor as the store's own tests."""

from tests.store.conftest import floor, template

__all__ = ["floor", "template"]
