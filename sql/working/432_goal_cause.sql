-- The causes of each goal's changed verdict: it is judged again by the indicators that count, by its own fields and
-- rule and by its assessment. The causes of a changed indicator are causes of the goal. Working relation of the causes.
-- One row per plan, goal and year whose verdict changed.
-- noqa: disable=RF02,RF03
with clock as (
    select * from working.clock
),

changed as (
    select * from working.changed_verdict
    where level = 'goal'
),

indicator_causes as (
    select * from working.indicator_cause
),

goal_rows as (
    select * from plan.goal_version
),

indicator_versions as (
    select * from mart.goal_fulfilment_version
),

goal_versions as (
    select * from mart.goal_verdict_version
),

counted_indicators as (
    select
        versions.plan_id,
        versions.goal_id,
        versions.indicator_id,
        versions.year,
        max(
            case
                when
                    versions.published_from < clock.published_at
                    and coalesce(versions.published_to >= clock.published_at, true)
                    then versions.verdict
            end
        ) as verdict_before,
        max(case when versions.published_to is null then versions.verdict end) as verdict
    from indicator_versions as versions
    cross join clock
    inner join changed
        on
            versions.plan_id = changed.plan_id
            and versions.goal_id = changed.item_id
            and versions.year = changed.year
    where versions.role <> 'supporting'
    group by versions.plan_id, versions.goal_id, versions.indicator_id, versions.year
),

goal_sides as (
    select
        versions.plan_id,
        versions.goal_id,
        versions.year,
        case when versions.published_to is null then 'after' else 'before' end as side,
        versions.section,
        coalesce(versions.compound_rule, 'all_parts') as compound_rule,
        versions.assessment_verdict,
        goal_rows.section as own_section,
        goal_rows.compound_rule as own_compound_rule
    from goal_versions as versions
    cross join clock
    inner join changed
        on
            versions.plan_id = changed.plan_id
            and versions.goal_id = changed.item_id
            and versions.year = changed.year
    left join goal_rows
        on
            versions.plan_id = goal_rows.plan_id
            and versions.goal_id = goal_rows.goal_id
            and case
                when versions.published_to is null then goal_rows.known_to is null
                else
                    clock.published_at > goal_rows.known_from
                    and coalesce(clock.published_at <= goal_rows.known_to, true)
            end
    where versions.published_to is null or versions.published_to = clock.published_at
),

goal_fields as (
    select
        before.plan_id,
        before.goal_id,
        before.year,
        before as was,
        after as now,
        list_filter(
            [
                case
                    when
                        before.own_section is distinct from after.own_section
                        or before.own_compound_rule is distinct from after.own_compound_rule
                        then 'target_edited'
                end,
                case
                    when
                        before.compound_rule <> after.compound_rule
                        and before.own_compound_rule is not distinct from after.own_compound_rule
                        then 'rule_changed'
                end,
                case
                    when before.assessment_verdict is distinct from after.assessment_verdict
                        then 'manual_figure_edited'
                end
            ],
            lambda cause: cause is not null
        ) as fields
    from goal_sides as before
    inner join goal_sides as after
        on before.plan_id = after.plan_id and before.goal_id = after.goal_id and before.year = after.year
    where before.side = 'before' and after.side = 'after'
),

items as (
    select
        goal_fields.plan_id,
        goal_fields.goal_id,
        goal_fields.year,
        any_value(goal_fields.was) as was,
        any_value(goal_fields.now) as now,
        any_value(goal_fields.fields) as fields,
        coalesce(
            list(counted.verdict) filter (where counted.verdict_before is not distinct from counted.verdict), []
        ) as kept,
        coalesce(
            list(
                {
                    'name': counted.indicator_id,
                    'before': counted.verdict_before,
                    'after': counted.verdict,
                    'causes': case
                        when counted.verdict_before is null or counted.verdict is null then ['indicator_edited']
                        else coalesce(indicator_causes.causes, [])
                    end
                }
            ) filter (where counted.verdict_before is distinct from counted.verdict),
            []
        ) as parts
    from goal_fields
    inner join counted_indicators as counted
        on
            goal_fields.plan_id = counted.plan_id
            and goal_fields.goal_id = counted.goal_id
            and goal_fields.year = counted.year
    left join indicator_causes
        on
            counted.plan_id = indicator_causes.plan_id
            and counted.indicator_id = indicator_causes.indicator_id
            and counted.year = indicator_causes.year
    group by goal_fields.plan_id, goal_fields.goal_id, goal_fields.year
),

choices as (
    select
        *,
        unnest(list_concat([cast(0 as bigint)], mart.choices(len(parts) + len(fields)))) as choice
    from items
),

chosen as (
    select
        *,
        list_filter(
            fields, lambda field: mart.is_chosen(choice, len(parts) + list_position(fields, field))
        ) as chosen_fields
    from choices
),

given as (
    select
        plan_id,
        goal_id,
        year,
        choice,
        list_concat(mart.causes_of_chosen(parts, choice), chosen_fields) as causes,
        mart.decided_verdict(
            mart.computed_verdict(
                mart.with_chosen(kept, parts, choice),
                case when list_contains(chosen_fields, 'target_edited') then now.section else was.section end,
                case
                    when list_has_any(chosen_fields, ['target_edited', 'rule_changed']) then now.compound_rule
                    else was.compound_rule
                end
            ),
            case
                when list_contains(chosen_fields, 'manual_figure_edited') then now.assessment_verdict
                else was.assessment_verdict
            end
        ) as verdict
    from chosen
),

smallest as (
    select given.*
    from given
    inner join changed
        on
            given.plan_id = changed.plan_id
            and given.goal_id = changed.item_id
            and given.year = changed.year
            and given.verdict = changed.verdict
    qualify bit_count(given.choice) = min(bit_count(given.choice)) over (
        partition by given.plan_id, given.goal_id, given.year
    )
),

final as (
    select
        changed.plan_id,
        changed.item_id as goal_id,
        changed.year,
        mart.causes_of_smallest(list(smallest.choice), list(smallest.causes)) as causes
    from changed
    left join smallest
        on
            changed.plan_id = smallest.plan_id
            and changed.item_id = smallest.goal_id
            and changed.year = smallest.year
    group by changed.plan_id, changed.item_id, changed.year
)

select * from final
