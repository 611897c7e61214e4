-- Vilka bedömningar vilar på ett jämförelsevärde med få kommuner, eller utan Riket?
select
    plan_id,
    indicator_id,
    year,
    reference_kind,
    reference_value,
    reference_n,
    is_reference_weak,
    verdict,
    verdict_reason
from mart.goal_fulfilment
where is_reference_weak or verdict_reason = 'riket_missing'
order by plan_id, indicator_order, year
