"""Who is doing something: an argument of every operation."""

from __future__ import annotations

from dataclasses import dataclass

from store.vocabulary import ActorKind, UserRole

SYSTEM_USER_ID = 1


@dataclass(frozen=True, slots=True)
class Actor:
    """A user acting by hand, a rule or an import acting for one."""

    user_id: int
    kind: ActorKind = ActorKind.PERSON
    role: UserRole = UserRole.SDR

    @property
    def leads_team(self) -> bool:
        """Whether this actor may do what a team lead may do."""
        return self.role in (UserRole.LEAD, UserRole.ADMIN)


SYSTEM = Actor(SYSTEM_USER_ID, ActorKind.RULE, UserRole.ADMIN)
