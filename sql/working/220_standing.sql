-- The place of each unit among the units of its kind with a value, in each sighting and in each direction that a plan
-- gives the KPI: unrounded values, best first, ties share the better place. Municipalities; also regions for the KPIs
-- of a region's plan. Working relation of mart.ranking and the judgement. One row per sighting, KPI, direction, period
-- and unit; KPIs without a direction are not ranked.
with plan_kpis as (
    select * from working.plan_kpi
),

indicators as (
    select * from working.followed_indicator
),

cells as (
    select * from working.seen_cell
    where gender = 'T'
),

units as (
    select * from core.municipality
),

directions as (
    select distinct
        kpi_id,
        direction
    from indicators
    where direction in ('higher', 'lower') and kpi_id is not null
),

placed as (
    select
        cells.sighting_id,
        cells.kpi_id,
        directions.direction,
        cells.period,
        cells.municipality_id,
        units.municipality_name,
        cells.value,
        rank() over best_first as place,
        count(*) over (best_first rows between unbounded preceding and unbounded following) as rank_n
    from cells
    inner join directions on cells.kpi_id = directions.kpi_id
    inner join units on cells.municipality_id = units.municipality_id
    where
        units.municipality_type = 'K'
        or (
            mart.is_region(cells.municipality_id)
            and cells.kpi_id in (
                select plan_kpis.kpi_id from plan_kpis where mart.is_region(plan_kpis.municipality_id)
            )
        )
    window
        best_first as (
            partition by cells.sighting_id, cells.kpi_id, directions.direction, cells.period, units.municipality_type
            order by case when directions.direction = 'lower' then cells.value else -cells.value end
        )
),

quartered as (
    select
        *,
        cast(floor(4 * (place - 1) / rank_n) as integer) + 1 as quartile
    from placed
),

final as (
    select
        sighting_id,
        kpi_id,
        direction,
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
