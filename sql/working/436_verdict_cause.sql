-- The causes of every changed verdict, of indicators, goals and god ekonomisk hushållning.
-- Working relation of mart.verdict_change.
-- One row per plan, level, item, year and variant whose verdict changed.
with indicator_causes as (
    select * from working.indicator_cause
),

goal_causes as (
    select * from working.goal_cause
),

management_causes as (
    select * from working.management_cause
),

final as (
    select
        plan_id,
        'indicator' as level,
        indicator_id as item_id,
        year,
        '' as variant,
        causes
    from indicator_causes

    union all

    select
        plan_id,
        'goal' as level,
        goal_id as item_id,
        year,
        '' as variant,
        causes
    from goal_causes

    union all

    select
        plan_id,
        'sound_economic_management' as level,
        item_id,
        year,
        variant,
        causes
    from management_causes
)

select * from final
