-- Did a KPI's values change together (a new unit or definition under the old id)?
-- sv: Flyttade sig nyckeltalets värden tillsammans (ny enhet eller definition under samma id)?
-- scope: kpi
select
    kpi_id as scope,
    kpi_id,
    'times ' || round(median_ratio, 4) as after
from rescaled_kpi;
