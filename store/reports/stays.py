"""How long at bats were in each stage and in each status, and which were: all stays of one in a place are one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from operator import eq, sub

from store.database import Store
from store.reports.asked import Asked
from store.reports.base import Base, at_bats
from store.reports.columns import columns, numbered
from store.reports.figures import Counted, Records
from store.vocabulary import Stage, Status

Lengths = dict[str, list[int]]
"""By place, of the at bats that have left it; in no order."""

_CORRECTED = "SELECT lead_id FROM stage_spell WHERE override = 1 AND void = 0"
_MARKED = "SELECT lead_id FROM status_change WHERE override = 1 AND void = 0"
# Most of a pool stands where it began: only a stage set back brings another one to New again, and a status by hand is
# recorded as such. The spells of the others are not sought.
_MOVED = f"(l.stage <> 'new' OR l.id IN ({_CORRECTED}))"
_CHANGED = f"({_MOVED} OR l.id IN ({_MARKED}))"

_WAS = "SELECT lead_id FROM status_change INDEXED BY status_change_of_lead WHERE status IN ({}) AND void = 0"

_SPAN = "s.left_at - s.entered_at"
_UNTIL = """
(SELECT n.at FROM status_change n WHERE n.lead_id = s.lead_id AND n.void = 0 AND (n.at, n.id) > (s.at, s.id)
 ORDER BY n.at, n.id LIMIT 1)"""


# An at bat and its status in one number: so they are compared and counted as one.
_BITS = len(Status).bit_length()
_MASK = (1 << _BITS) - 1
_HELD = f"(l.id << {_BITS}) + {numbered('s.status', Status)}"


@dataclass(frozen=True, slots=True)
class Stays:
    """Lengths in microseconds by place, and the at bats behind them: ``s`` is a stay, ``span`` SQL for its length."""

    lengths: Lengths
    base: Base
    place: str
    span: str

    def counted(self, place: Stage | Status) -> Counted:
        """The at bats that were in this place and have left it."""
        sql = (
            f"SELECT l.id FROM {self.base.sql} AND {self.place} = :place GROUP BY l.id"
            f" HAVING count(*) = count({self.span}) ORDER BY l.opened_at DESC, l.id DESC"
        )
        return Counted(Records.LEAD, sql, (*self.base.values.items(), ("place", place.value)))


def in_stages(store: Store, wanted: Asked, stages: Sequence[Stage]) -> Stays:
    """In these stages; one that was skipped took no time and does not count."""
    base = at_bats(store, wanted, joins="CROSS JOIN stage_spell s ON s.lead_id = l.id AND s.void = 0 AND s.skipped = 0")
    found: Lengths = {stage.value: [] for stage in stages}
    # Only who was set back was in a stage twice.
    straight = Base(f"{base.sql} AND l.stage <> 'new' AND l.id NOT IN ({_CORRECTED})", base.values)
    lengths = (f"({_SPAN}) FILTER (WHERE s.stage = '{stage}' AND s.left_at IS NOT NULL)" for stage in found)
    for day in columns(store, straight, *lengths):
        for stage, more in zip(found, day, strict=True):
            found[stage] += more
    among = ", ".join(f"'{stage}'" for stage in found)
    for stage, length in store.rows(
        f"SELECT s.stage, sum({_SPAN}) FROM {base.sql} AND l.id IN ({_CORRECTED}) AND s.stage IN ({among})"
        " GROUP BY l.id, s.stage HAVING count(*) = count(s.left_at)",
        base.values,
    ):
        found[stage].append(length)
    return Stays(found, base, "s.stage", _SPAN)


def in_statuses(store: Store, wanted: Asked, statuses: Sequence[Status]) -> Stays:
    """In these statuses, each until the next."""
    # By this index those of one at bat come in the order in which they were.
    changes = "CROSS JOIN status_change s INDEXED BY status_change_of_lead ON s.lead_id = l.id AND s.void = 0"
    base = at_bats(store, wanted, joins=changes)
    some = f"{base.sql} AND {_CHANGED}"
    if not {Status.UNCONTACTED, Status.RECYCLED} & set(statuses):  # which every at bat was in
        among = ", ".join(f"'{status.value}'" for status in statuses)
        some += f" AND l.id IN ({_WAS.format(among)})"
    lengths: list[list[int]] = [[] for _ in Status]
    for day in columns(store, Base(some, base.values), _HELD, "s.at"):
        _add_until_the_next(lengths, *day)
    found = {status.value: lengths[at] for at, status in enumerate(Status) if status in statuses}
    return Stays(found, base, "s.status", f"{_UNTIL} - s.at")


def _add_until_the_next(lengths: list[list[int]], held: list[int], began: list[int]) -> None:
    """How long each at bat had each status, where it has another now; ``held`` is ``_HELD`` and the order in time."""
    ids = [each >> _BITS for each in held]
    again = {each for each, times in Counter(held).items() if times > 1} if len(set(held)) < len(held) else set()
    together: dict[int, int] = dict.fromkeys(again, 0)
    left = map(eq, ids, ids[1:])
    for each, length in compress(zip(held, map(sub, began[1:], began), strict=False), left):
        if each in again:
            together[each] += length
        else:
            lengths[each & _MASK].append(length)
    if again:
        now = {each for each, id, after in zip(held, ids, [*ids[1:], None], strict=True) if id != after}
        for each in again - now:
            lengths[each & _MASK].append(together[each])
