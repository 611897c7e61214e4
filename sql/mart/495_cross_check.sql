-- Kolada's closest figures next to the entered figures of a goal: a check, never the value.
-- One row per plan, goal, KPI and year of the plan. Units can differ, so no difference is computed.
with cross_checks as (
    select * from plan.cross_check_kpi
),

judgements as (
    select * from mart.goal_fulfilment
),

observations as (
    select * from core.observation
    where gender = 'T'
),

catalogue as (
    select * from core.kpi
),

final as (
    select
        cross_checks.plan_id,
        cross_checks.goal_id,
        judgements.indicator_id,
        cross_checks.kpi_id,
        catalogue.title as kpi_title,
        judgements.year,
        judgements.value,
        judgements.unit,
        judgements.value_source,
        judgements.verdict,
        observations.value as kolada_value,
        observations.status as kolada_status,
        cross_checks.why,
        mart.received_label() as source_label
    from cross_checks
    inner join judgements
        on cross_checks.plan_id = judgements.plan_id and cross_checks.goal_id = judgements.goal_id
    left join observations
        on
            cross_checks.kpi_id = observations.kpi_id
            and judgements.municipality_id = observations.municipality_id
            and judgements.year = observations.period
    left join catalogue on cross_checks.kpi_id = catalogue.kpi_id
    order by cross_checks.plan_id, judgements.indicator_order, cross_checks.kpi_id, judgements.year
)

select * from final
