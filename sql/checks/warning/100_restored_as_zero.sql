-- Did a suppressed value become zero?
-- sv: Blev ett dolt värde noll?
-- scope: kpi
select
    kpi_id as scope,
    kpi_id,
    unit_id,
    period,
    gender,
    before,
    after
from cell_change
where class = 'restored' and value = 0;
