-- Was a value of a plan's own unit, or Riket's, lost or rewritten?
-- sv: Försvann eller ändrades ett värde för en plans egen enhet eller för Riket?
-- scope: unit
with used as (
    select distinct
        plan_unit_use.unit_id,
        plan_kpi_use.kpi_id
    from plan_unit_use
    inner join plan_kpi_use on plan_unit_use.plan_id = plan_kpi_use.plan_id
)

select
    counted_change.unit_id as scope,
    counted_change.kpi_id,
    counted_change.unit_id,
    counted_change.period,
    counted_change.gender,
    counted_change.before,
    counted_change.after
from counted_change
semi join used on counted_change.unit_id = used.unit_id and counted_change.kpi_id = used.kpi_id
anti join offending_kpi on counted_change.kpi_id = offending_kpi.kpi_id and counted_change.class = offending_kpi.class
anti join offending_unit on counted_change.unit_id = offending_unit.unit_id;
