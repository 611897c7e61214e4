-- Vilka bedömningar vilar på preliminära värden?
select
    plan_id,
    indicator_id,
    year,
    value,
    verdict,
    known_from
from mart.goal_fulfilment
where is_preliminary
order by plan_id, indicator_order, year
