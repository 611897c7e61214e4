-- Did the status of many of a KPI's values change, but not the values?
-- sv: Ändrades status för många av nyckeltalets värden, men inte värdena?
-- scope: kpi
select
    kpi_id as scope,
    kpi_id,
    min(before) as before,
    count(*) || ' cells, such as ' || min(after) as after
from cell_change
where class = 'status'
group by kpi_id
having count(*) >= 10;
