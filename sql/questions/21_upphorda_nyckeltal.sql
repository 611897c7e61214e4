-- Vilka nyckeltal har upphört, och vad säger planen om vad som kommer i stället?
select
    plan_id,
    kpi_id,
    kpi_title,
    lifecycle,
    closed_after_year,
    related_kpi_ids,
    note
from mart.publication_calendar
where lifecycle <> 'active'
order by lifecycle, plan_id, kpi_id
