-- Vilka bedömningar såg annorlunda ut vid årets bokslut än i dag?
select
    bokslut.plan_id,
    bokslut.indicator_id,
    bokslut.year,
    bokslut.bokslut_date,
    bokslut.verdict as verdict_at_bokslut,
    bokslut.verdict_reason as reason_at_bokslut,
    today.verdict as verdict_today,
    today.verdict_reason as reason_today,
    bokslut.is_estimated
from mart.goal_fulfilment_bokslut as bokslut
inner join mart.goal_fulfilment as today
    on
        bokslut.plan_id = today.plan_id
        and bokslut.indicator_id = today.indicator_id
        and bokslut.year = today.year
where bokslut.verdict <> today.verdict
order by bokslut.plan_id, bokslut.year, bokslut.indicator_order
