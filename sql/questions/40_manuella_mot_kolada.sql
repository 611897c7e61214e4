-- Hur ligger de finansiella målens utfall mot budgeten och Koladas närmaste nyckeltal?
select
    judged.plan_id,
    judged.indicator_id,
    judged.year,
    judged.value,
    judged.verdict,
    judged.verdict_reason,
    judged.forecast_value,
    cross_check.kpi_id as cross_check_kpi_id,
    cell.value as cross_check_value,
    cross_check.why
from mart.goal_fulfilment as judged
left join plan.cross_check_kpi as cross_check
    on judged.plan_id = cross_check.plan_id and judged.goal_id = cross_check.goal_id
left join core.observation as cell
    on
        cross_check.kpi_id = cell.kpi_id
        and judged.municipality_id = cell.municipality_id
        and judged.year = cell.period
        and cell.gender = 'T'
where judged.role = 'financial'
order by judged.plan_id, judged.indicator_order, judged.year, cross_check.kpi_id
