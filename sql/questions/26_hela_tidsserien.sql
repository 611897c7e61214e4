-- Hur ser hela tidsserien ut för en indikator (P4.3), med källa per punkt?
select
    plan_id,
    year,
    gender,
    value,
    value_source,
    source_label,
    is_first_after_break
from mart.indicator_history
where indicator_id = 'P4.3'
order by plan_id, year, gender
