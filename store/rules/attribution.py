"""Which sources an amount is credited to: four models, each of which gives away exactly the amount.

Pure; see docs/model.md, "Sources". Amounts are minor units, and credits whole ones: what does not divide goes to the
largest remainders, of equal ones to whoever came first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from store.instants import DAY, Instant

Key = str | int | None

_FINEST = 53  # binary digits of a weight, as many as a float has: after so many half-lives it is nothing


class Model(StrEnum):
    """How the touchpoints of one opportunity share in it."""

    FIRST = "first"
    LAST = "last"
    LINEAR = "linear"
    DECAY = "decay"

    @property
    def label(self) -> str:
        """As a heading says it."""
        return {"first": "first touch", "last": "last touch", "linear": "linear", "decay": "time decay"}[self.value]


class Touchpoint(NamedTuple):
    """One time that somebody came by a source or a campaign, which ``key`` names."""

    at: Instant
    key: Key


def weights(model: Model, touchpoints: Sequence[Touchpoint], half_life_days: int) -> tuple[int, ...]:
    """How much each of the touchpoints counts, in whole numbers; they are in time order, the first one first.

    Linear is one each. With time decay one counts half as much as another that came ``half_life_days`` later.
    """
    if not touchpoints:
        return ()
    rest = len(touchpoints) - 1
    match model:
        case Model.FIRST:
            return (1, *(0,) * rest)
        case Model.LAST:
            return (*(0,) * rest, 1)
        case Model.LINEAR:
            return (1,) * (rest + 1)
        case Model.DECAY:
            # Only proportions matter: counted from the last one, they are the same and none is too small for a float.
            last, half_life = touchpoints[-1].at, half_life_days * DAY
            return tuple(int(0.5 ** ((last - each.at) / half_life) * (1 << _FINEST)) for each in touchpoints)


def split(amount: int, shares: Sequence[int]) -> tuple[int, ...]:
    """An amount in proportion to the shares, summing to it exactly (largest remainder, the first of equal ones).

    Raises ValueError for an amount or a share below nothing, and where there is nothing to share by.
    """
    of = sum(shares)
    if amount < 0 or of <= 0 or min(shares) < 0:
        raise ValueError("an amount of nothing or more, and shares of which one at least is more than nothing")
    parts = [divmod(amount * share, of) for share in shares]
    left = amount - sum(whole for whole, _ in parts)
    by_remainder = sorted(range(len(parts)), key=lambda at: -parts[at][1])
    rounded_up = set(by_remainder[:left])
    return tuple(whole + (at in rounded_up) for at, (whole, _) in enumerate(parts))


def credits(model: Model, amount: int, touchpoints: Sequence[Touchpoint], half_life_days: int) -> Mapping[Key, int]:
    """The amount by what is credited with a share in it, in the order they came; a share may round to nothing."""
    shares: dict[Key, int] = {}
    for each, weight in zip(touchpoints, weights(model, touchpoints, half_life_days), strict=True):
        if weight:
            shares[each.key] = shares.get(each.key, 0) + weight
    return dict(zip(shares, split(amount, tuple(shares.values())), strict=True)) if shares else {}
