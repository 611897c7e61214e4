-- Vad vilar bedömningen av P1.5 2023 på, från värdet till målets rad i dokumentet?
select
    judged.plan_id,
    judged.indicator_id,
    judged.value,
    judged.source_label,
    judged.known_from,
    cell.run_id,
    cell.request_id,
    judged.operator,
    judged.target_value,
    judged.target_text,
    target.document_lines as target_document_lines,
    judged.document_page,
    judged.compared_at_decimals,
    judged.verdict,
    judged.margin
from mart.goal_fulfilment as judged
left join plan.target as target
    on
        judged.plan_id = target.plan_id
        and judged.indicator_id = target.indicator_id
        and judged.target_year = target.year
left join core.observation as cell
    on
        judged.kpi_id = cell.kpi_id
        and judged.municipality_id = cell.municipality_id
        and judged.value_year = cell.period
        and cell.gender = 'T'
where judged.indicator_id = 'P1.5' and judged.year = 2023
