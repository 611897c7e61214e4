-- Are more of a KPI's known cells absent than Kolada removes in a night?
-- sv: Saknas fler av nyckeltalets kända värden än Kolada brukar ta bort på en natt?
-- scope: kpi
select
    kpi_id as scope,
    kpi_id,
    unit_id,
    period,
    gender,
    before,
    after,
    '' as note
from offending_cell
where class = 'vanished';
