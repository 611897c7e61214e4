-- Vilka indikatorer har försämrats sedan baslinjen?
select
    plan_id,
    indicator_id,
    baseline_year,
    baseline_value,
    year,
    value,
    change_since_baseline
from mart.goal_fulfilment
where value is not null
qualify year = max(year) over (partition by plan_id, indicator_id) and trend = 'worsened'
order by plan_id, indicator_order
