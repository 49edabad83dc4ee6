"""The broad relationship with a person, worked out and never typed; see docs/model.md, "Pools and lifecycle"."""

from __future__ import annotations

import json

from store.vocabulary import Lifecycle, Stage

FACTS = """
json_array(
    c.is_reference,
    EXISTS (SELECT 1 FROM opportunity_contact p JOIN opportunity o ON o.id = p.opportunity_id
            WHERE p.contact_id = c.id AND p.void = 0 AND o.stage = 'won' AND o.void = 0),
    EXISTS (SELECT 1 FROM opportunity_contact p JOIN opportunity o ON o.id = p.opportunity_id
            WHERE p.contact_id = c.id AND p.void = 0 AND o.open = 1 AND o.rejected_at IS NULL),
    (SELECT stage FROM lead WHERE contact_id = c.id AND open = 1),
    EXISTS (SELECT 1 FROM lead q JOIN stage_spell s ON s.lead_id = q.id
            WHERE q.contact_id = c.id AND q.void = 0 AND s.stage = 'qualified' AND s.skipped = 0 AND s.void = 0))"""
"""What it follows from, as a column of a query in which ``c`` is the contact."""


def lifecycle_of(facts: str) -> Lifecycle:
    """The lifecycle for what ``FACTS`` gave."""
    reference, customer, opportunity, stage, qualified = json.loads(facts)
    if reference:
        return Lifecycle.REFERENCE
    if customer:
        return Lifecycle.CUSTOMER
    if opportunity:
        return Lifecycle.OPPORTUNITY
    if stage is None:
        return Lifecycle.MQL if qualified else Lifecycle.NAME
    if stage == Stage.NEW:
        return Lifecycle.MQL
    return Lifecycle.SQL if stage == Stage.QUALIFIED else Lifecycle.SAL
