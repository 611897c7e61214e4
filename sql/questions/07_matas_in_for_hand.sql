-- Vilka indikatorer måste matas in för hand, och varifrån kommer uppgiften?
select
    indicator.plan_id,
    indicator.indicator_id,
    indicator.title,
    indicator.source,
    note.text as manual_source
from plan.indicator as indicator
left join plan.note as note
    on
        indicator.plan_id = note.plan_id
        and indicator.indicator_id = note.indicator_id
        and note.code = 'manual_source'
where indicator.kpi_id is null
order by indicator.plan_id, indicator.indicator_order
