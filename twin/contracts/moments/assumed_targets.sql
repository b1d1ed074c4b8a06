-- assumed_targets.sql: whether the target that an event has by its source and priority is one that the pack assumes, such
-- as a benchmark that another city has published. Chosen as measures/event_facts.sql chooses targets: the source's own
-- before everybody's, then the priority's own before any. A source without targets of its own has those of '*'.
-- reads   sla_targets
-- column  source_id   VARCHAR  -      source with targets of its own, or '*'
-- column  priority    INTEGER  level  1 to 4
-- column  is_assumed  BOOLEAN  -      the pack says of the target that it is assumed
-- rows    four per source that has targets of its own, and four of '*'; none where no target applies
SELECT sources.source_id, CAST(levels.priority AS INTEGER) AS priority,
       max_by(sla_targets.status, CASE WHEN sla_targets.source_id = '*' THEN 0 ELSE 2 END
                                   + CASE WHEN sla_targets.priority = 0 THEN 0 ELSE 1 END) = 'assumed' AS is_assumed
FROM (SELECT source_id FROM sla_targets UNION SELECT '*') AS sources
CROSS JOIN range(1, 5) AS levels(priority)
JOIN sla_targets ON (sla_targets.source_id = '*' OR sla_targets.source_id = sources.source_id)
                AND (sla_targets.priority = 0 OR sla_targets.priority = levels.priority)
GROUP BY sources.source_id, levels.priority
