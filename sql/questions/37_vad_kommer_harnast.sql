-- Vad publiceras härnäst, vad är försenat och vad kan ännu ändras?
select
    plan_id,
    kpi_id,
    kpi_title,
    publication_state,
    next_period,
    prel_publication_date,
    publication_date,
    next_date,
    latest_own_period
from mart.publication_calendar
where publication_state in ('late', 'due', 'preliminary', 'scheduled')
order by coalesce(prel_publication_date, publication_date), plan_id, kpi_id
