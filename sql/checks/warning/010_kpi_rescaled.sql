-- Did a KPI's values move together by one factor (a new unit or definition under the old id)?
select
    kpi_id,
    median_ratio
from rescaled_kpi;
