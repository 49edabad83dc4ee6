"""The facts of experiments: every at bat that one was to give an arm has exactly one, and it is one of its own."""

from __future__ import annotations

from store.doctor.facts import Fact

# An experiment runs from the operation that began it to the one that ended it; its motion is that of the opening.
_RUNS = """
WITH run AS (
    SELECT e.id, e.motion, b.operation_id AS began, coalesce((
        SELECT min(c.operation_id) FROM change c
        WHERE c.entity = 'experiment' AND c.entity_id = e.id AND c."column" = 'ends_at'), 9e18) AS ended
    FROM experiment e JOIN change b ON b.entity = 'experiment' AND b.entity_id = e.id AND b."column" = '+'),
opened AS (
    SELECT l.id, m.operation_id AS made, coalesce((
        SELECT json_extract(c.before, '$') FROM change c
        WHERE c.entity = 'lead' AND c.entity_id = l.id AND c."column" = 'motion'
        ORDER BY c.operation_id, c.id LIMIT 1), l.motion) AS motion
    FROM lead l JOIN change m ON m.entity = 'lead' AND m.entity_id = l.id AND m."column" = '+'
    WHERE l.void = 0 AND l.imported = 0 AND EXISTS (SELECT 1 FROM experiment))"""

EXPERIMENT_FACTS = (
    Fact(
        "an at bat has one arm of each experiment it was opened in",
        "lead",
        "at bat {0} was opened while experiment {1} ran and has {2} arms of it",
        f"{_RUNS} SELECT o.id, r.id, count(x.id) FROM run r JOIN opened o ON o.made > r.began AND o.made < r.ended"
        " AND (r.motion IS NULL OR r.motion = o.motion)"
        " LEFT JOIN experiment_assignment x ON x.lead_id = o.id AND x.experiment_id = r.id AND x.void = 0"
        " GROUP BY o.id, r.id HAVING count(x.id) <> 1",
    ),
    Fact(
        "an arm is of its experiment",
        "experiment_assignment",
        "assignment {0} of at bat {1} names arm {2}, which is of another experiment",
        "SELECT x.id, x.lead_id, x.arm_id FROM experiment_assignment x JOIN experiment_arm r ON r.id = x.arm_id"
        " WHERE x.void = 0 AND r.experiment_id <> x.experiment_id",
    ),
    Fact(
        "an experiment compares arms",
        "experiment",
        "experiment {0} has {1} arms",
        "SELECT e.id, count(r.id) FROM experiment e LEFT JOIN experiment_arm r ON r.experiment_id = e.id"
        " GROUP BY e.id HAVING count(r.id) < 2",
    ),
)
