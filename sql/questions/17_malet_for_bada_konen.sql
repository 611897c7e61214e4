-- Skulle målet vara nått för både kvinnor och män?
select
    plan_id,
    indicator_id,
    year,
    operator,
    target_value,
    value_women,
    mart.meets(value_women, operator, target_value) as is_met_for_women,
    value_men,
    mart.meets(value_men, operator, target_value) as is_met_for_men
from mart.goal_fulfilment
where target_kind = 'number' and value_women is not null and value_men is not null
order by plan_id, indicator_order, year
