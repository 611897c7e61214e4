-- Var i dokumentet står indikatorerna som använder U31462 (sida och rader)?
select distinct
    plan_id,
    indicator_id,
    document_page,
    document_lines,
    indicator_title
from mart.goal_fulfilment
where kpi_id = 'U31462'
order by plan_id, indicator_id
