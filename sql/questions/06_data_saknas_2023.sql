-- Var saknas data 2023, och varför?
select
    plan_id,
    indicator_id,
    kpi_id,
    verdict_reason,
    indicator_title
from mart.goal_fulfilment
where year = 2023 and verdict = 'no_data'
order by plan_id, verdict_reason, indicator_order
