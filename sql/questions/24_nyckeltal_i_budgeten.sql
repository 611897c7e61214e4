-- Vad är resultat, självfinansiering och soliditet i budgeten per år?
select
    plan_id,
    row_name,
    year,
    value,
    unit,
    document_line
from mart.budget_line
where level = 'key_figure'
order by plan_id, row_name, year
