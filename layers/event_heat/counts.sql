-- layers/event_heat/counts.sql: how many open events each choice of each filter would leave, the other filters as they are.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param of_source VARCHAR - one source's id, or all
-- param of_category VARCHAR - one kind of trouble, or all
-- param of_categories VARCHAR[] - kinds that a department answers for; none for any
-- param of_priority INTEGER level one priority, or 0 for all
-- param of_stage VARCHAR - events that have reached this stage and no later one, or all
-- param of_level VARCHAR - level of the city at which they were opened, or all
-- uses events_at
-- reads event_facts, event_categories
-- column filter VARCHAR - source, category, priority, stage, department or level
-- column choice VARCHAR - one of its values; null for all of them together
-- column n BIGINT events open events that it would leave
-- rows one per filter and value that some open event has, by filter, then value; of each filter all together come first
WITH told AS (
    SELECT source_id, category, CAST(priority AS VARCHAR) AS priority, stage, level, count(*) AS n
    FROM events_at WHERE mode = $mode AND is_open
    GROUP BY source_id, category, priority, stage, level
), judged AS (
    SELECT told.source_id, told.category, told.priority, told.stage, told.level, told.n, event_categories.dept_id,
           $of_source = 'all' OR told.source_id = $of_source AS source_fits,
           $of_category = 'all' OR told.category = $of_category AS category_fits,
           coalesce(len($of_categories), 0) = 0 OR array_contains($of_categories, told.category) AS department_fits,
           $of_priority = 0 OR told.priority = CAST($of_priority AS VARCHAR) AS priority_fits,
           $of_stage = 'all' OR told.stage = $of_stage AS stage_fits, $of_level = 'all' OR told.level = $of_level AS level_fits
    FROM told LEFT JOIN event_categories ON event_categories.category = told.category
), chosen AS (
    SELECT 'source' AS filter, source_id AS choice, n FROM judged
    WHERE category_fits AND department_fits AND priority_fits AND stage_fits AND level_fits
    UNION ALL
    SELECT 'category', category, n FROM judged WHERE source_fits AND department_fits AND priority_fits AND stage_fits AND level_fits
    UNION ALL
    SELECT 'priority', priority, n FROM judged WHERE source_fits AND category_fits AND department_fits AND stage_fits AND level_fits
    UNION ALL
    SELECT 'stage', stage, n FROM judged WHERE source_fits AND category_fits AND department_fits AND priority_fits AND level_fits
    UNION ALL
    SELECT 'department', dept_id, n FROM judged WHERE source_fits AND category_fits AND priority_fits AND stage_fits AND level_fits
    UNION ALL
    SELECT 'level', level, n FROM judged WHERE source_fits AND category_fits AND department_fits AND priority_fits AND stage_fits
), both_ways AS (
    SELECT filter, choice, CAST(sum(n) AS BIGINT) AS n FROM chosen WHERE choice IS NOT NULL GROUP BY filter, choice
    UNION ALL
    SELECT filter, NULL, CAST(sum(n) AS BIGINT) FROM chosen GROUP BY filter
)
SELECT filter, choice, n FROM both_ways ORDER BY filter, choice NULLS FIRST
