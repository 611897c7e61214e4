-- The verdicts that this publication changed, each with its causes. They are found by judging the old inputs again with
-- some of them exchanged (working.exchanged, working.verdict_cause). If no exchange gives the new verdict, the software
-- is the cause.
-- reports: working.changed_verdict
create table mart.verdict_change (
    run_id varchar,
    known_from timestamp,
    plan_id varchar,
    level varchar,
    item_id varchar,
    year integer,
    variant varchar,
    verdict_before varchar,
    verdict varchar,
    verdict_reason_before varchar,
    verdict_reason varchar,
    value_before double,
    value double,
    reference_value_before double,
    reference_value double,
    causes varchar[],
    cause varchar
);

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
