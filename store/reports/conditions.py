"""What became of an at bat ``l``, as SQL conditions: each said once for the reports that count by it.

See docs/model.md, "Reports".
"""

from __future__ import annotations

from store.operations.deal import PASSED_ON
from store.rules.path import ENTERED
from store.vocabulary import Stage

# Connected, or converted, which passes it.
REACHED = "(l.connected_at IS NOT NULL OR l.stage = 'converted')"

# Past New, or ended after that: what was closed from New was not accepted.
ACCEPTED = """(
    l.stage NOT IN ('new', 'closed', 'disqualified')
    OR l.stage IN ('closed', 'disqualified') AND l.accepted_at IS NOT NULL)"""

# Came to Qualified, which is never passed over, and was not taken back to before it since.
QUALIFIED = f"(l.entered & {ENTERED[Stage.QUALIFIED]} > 0)"

# Sales sent its opportunity back, whatever came of that afterwards.
REJECTED = (
    "(l.rejected_at IS NOT NULL OR l.id IN (SELECT lead_id FROM hand_over"
    f" WHERE accepted = 0 AND reason <> '{PASSED_ON}' AND void = 0))"
)

# A meeting was booked on it, whatever came of that; one was held.
BOOKED = "l.id IN (SELECT lead_id FROM meeting WHERE lead_id IS NOT NULL AND void = 0)"
HELD = "l.id IN (SELECT lead_id FROM meeting WHERE lead_id IS NOT NULL AND void = 0 AND result = 'held')"

# What it became, where that stands: not reversed, merged or sent back by sales.
_LASTS = "v.void = 0 AND v.reversed_at IS NULL"
_STANDS = """JOIN opportunity o ON o.id = v.opportunity_id AND o.void = 0 AND o.stage <> 'reversed'
    AND o.rejected_at IS NULL AND o.merged_into_id IS NULL"""
WITH_OPPORTUNITY = f"JOIN conversion v ON v.lead_id = l.id AND {_LASTS} {_STANDS}"
BECAME = f"l.id IN (SELECT v.lead_id FROM conversion v {_STANDS} WHERE {_LASTS})"
