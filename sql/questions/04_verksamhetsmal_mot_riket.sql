-- Vilka verksamhetsmål är över riksgenomsnittet, och med hur mycket?
select
    plan_id,
    indicator_id,
    kpi_id,
    year,
    value,
    reference_kind,
    reference_value,
    reference_n,
    margin,
    verdict
from mart.goal_fulfilment
where role = 'operational' and verdict in ('met', 'not_met')
order by plan_id, year, margin
