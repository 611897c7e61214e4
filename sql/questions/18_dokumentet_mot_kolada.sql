-- Stämmer dokumentets utfall med Kolada i dag?
select
    plan_id,
    indicator_id,
    kpi_id,
    year,
    document_value,
    kolada_value,
    difference,
    result
from mart.reconciliation
order by result, plan_id, indicator_id, year
