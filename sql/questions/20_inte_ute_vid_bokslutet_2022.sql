-- Vilka värden för 2022 fanns inte när bokslutet skrevs, och hur föll de ut sedan?
select
    bokslut.plan_id,
    bokslut.indicator_id,
    bokslut.kpi_id,
    bokslut.bokslut_date,
    bokslut.is_estimated,
    today.value as value_today,
    today.verdict as verdict_today
from mart.goal_fulfilment_bokslut as bokslut
inner join mart.goal_fulfilment as today
    on
        bokslut.plan_id = today.plan_id
        and bokslut.indicator_id = today.indicator_id
        and bokslut.year = today.year
where
    bokslut.year = 2022
    and bokslut.verdict_reason = 'not_published_yet'
    and today.value is not null
order by bokslut.plan_id, bokslut.indicator_order
