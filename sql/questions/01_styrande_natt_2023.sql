-- Vilka styrande indikatorer nådde sitt delmål 2023?
select
    plan_id,
    indicator_id,
    indicator_title,
    value,
    operator,
    target_value,
    margin
from mart.goal_fulfilment
where year = 2023 and role = 'steering' and verdict = 'met'
order by plan_id, indicator_order
