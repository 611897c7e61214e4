-- The values that are compared between units, in each sighting. At a bokslut, every unit has the years that can be
-- judged; women and men of other units only if a criterion compares them. Working relation.
-- One row per sighting, KPI, period, gender and unit that has a value.
with plan_kpis as (
    select * from working.plan_kpi
),

observations as (
    select * from core.observation
),

bokslut_cells as (
    select * from working.bokslut_cell
),

gendered_kpis as (
    select distinct kpi_id
    from working.followed_indicator
    where has_gendered_criterion and kpi_id is not null
),

final as (
    select
        'today' as sighting_id,
        kpi_id,
        period,
        gender,
        municipality_id,
        value
    from observations
    where value is not null and kpi_id in (select plan_kpis.kpi_id from plan_kpis)

    union all

    select
        sighting_id,
        kpi_id,
        period,
        gender,
        municipality_id,
        value
    from bokslut_cells
    where
        value is not null
        and is_judged_year
        and (gender = 'T' or kpi_id in (select gendered_kpis.kpi_id from gendered_kpis))
)

select * from final
