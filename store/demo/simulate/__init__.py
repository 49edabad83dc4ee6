"""A year of a made-up team: what comes in by season and chance, people who work their queues, and what it came to.

See docs/model.md, "The simulated year".
"""

from store.demo.simulate.plan import Plan
from store.demo.simulate.summary import Summary
from store.demo.simulate.year import simulate

__all__ = ["Plan", "Summary", "simulate"]
