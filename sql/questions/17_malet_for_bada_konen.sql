-- Skulle målet vara nått för både kvinnor och män?
select
    plan_id,
    indicator_id,
    year,
    operator,
    target_value,
    compared_at_decimals,
    value_women,
    mart.meets(
        mart.rounded(value_women, compared_at_decimals), operator, mart.rounded(target_value, compared_at_decimals)
    ) as is_met_for_women,
    value_men,
    mart.meets(
        mart.rounded(value_men, compared_at_decimals), operator, mart.rounded(target_value, compared_at_decimals)
    ) as is_met_for_men
from mart.goal_fulfilment
where target_kind = 'number' and value_women is not null and value_men is not null
order by plan_id, indicator_order, year
