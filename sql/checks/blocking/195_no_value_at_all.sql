-- Did the source report rows of several KPIs that were never read before, but no value in the whole run?
-- sv: Kom det inte ett enda värde, fast flera nyckeltal lästes för första gången och har rader?
-- scope: kpi
with new_kpi as (
    select received_kpi.kpi_id
    from received_kpi
    where not received_kpi.is_known and received_kpi.row_count > 0
),

known_kpi as (
    select received_kpi.kpi_id
    from received_kpi
    where received_kpi.is_known and received_kpi.row_count > 0
),

counted as (
    select
        kpi_id,
        count(*) as row_count,
        count(distinct unit_id) as unit_count,
        count(value) as value_count
    from cell_version
    where known_from = getvariable('known_from') and kpi_id in (select new_kpi.kpi_id from new_kpi)
    group by kpi_id
)

-- Of fewer KPIs, or of fewer units, rows without values may be right.
select
    kpi_id as scope,
    kpi_id,
    '' as before,
    row_count || ' rows of ' || unit_count || ' units without a value' as after
from counted
where not exists (from known_kpi)
qualify count_if(unit_count >= 3) over () >= 3 and sum(value_count) over () = 0;
