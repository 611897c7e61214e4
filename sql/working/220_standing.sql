-- The place of each municipality of type K among those with a value, from each sight: unrounded values, best
-- first by the KPI's direction, ties share the better place. Working relation of mart.ranking and the
-- judgement. One row per sight, KPI, period and municipality; KPIs without a direction are not ranked.
with plan_kpis as (
    select * from working.plan_kpi
),

observations as (
    select * from core.observation
),

bokslut_cells as (
    select * from working.bokslut_cell
),

units as (
    select * from core.municipality
),

directions as (
    select
        kpi_id,
        min(direction) as direction
    from plan_kpis
    where direction is not null
    group by kpi_id
),

cells as (
    select
        'today' as sight_id,
        kpi_id,
        period,
        municipality_id,
        value
    from observations
    where gender = 'T' and value is not null

    union all

    select
        bokslut_cells.sight_id,
        bokslut_cells.kpi_id,
        bokslut_cells.period,
        bokslut_cells.municipality_id,
        bokslut_cells.value
    from bokslut_cells
    where
        bokslut_cells.gender = 'T'
        and bokslut_cells.value is not null
        and bokslut_cells.is_judged_year
),

placed as (
    select
        cells.sight_id,
        cells.kpi_id,
        cells.period,
        cells.municipality_id,
        units.municipality_name,
        cells.value,
        rank() over (
            partition by cells.sight_id, cells.kpi_id, cells.period
            order by case when directions.direction = 'lower' then cells.value else -cells.value end
        ) as place,
        count(*) over (partition by cells.sight_id, cells.kpi_id, cells.period) as rank_n
    from cells
    inner join directions on cells.kpi_id = directions.kpi_id
    inner join units on cells.municipality_id = units.municipality_id
    where units.municipality_type = 'K'
),

quartered as (
    select
        *,
        cast(floor(4 * (place - 1) / rank_n) as integer) + 1 as quartile
    from placed
),

final as (
    select
        sight_id,
        kpi_id,
        period,
        municipality_id,
        municipality_name,
        value,
        cast(place as integer) as rank,
        cast(rank_n as integer) as rank_n,
        quartile,
        case quartile when 1 then 'green' when 4 then 'red' else 'yellow' end as colour
    from quartered
)

select * from final
