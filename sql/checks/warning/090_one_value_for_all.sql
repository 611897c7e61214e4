-- Does every unit have the same value of a KPI, in every year?
-- sv: Har alla enheter samma värde för ett nyckeltal, alla år?
-- scope: kpi
with new_kpi as (
    select received_kpi.kpi_id
    from received_kpi
    where not received_kpi.is_known and received_kpi.row_count > 0
),

cell as not materialized (
    select
        observation.kpi_id,
        observation.municipality_id,
        observation.value
    from core.observation as observation
    semi join new_kpi on observation.kpi_id = new_kpi.kpi_id
    where observation.value is not null
),

-- Units are counted for these few KPIs only.
even_kpi as (
    select kpi_id
    from cell
    group by kpi_id
    having min(value) = max(value)
)

select
    cell.kpi_id as scope,
    cell.kpi_id,
    count(*) || ' cells' as before,
    'all ' || any_value(cell.value) as after
from cell
semi join even_kpi on cell.kpi_id = even_kpi.kpi_id
group by cell.kpi_id
having count(distinct cell.municipality_id) >= 20;
