-- The KPIs that a plan uses: those that it judges by and those that it shows beside a manual figure.
-- Working relation: whatever is computed for every municipality is computed for these KPIs only.
with plans as (
    select * from plan.plan
),

indicators as (
    select * from plan.indicator
),

cross_checks as (
    select * from plan.cross_check_kpi
),

availability as (
    select * from plan.availability
),

used as (
    select
        plan_id,
        kpi_id,
        direction,
        true as is_indicator
    from indicators
    where kpi_id is not null

    union all

    select
        plan_id,
        kpi_id,
        null as direction,
        false as is_indicator
    from cross_checks
),

grouped as (
    select
        plan_id,
        kpi_id,
        min(direction) as direction,
        bool_or(is_indicator) as is_indicator
    from used
    group by plan_id, kpi_id
),

final as (
    select
        grouped.plan_id,
        plans.municipality_id,
        grouped.kpi_id,
        grouped.direction,
        grouped.is_indicator,
        availability.month_day as available_month_day,
        availability.year_offset as available_year_offset,
        availability.basis as availability_basis
    from grouped
    inner join plans on grouped.plan_id = plans.plan_id
    left join availability
        on grouped.plan_id = availability.plan_id and grouped.kpi_id = availability.kpi_id
)

select * from final
