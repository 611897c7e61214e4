-- The criteria and outcomes of KPIs that more than one plan uses. One row per KPI, plan, indicator, criterion and year.
with outcomes as (
    select * from mart.criterion_outcome
    where kpi_id is not null
),

plans as (
    select * from plan.plan
),

units as (
    select * from core.municipality
),

shared as (
    select kpi_id
    from outcomes
    group by kpi_id
    having count(distinct plan_id) > 1
),

final as (
    select
        outcomes.kpi_id,
        outcomes.plan_id,
        plans.municipality_id,
        units.municipality_name,
        plans.title as plan_title,
        outcomes.indicator_id,
        outcomes.indicator_title,
        outcomes.criterion,
        outcomes.year,
        outcomes.unit,
        outcomes.direction,
        outcomes.target_kind,
        outcomes.operator,
        outcomes.target_value,
        outcomes.target_high,
        outcomes.target_text,
        outcomes.gender,
        outcomes.value,
        outcomes.compared_with,
        outcomes.margin,
        outcomes.margin_unit,
        outcomes.verdict,
        outcomes.verdict_reason,
        outcomes.source_label
    from outcomes
    inner join shared on outcomes.kpi_id = shared.kpi_id
    inner join plans on outcomes.plan_id = plans.plan_id
    left join units on plans.municipality_id = units.municipality_id
)

select * from final
order by kpi_id, year, plan_id, indicator_id, criterion
