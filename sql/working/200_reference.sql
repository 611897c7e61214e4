-- What a municipality's value is compared with, from each sight: Riket as received, and what we compute over
-- the municipalities of type K that have a value. Working relation of mart.reference_value and of the
-- judgement. One row per sight, KPI, period, gender and reference; a reference without a value has no row.
with plan_kpis as (
    select * from working.plan_kpi
),

plans as (
    select * from plan.plan
),

observations as (
    select * from core.observation
),

bokslut_cells as (
    select * from working.bokslut_cell
),

all_similar_members as (
    select
        'today' as sight_id,
        group_id,
        municipality_id
    from mart.similar_group

    union all

    select
        sight_id,
        group_id,
        municipality_id
    from working.seen_similar_member
    where sight_id <> 'today'
),

units as (
    select * from core.municipality
),

cells as (
    select
        'today' as sight_id,
        observations.kpi_id,
        observations.period,
        observations.gender,
        observations.municipality_id,
        observations.value
    from observations
    where
        observations.value is not null
        and observations.kpi_id in (select plan_kpis.kpi_id from plan_kpis)

    union all

    -- Of a bokslut, every unit is held for the years that may be judged: other years are the own
    -- municipality's.
    select
        bokslut_cells.sight_id,
        bokslut_cells.kpi_id,
        bokslut_cells.period,
        bokslut_cells.gender,
        bokslut_cells.municipality_id,
        bokslut_cells.value
    from bokslut_cells
    where
        bokslut_cells.value is not null
        and bokslut_cells.gender = 'T'
        and bokslut_cells.is_judged_year
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

municipal_cells as (
    select
        cells.*,
        units.county_code
    from cells
    inner join units on cells.municipality_id = units.municipality_id
    where units.municipality_type = 'K'
),

summaries as (
    select
        sight_id,
        kpi_id,
        period,
        gender,
        mart.steady_mean(value) as unweighted_mean,
        -- Between two values they are interpolated: rounded, so that no binary noise is left.
        round(median(value), 10) as median,
        round(quantile_cont(value, 0.25), 10) as p25,
        round(quantile_cont(value, 0.75), 10) as p75,
        cast(count(*) as integer) as n
    from municipal_cells
    group by sight_id, kpi_id, period, gender
),

all_municipalities as (
    select
        sight_id,
        kpi_id,
        period,
        gender,
        unnest(['unweighted_mean', 'median', 'p25', 'p75']) as reference,
        unnest(['unweighted_mean', 'median', 'p25', 'p75']) as reference_kind,
        unnest([unweighted_mean, median, p25, p75]) as value,
        n
    from summaries
),

counties as (
    select distinct units.county_code
    from plans
    inner join units on plans.municipality_id = units.municipality_id
    where units.county_code is not null
),

county as (
    select
        municipal_cells.sight_id,
        municipal_cells.kpi_id,
        municipal_cells.period,
        municipal_cells.gender,
        'county:' || counties.county_code as reference,
        'county' as reference_kind,
        mart.steady_mean(municipal_cells.value) as value,
        cast(count(*) as integer) as n
    from municipal_cells
    inner join counties on municipal_cells.county_code = counties.county_code
    group by
        municipal_cells.sight_id,
        municipal_cells.kpi_id,
        municipal_cells.period,
        municipal_cells.gender,
        counties.county_code
),

similar_members as (
    select distinct
        sight_id,
        group_id,
        municipality_id
    from all_similar_members
),

similar_municipalities as (
    select
        municipal_cells.sight_id,
        municipal_cells.kpi_id,
        municipal_cells.period,
        municipal_cells.gender,
        'similar:' || similar_members.group_id as reference,
        'similar' as reference_kind,
        mart.steady_mean(municipal_cells.value) as value,
        cast(count(*) as integer) as n
    from municipal_cells
    inner join similar_members
        on
            municipal_cells.sight_id = similar_members.sight_id
            and municipal_cells.municipality_id = similar_members.municipality_id
    group by
        municipal_cells.sight_id,
        municipal_cells.kpi_id,
        municipal_cells.period,
        municipal_cells.gender,
        similar_members.group_id
),

final as (
    select * from riket
    union all
    select * from all_municipalities
    union all
    select * from county
    union all
    select * from similar_municipalities
)

select * from final
