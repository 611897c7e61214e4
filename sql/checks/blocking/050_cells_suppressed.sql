-- Are more of a KPI's known values null than Kolada suppresses in a night?
-- sv: Är fler av nyckeltalets kända värden dolda än Kolada brukar dölja på en natt?
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
where class = 'suppressed';
