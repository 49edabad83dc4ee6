"""The same floor, and the same look of the doctor afterwards, as the store's own tests."""

from tests.store.conftest import doctor, floor, template

__all__ = ["doctor", "floor", "template"]
