-- Have a KPI's suppressed values suddenly become zero?
-- sv: Har nyckeltalets dolda värden plötsligt blivit noll?
-- scope: kpi
with per_kpi as (
    select
        kpi_id,
        count(*) as restored_cells,
        count(*) filter (where value = 0) as zero_cells
    from cell_change
    where class = 'restored'
    group by kpi_id
)

select
    cell_change.kpi_id as scope,
    cell_change.kpi_id,
    cell_change.unit_id,
    cell_change.period,
    cell_change.gender,
    cell_change.before,
    cell_change.after
from cell_change
inner join per_kpi on cell_change.kpi_id = per_kpi.kpi_id
where
    cell_change.class = 'restored'
    and cell_change.value = 0
    and per_kpi.zero_cells >= 10
    and per_kpi.zero_cells * 2 >= per_kpi.restored_cells;
