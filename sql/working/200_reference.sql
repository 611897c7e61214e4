-- The reference values of a unit's value, in each sighting: Riket as received, and means that we compute over the
-- municipalities with a value: all; and, for the KPIs of the plans that are compared with them, those of a county, of a
-- group, of a plan's own list. For the KPIs of a region's plan the same over the regions. Working relation of
-- mart.reference_value and of the judgement. One row per sighting, KPI, period, gender and reference; a reference
-- without a value has no row.
with plan_kpis as (
    select * from working.plan_kpi
),

seen_kpis as (
    select
        plan_id,
        sight_id,
        sighting_id,
        kpi_id,
        municipality_id
    from working.seen_kpi
),

cells as (
    select * from working.seen_cell
),

units as (
    select * from core.municipality
),

all_similar_members as (
    select
        plan_id,
        'today' as sight_id,
        group_id,
        municipality_id
    from mart.similar_group

    union all

    select
        plan_id,
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
        cells.sighting_id,
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
        mart.summand(cells.value) as summand,
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
        sighting_id,
        kpi_id,
        period,
        gender,
        prefix,
        mart.steady_mean(value, summand) as unweighted_mean,
        quantile_cont(value, [0.5, 0.25, 0.75]) as quantiles,
        cast(count(*) as integer) as n
    from unit_cells
    group by sighting_id, kpi_id, period, gender, prefix
),

-- Quantiles between two values are interpolated, and rounded to remove binary errors.
all_units as (
    select
        sighting_id,
        kpi_id,
        period,
        gender,
        prefix || unnest(['unweighted_mean', 'median', 'p25', 'p75']) as reference,
        unnest(['unweighted_mean', 'median', 'p25', 'p75']) as reference_kind,
        unnest(
            [
                unweighted_mean,
                round(quantiles[1], 10),
                round(quantiles[2], 10),
                round(quantiles[3], 10)
            ]
        ) as value,
        n
    from summaries
),

own_counties as (
    select distinct
        seen_kpis.sighting_id,
        seen_kpis.kpi_id,
        units.county_code
    from seen_kpis
    inner join units on seen_kpis.municipality_id = units.municipality_id
    where units.municipality_type = 'K'
),

-- The units of each county, group and list, for the KPIs of the plans that are compared with them.
members as (
    select
        own_counties.sighting_id,
        own_counties.kpi_id,
        'county:' || own_counties.county_code as reference,
        units.municipality_id
    from own_counties
    inner join units on own_counties.county_code = units.county_code
    where units.municipality_type = 'K'

    union all

    select distinct
        seen_kpis.sighting_id,
        seen_kpis.kpi_id,
        'similar:' || similar_members.group_id as reference,
        units.municipality_id
    from seen_kpis
    inner join all_similar_members as similar_members
        on seen_kpis.plan_id = similar_members.plan_id and seen_kpis.sight_id = similar_members.sight_id
    inner join units on similar_members.municipality_id = units.municipality_id
    where units.municipality_type = 'K'

    union all

    select distinct
        seen_kpis.sighting_id,
        seen_kpis.kpi_id,
        listed_units.list as reference,
        listed_units.municipality_id
    from seen_kpis
    inner join listed_units on seen_kpis.plan_id = listed_units.plan_id and seen_kpis.sight_id = listed_units.sight_id
),

some_units as (
    select
        members.sighting_id,
        members.kpi_id,
        unit_cells.period,
        unit_cells.gender,
        members.reference,
        split_part(members.reference, ':', 1) as reference_kind,
        mart.steady_mean(unit_cells.value, unit_cells.summand) as value,
        cast(count(*) as integer) as n
    from members
    inner join unit_cells
        on
            members.sighting_id = unit_cells.sighting_id
            and members.kpi_id = unit_cells.kpi_id
            and members.municipality_id = unit_cells.municipality_id
    group by
        members.sighting_id,
        members.kpi_id,
        unit_cells.period,
        unit_cells.gender,
        members.reference
),

final as (
    select * from riket
    union all
    select * from all_units
    union all
    select * from some_units
)

select * from final
