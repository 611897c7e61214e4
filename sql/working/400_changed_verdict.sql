-- The verdicts that differ between the last publication and this one, each with the columns that a change of verdict
-- shows. Working relation. One row per plan, level, item, year and variant.
with clock as (
    select * from working.clock
),

versions as (
    select * from mart.verdict_state_version
),

before as (
    select versions.*
    from versions
    inner join clock on versions.published_to = clock.published_at
),

after as (
    select versions.*
    from versions
    inner join clock on versions.published_from = clock.published_at
),

final as (
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
        after.reference_value
    from after
    inner join before
        on
            after.plan_id = before.plan_id
            and after.level = before.level
            and after.item_id = before.item_id
            and after.year = before.year
            and after.variant = before.variant
    where after.verdict is distinct from before.verdict
)

select * from final
