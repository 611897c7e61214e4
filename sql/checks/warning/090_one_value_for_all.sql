-- Does every unit have the same value of a KPI, in every year?
-- sv: Har alla enheter samma värde för ett nyckeltal, alla år?
-- scope: kpi
with new_kpi as (
    select received_kpi.kpi_id
    from received_kpi
    where not received_kpi.is_known and received_kpi.row_count > 0
)

select
    observation.kpi_id as scope,
    observation.kpi_id,
    count(*) || ' cells' as before,
    'all ' || any_value(observation.value) as after
from core.observation as observation
semi join new_kpi on observation.kpi_id = new_kpi.kpi_id
where observation.value is not null
group by observation.kpi_id
having min(observation.value) = max(observation.value) and count(distinct observation.municipality_id) >= 20;
