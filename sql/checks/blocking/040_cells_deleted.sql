-- Are more of a KPI's known cells deleted than Kolada deletes in a night?
-- sv: Är fler av nyckeltalets kända värden raderade än Kolada brukar radera på en natt?
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
where class = 'deleted';
