-- Are more of a KPI's known values changed than Kolada revises in a night?
-- sv: Är fler av nyckeltalets kända värden omskrivna än Kolada brukar revidera på en natt?
-- scope: kpi
select
    kpi_id as scope,
    kpi_id,
    unit_id,
    period,
    gender,
    before,
    after,
    if(change_kind = 'rescaled', 'rescaled: the KPI moved as a whole', '') as note
from offending_cell
where class = 'rewritten';
