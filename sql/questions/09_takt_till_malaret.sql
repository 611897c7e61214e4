-- Vilken årlig förbättring krävs för att nå målet, och hur går det?
select
    plan_id,
    indicator_id,
    year,
    baseline_year,
    baseline_value,
    target_value,
    required_per_year,
    actual_per_year,
    pace,
    projected_value
from mart.goal_fulfilment
where required_per_year > 0 and pace is not null
order by plan_id, year, required_per_year desc
