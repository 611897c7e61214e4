-- Vilka datakvalitetsanmärkningar är allvarliga?
select
    plan_id,
    indicator_id,
    kpi_id,
    year,
    code,
    text,
    found_by
from mart.data_issue
where severity = 'high'
order by plan_id, code, indicator_id, kpi_id
