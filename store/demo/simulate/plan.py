"""What is simulated: how long, how many people, how much comes in, and from when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from store.instants import Instant
from store.operations.init import TeamDraft, UserDraft
from store.rules.business import at_local
from store.vocabulary import UserRole

ZONE, COUNTRY, CURRENCY = "America/New_York", "US", "USD"
STARTS = date(2025, 1, 6)  # a Monday

_NAMES = (
    "Priya N.",
    "Tom B.",
    "Ana K.",
    "Jonas W.",
    "Leila H.",
    "Diego M.",
    "Mei C.",
    "Owen T.",
    "Sofia R.",
    "Kofi A.",
    "Hanna L.",
    "Ravi S.",
)
AES = ("Marcus L.", "Ines R.")
LEAD, ADMIN = "Grace O.", "Sam T."


@dataclass(frozen=True, slots=True)
class Plan:
    """A team of ``reps`` SDRs, two account executives, a team lead and an admin; ``days`` from ``starts`` on.

    ``signals`` come in over these days; the same ``seed`` makes the same of them.
    """

    days: int = 365
    reps: int = 12
    signals: int = 20_000
    seed: int = 1
    starts: date = STARTS

    @property
    def begins(self) -> Instant:
        """Midnight of the first day."""
        return at_local(self.starts, time(), ZONE)

    @property
    def ends(self) -> Instant:
        """Midnight after the last day."""
        return at_local(self.starts + timedelta(days=self.days), time(), ZONE)

    @property
    def dates(self) -> list[date]:
        """Every day of it."""
        return [self.starts + timedelta(days=number) for number in range(self.days)]

    @property
    def team(self) -> TeamDraft:
        """Who works there."""
        reps = [UserDraft(_NAMES[n] if n < len(_NAMES) else f"Rep {n + 1}") for n in range(self.reps)]
        aes = [UserDraft(name, UserRole.AE) for name in AES]
        others = [UserDraft(LEAD, UserRole.LEAD), UserDraft(ADMIN, UserRole.ADMIN)]
        return TeamDraft("Inside sales", ZONE, COUNTRY, "US", CURRENCY, (*reps, *aes, *others))
