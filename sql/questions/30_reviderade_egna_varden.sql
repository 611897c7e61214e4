-- Vilka av kommunens egna värden har Kolada ändrat sedan vi först läste dem?
select
    kpi_id,
    municipality_name,
    period,
    gender,
    change_kind,
    old_value,
    new_value,
    difference,
    old_known_from,
    known_from
from mart.revision
where is_plan_municipality and change_kind not in ('precision', 'rounding')
order by known_from desc, kpi_id, period, gender
