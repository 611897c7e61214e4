-- The verdicts that this publication changed, each with its causes. They are found by judging the old inputs again with
-- some of them exchanged (working.exchanged, working.verdict_cause). If no exchange gives the new verdict, the software
-- is the cause.
-- reports: working.changed_verdict
with clock as (
    select * from working.clock
),

changed as (
    select * from working.changed_verdict
),

found as (
    select * from working.verdict_cause
),

final as (
    select
        clock.run_id,
        clock.published_at as known_from,
        changed.*,
        case when coalesce(len(found.causes), 0) = 0 then ['software_changed'] else found.causes end as causes
    from changed
    cross join clock
    left join found
        on
            changed.plan_id = found.plan_id
            and changed.level = found.level
            and changed.item_id = found.item_id
            and changed.year = found.year
            and changed.variant = found.variant
)

select
    *,
    causes[1] as cause
from final
