-- The reference values of a unit's value, from each sight: Riket as received, and means that we compute over the
-- municipalities with a value: all, those of a county, of a group, of a plan's own list. For the KPIs of a region's
-- plan the same over the regions. Working relation of mart.reference_value and of the judgement. One row per sight,
-- KPI, period, gender and reference; a reference without a value has no row.
with plan_kpis as (
    select * from working.plan_kpi
),

cells as (
    select * from working.seen_cell
),

units as (
    select * from core.municipality
),

all_similar_members as (
    select
        'today' as sight_id,
        group_id,
        municipality_id
    from mart.similar_group

    union

    select
        sight_id,
        group_id,
        municipality_id
    from working.seen_similar_member
    where sight_id <> 'today'
),

listed_units as (
    select * from working.listed_unit
),

riket as (
    select
        cells.sight_id,
        cells.kpi_id,
        cells.period,
        cells.gender,
        'riket' as reference,
        'riket' as reference_kind,
        cells.value,
        cast(null as integer) as n
    from cells
    inner join units on cells.municipality_id = units.municipality_id
    where units.is_riket
),

unit_cells as (
    select
        cells.*,
        units.county_code,
        units.municipality_type,
        case when units.municipality_type = 'K' then '' else 'regions:' end as prefix
    from cells
    inner join units on cells.municipality_id = units.municipality_id
    where
        units.municipality_type = 'K'
        or (
            mart.is_region(cells.municipality_id)
            and cells.kpi_id in (
                select plan_kpis.kpi_id from plan_kpis where mart.is_region(plan_kpis.municipality_id)
            )
        )
),

summaries as (
    select
        sight_id,
        kpi_id,
        period,
        gender,
        prefix,
        mart.steady_mean(value) as unweighted_mean,
        -- Quantiles between two values are interpolated, and rounded to remove binary errors.
        round(median(value), 10) as median,
        round(quantile_cont(value, 0.25), 10) as p25,
        round(quantile_cont(value, 0.75), 10) as p75,
        cast(count(*) as integer) as n
    from unit_cells
    group by sight_id, kpi_id, period, gender, prefix
),

all_units as (
    select
        sight_id,
        kpi_id,
        period,
        gender,
        prefix || unnest(['unweighted_mean', 'median', 'p25', 'p75']) as reference,
        unnest(['unweighted_mean', 'median', 'p25', 'p75']) as reference_kind,
        unnest([unweighted_mean, median, p25, p75]) as value,
        n
    from summaries
),

counties as (
    select distinct units.county_code
    from plan_kpis
    inner join units on plan_kpis.municipality_id = units.municipality_id
    where units.municipality_type = 'K' and units.county_code is not null
),

members as (
    select
        unit_cells.*,
        'county:' || counties.county_code as reference,
        'county' as reference_kind
    from unit_cells
    inner join counties on unit_cells.county_code = counties.county_code
    where unit_cells.municipality_type = 'K'

    union all

    select
        unit_cells.*,
        'similar:' || similar_members.group_id as reference,
        'similar' as reference_kind
    from unit_cells
    inner join all_similar_members as similar_members
        on
            unit_cells.sight_id = similar_members.sight_id
            and unit_cells.municipality_id = similar_members.municipality_id
    where unit_cells.municipality_type = 'K'

    union all

    select
        unit_cells.*,
        listed_units.list as reference,
        split_part(listed_units.list, ':', 1) as reference_kind
    from unit_cells
    inner join listed_units
        on
            unit_cells.sight_id = listed_units.sight_id
            and unit_cells.municipality_id = listed_units.municipality_id
),

some_units as (
    select
        sight_id,
        kpi_id,
        period,
        gender,
        reference,
        reference_kind,
        mart.steady_mean(value) as value,
        cast(count(*) as integer) as n
    from members
    group by sight_id, kpi_id, period, gender, reference, reference_kind
),

final as (
    select * from riket
    union all
    select * from all_units
    union all
    select * from some_units
)

select * from final
