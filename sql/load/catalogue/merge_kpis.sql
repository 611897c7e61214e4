-- The whole catalogue was read: a KPI with a changed entry gets a new version, a missing one a withdrawn version.

create or replace temp table changed_kpi as
with incoming as (
    select
        *,
        false as is_withdrawn,
        cast(nullif(regexp_extract(trim(title), '\(- ?(\d{4})\)$', 1), '') as integer) as closed_after_year
    from staged_kpi
),

known as (
    select * exclude (run_id, known_from)
    from core.kpi
),

new_or_changed as (
    select * from incoming
    except
    select * from known
),

gone as (
    select * replace (true as is_withdrawn)
    from known
    where not is_withdrawn and kpi_id not in (select staged_kpi.kpi_id from staged_kpi)
)

select * from new_or_changed
union all
select * from gone;

update core.kpi_version
set known_to = getvariable('known_from')
where known_to is null and kpi_id in (select kpi_id from changed_kpi);

insert into core.kpi_version by name
select
    *,
    getvariable('run_id') as run_id,
    getvariable('known_from') as known_from,
    cast(null as timestamp) as known_to
from changed_kpi;
