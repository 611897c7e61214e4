-- Vilka sammansatta mål faller olika ut beroende på om alla delar krävs?
select
    plan_id,
    goal_id,
    goal_title,
    year,
    compound_rule,
    verdict_all_parts,
    verdict_any_part,
    n_met,
    n_indicators
from mart.goal_verdict
where verdict_all_parts <> verdict_any_part
order by plan_id, goal_order, year
