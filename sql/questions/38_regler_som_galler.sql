-- Vilka regler bedöms planen efter?
select
    plan_id,
    rule_name,
    rule_value,
    known_from,
    files_sha256
from plan.rule
where known_to is null
order by plan_id, rule_name
