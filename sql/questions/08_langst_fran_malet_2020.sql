-- Vilka fem låg 2020 längst från målet, i andel av målvärdet?
select
    plan_id,
    indicator_id,
    year,
    value,
    target_value,
    margin,
    round(100 * margin / target_value, 1) as margin_percent
from mart.goal_fulfilment
where year = 2020 and margin < 0 and target_kind = 'number'
order by margin / target_value
limit 5
