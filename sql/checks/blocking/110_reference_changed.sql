-- Were more values of the units that a plan compares with lost or changed than Kolada changes in a night?
-- sv: Förlorade enheterna som en plan jämför med, eller fick de andra, fler värden än vad som ändras på en natt?
-- scope: reference
select
    offending_reference.plan_id || '/' || offending_reference.reference_name as scope,
    other_change.kpi_id,
    other_change.unit_id,
    other_change.period,
    other_change.gender,
    other_change.before,
    other_change.after
from offending_reference
inner join plan_reference_unit as reference
    on
        offending_reference.plan_id = reference.plan_id
        and offending_reference.reference_name = reference.reference_name
inner join plan_kpi_use on offending_reference.plan_id = plan_kpi_use.plan_id
inner join other_change on reference.unit_id = other_change.unit_id and plan_kpi_use.kpi_id = other_change.kpi_id
anti join offending_unit on other_change.unit_id = offending_unit.unit_id;
