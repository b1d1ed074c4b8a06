-- alert_rules.sql: the rules of the pack, and how long the targets of events are at most.
-- reads   alert_rules, sla_targets
-- column  rule_id             VARCHAR   -      rule
-- column  signal              VARCHAR   -      what it watches
-- column  applies_to          VARCHAR   -      what it is narrowed to; null for all
-- column  threshold           DOUBLE    see    raised beyond it
-- column  least_n             INTEGER   cases  with fewer it is not judged
-- column  n_weeks             INTEGER   weeks  weeks before whose same hour it is held against
-- column  within_s            INTEGER   s      how far back, or apart, cases count
-- column  raise_for_s         INTEGER   s      it must hold so long before it is raised
-- column  clear_threshold     DOUBLE    see    cleared on this side of it only
-- column  clear_for_s         INTEGER   s      it must be well so long before it is cleared
-- column  level               TINYINT   level  of the alert
-- column  escalate_threshold  DOUBLE    see    beyond it the alert has the worse level
-- column  escalate_after_s    INTEGER   s      open and unacknowledged for so long it has the worse level
-- column  escalate_level      TINYINT   level  the worse level
-- column  longest_response_s  INTEGER   s      longest target of response; null without any
-- column  longest_closure_s   INTEGER   s      longest target of closing; null without any
-- rows    one per rule, by id
SELECT rule_id, signal, applies_to, threshold, least_n, n_weeks, within_s, raise_for_s, clear_threshold, clear_for_s, level,
       escalate_threshold, escalate_after_s, escalate_level,
       (SELECT max(response_s) FROM sla_targets) AS longest_response_s,
       (SELECT max(closure_s) FROM sla_targets) AS longest_closure_s
FROM alert_rules ORDER BY rule_id
