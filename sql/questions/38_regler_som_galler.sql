-- Vilka regler bedöms planen efter?
select
    plan_id,
    rule_name,
    rule_value,
    known_from
from plan.rule
order by plan_id, rule_name
