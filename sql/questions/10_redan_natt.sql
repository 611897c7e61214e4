-- Vilka mål var redan nådda när de sattes?
select
    plan_id,
    indicator_id,
    year,
    value,
    operator,
    target_value
from mart.goal_fulfilment
where year <= 2021 and is_at_target_now and target_kind = 'number'
order by plan_id, indicator_order, year
