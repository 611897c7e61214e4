-- Every verdict that differs between an earlier and a later moment, with the causes of the changes in between, from the
-- two publications and the recorded changes. Nothing is judged here.
--
--     from mart.verdict_change_between('2024-03-01', '2024-09-01')
create or replace macro mart.verdict_change_between(earlier, later) as table (
    with changes as (
        select
            plan_id,
            level,
            item_id,
            year,
            variant,
            list_distinct(flatten(list(causes))) as causes,
            arg_max(cause, known_from) as cause
        from mart.verdict_change
        where known_from > core.moment(earlier) and known_from <= core.moment(later)
        group by plan_id, level, item_id, year, variant
    ),

    before as (
        select * from mart.verdict_state_as_of(earlier)
    ),

    after as (
        select * from mart.verdict_state_as_of(later)
    )

    select
        after.plan_id,
        after.level,
        after.item_id,
        after.year,
        after.variant,
        before.verdict as verdict_before,
        after.verdict,
        before.verdict_reason as verdict_reason_before,
        after.verdict_reason,
        before.value as value_before,
        after.value,
        before.reference_value as reference_value_before,
        after.reference_value,
        changes.causes,
        changes.cause
    from after
    inner join before
        on
            after.plan_id = before.plan_id
            and after.level = before.level
            and after.item_id = before.item_id
            and after.year = before.year
            and after.variant = before.variant
    left join changes
        on
            after.plan_id = changes.plan_id
            and after.level = changes.level
            and after.item_id = changes.item_id
            and after.year = changes.year
            and after.variant = changes.variant
    where after.verdict <> before.verdict
);
