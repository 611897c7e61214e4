-- The causes of each changed verdict on god ekonomisk hushållning: it is judged again by the goals that count. The
-- causes of a goal with a changed verdict are its causes. Working relation of the causes.
-- One row per plan, year and variant whose verdict changed.
-- noqa: disable=RF02,RF03
with clock as (
    select * from working.clock
),

changed as (
    select * from working.changed_verdict
    where level = 'sound_economic_management'
),

goal_causes as (
    select * from working.goal_cause
),

goal_versions as (
    select * from mart.goal_verdict_version
),

counting as (
    select
        versions.plan_id,
        versions.goal_id,
        versions.year,
        max(
            case
                when
                    versions.published_from < clock.published_at
                    and coalesce(versions.published_to >= clock.published_at, true)
                    and versions.counts_in_majority then { 'section': versions.section, 'verdict': versions.verdict }
            end
        ) as was,
        max(
            case
                when versions.published_to is null and versions.counts_in_majority
                    then { 'section': versions.section, 'verdict': versions.verdict }
            end
        ) as now
    from goal_versions as versions
    cross join clock
    where
        versions.section in ('financial', 'operational')
        and (versions.plan_id, versions.year) in (
            select (changed.plan_id, changed.year) from changed
        )
    group by versions.plan_id, versions.goal_id, versions.year
),

items as (
    select
        changed.plan_id,
        changed.year,
        changed.variant,
        changed.verdict,
        coalesce(list(counting.now) filter (where counting.was is not distinct from counting.now), []) as kept,
        coalesce(
            list(
                {
                    'name': counting.goal_id,
                    'before': counting.was,
                    'after': counting.now,
                    'causes': case
                        when
                            counting.was.verdict is distinct from counting.now.verdict
                            and goal_causes.causes is not null
                            then goal_causes.causes
                        else ['target_edited']
                    end
                }
            ) filter (where counting.was is distinct from counting.now),
            []
        ) as parts
    from changed
    inner join counting
        on changed.plan_id = counting.plan_id and changed.year = counting.year
    left join goal_causes
        on
            counting.plan_id = goal_causes.plan_id
            and counting.goal_id = goal_causes.goal_id
            and counting.year = goal_causes.year
    group by
        changed.plan_id,
        changed.year,
        changed.variant,
        changed.verdict
),

choices as (
    select
        *,
        unnest(list_concat([cast(0 as bigint)], mart.choices(len(parts)))) as choice
    from items
),

chosen as (
    select
        *,
        mart.with_chosen(kept, parts, choice) as goals
    from choices
),

smallest as (
    select
        plan_id,
        year,
        variant,
        choice,
        mart.causes_of_chosen(parts, choice) as causes
    from chosen
    where
        verdict = mart.majority_verdict(
            variant,
            list_transform(
                list_filter(goals, lambda goal: goal.section = 'financial'), lambda goal: goal.verdict
            ),
            list_transform(
                list_filter(goals, lambda goal: goal.section = 'operational'), lambda goal: goal.verdict
            )
        )
    qualify bit_count(choice) = min(bit_count(choice)) over (partition by plan_id, year, variant)
),

final as (
    select
        changed.plan_id,
        changed.item_id,
        changed.year,
        changed.variant,
        mart.causes_of_smallest(list(smallest.choice), list(smallest.causes)) as causes
    from changed
    left join smallest
        on
            changed.plan_id = smallest.plan_id
            and changed.year = smallest.year
            and changed.variant = smallest.variant
    group by changed.plan_id, changed.item_id, changed.year, changed.variant
)

select * from final
