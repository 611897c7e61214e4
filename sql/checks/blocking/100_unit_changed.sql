-- Were more of a unit's known values lost or changed than Kolada changes for one unit in a night?
-- sv: Förlorade en enhet, eller fick den andra, fler av sina kända värden än Kolada brukar ändra på en natt?
-- scope: unit
select
    other_change.unit_id as scope,
    other_change.kpi_id,
    other_change.unit_id,
    other_change.period,
    other_change.gender,
    other_change.before,
    other_change.after
from other_change
semi join offending_unit on other_change.unit_id = offending_unit.unit_id;
