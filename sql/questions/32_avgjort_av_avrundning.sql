-- Vilka bedömningar avgörs av avrundningen, och vilka ligger precis på gränsen?
select
    plan_id,
    indicator_id,
    year,
    value,
    operator,
    coalesce(target_value, reference_value) as compared_with,
    compared_at_decimals,
    margin,
    verdict,
    is_rounded_only,
    is_borderline
from mart.goal_fulfilment
where is_rounded_only or is_borderline
order by plan_id, indicator_order, year
