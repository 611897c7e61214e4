-- Are there values with a count of 0 units?
-- sv: Kommer värden med antalet noll enheter?
-- scope: kpi
with opened as (
    select *
    from cell_version
    where known_from = getvariable('known_from') and known_to is null
),

per_kpi as (
    select
        kpi_id,
        count(value) as values_opened,
        count(*) filter (where value is not null and value_count = 0) as of_nobody
    from opened
    group by kpi_id
    having of_nobody >= 3 and of_nobody > getvariable('max_zero_count_share') * values_opened
)

select
    opened.kpi_id as scope,
    opened.kpi_id,
    opened.unit_id,
    opened.period,
    opened.gender,
    '' as before,
    cast(opened.value as varchar) || ', count 0' as after
from opened
semi join per_kpi on opened.kpi_id = per_kpi.kpi_id
where opened.value is not null and opened.value_count = 0;
