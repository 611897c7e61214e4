-- Hur låg vi 2022 mot Riket, alla kommuner, länet och liknande kommuner?
select
    plan_id,
    kpi_id,
    reference,
    group_name,
    reference_value,
    reference_n,
    own_value,
    difference,
    is_better
from mart.peer_comparison
where gender = 'T' and period = 2022 and coalesce(is_latest_vintage, true)
order by plan_id, kpi_id, reference
