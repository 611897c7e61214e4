-- The causes of each changed verdict. An indicator is judged again by its criteria, a goal by its indicators and god
-- ekonomisk hushållning by its goals: those that alone give the new verdict, or the smallest sets that do, hand on what
-- they were changed by. A goal's own fields, its rule and what people decided are exchanged like a part. Where today's
-- function gives the new verdict for what was there before, the software changed it. Working relation.
-- One row per plan, level, item, year and variant whose verdict changed.
-- noqa: disable=RF02,RF03
with clock as (
    select * from working.clock
),

changed as (
    select * from working.changed_verdict
),

criteria as (
    select * from working.criterion_cause
),

sides as (
    select * from working.judged_side
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

-- An indicator by its criteria.
criteria_rules as (
    select
        plan_id,
        indicator_id,
        year,
        coalesce(max(case when side = 'before' then criteria_rule end), 'all') as rule_before,
        coalesce(max(case when side = 'after' then criteria_rule end), 'all') as rule_after
    from sides
    group by plan_id, indicator_id, year
),

indicator_items as (
    select
        criteria_rules.plan_id,
        criteria_rules.indicator_id,
        criteria_rules.year,
        criteria_rules.rule_before,
        criteria_rules.rule_after,
        coalesce(
            list(criteria.verdict) filter (where criteria.verdict_before is not distinct from criteria.verdict), []
        ) as kept,
        coalesce(
            list(
                {
                    'name': criteria.criterion,
                    'before': criteria.verdict_before,
                    'after': criteria.verdict,
                    'causes': criteria.causes
                }
            ) filter (where criteria.verdict_before is distinct from criteria.verdict),
            []
        ) as parts,
        len(parts) + case when criteria_rules.rule_before <> criteria_rules.rule_after then 1 else 0 end as n
    from criteria_rules
    inner join criteria
        on
            criteria_rules.plan_id = criteria.plan_id
            and criteria_rules.indicator_id = criteria.indicator_id
            and criteria_rules.year = criteria.year
    group by
        criteria_rules.plan_id,
        criteria_rules.indicator_id,
        criteria_rules.year,
        criteria_rules.rule_before,
        criteria_rules.rule_after
),

indicator_choices as (
    select
        *,
        unnest(list_concat([cast(0 as bigint)], mart.choices(n))) as choice
    from indicator_items
),

indicator_verdicts as (
    select
        *,
        list_concat(
            indicator_choices.kept,
            list_filter(
                list_transform(
                    indicator_choices.parts,
                    lambda part: case
                        when
                            mart.is_chosen(
                                indicator_choices.choice, list_position(indicator_choices.parts, part)
                            )
                            then part.after
                        else part.before
                    end
                ),
                lambda verdict: verdict is not null
            )
        ) as verdicts,
        case
            when
                mart.is_chosen(indicator_choices.choice, len(indicator_choices.parts) + 1)
                then indicator_choices.rule_after
            else indicator_choices.rule_before
        end as criteria_rule,
        list_distinct(
            list_concat(
                flatten(
                    list_transform(
                        list_filter(
                            indicator_choices.parts,
                            lambda part: mart.is_chosen(
                                indicator_choices.choice, list_position(indicator_choices.parts, part)
                            )
                        ),
                        lambda part: part.causes
                    )
                ),
                case
                    when
                        mart.is_chosen(indicator_choices.choice, len(indicator_choices.parts) + 1)
                        then ['indicator_edited']
                    else []
                end
            )
        ) as causes
    from indicator_choices
),

indicator_given as (
    select
        plan_id,
        'indicator' as level,
        indicator_id as item_id,
        year,
        '' as variant,
        choice,
        causes,
        case when criteria_rule = 'any' then mart.any_of(verdicts) else mart.all_of(verdicts) end as verdict
    from indicator_verdicts
),

indicator_smallest as (
    select given.*
    from indicator_given as given
    inner join changed
        on
            given.plan_id = changed.plan_id
            and given.item_id = changed.item_id
            and given.year = changed.year
            and given.level = changed.level
            and given.verdict = changed.verdict
    qualify bit_count(given.choice) = min(bit_count(given.choice)) over (
        partition by given.plan_id, given.item_id, given.year
    )
),

indicator_causes as (
    select
        changed.plan_id,
        changed.item_id,
        changed.year,
        mart.in_order_of_causes(
            case
                when bool_or(given.choice = 0) then ['software_changed']
                else coalesce(flatten(list(given.causes)), [])
            end
        ) as causes
    from changed
    left join indicator_smallest as given
        on
            changed.plan_id = given.plan_id
            and changed.item_id = given.item_id
            and changed.year = given.year
    where changed.level = 'indicator'
    group by changed.plan_id, changed.item_id, changed.year
),

-- A goal by the indicators that it is judged by.
changed_goals as (
    select * from changed
    where level = 'goal'
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
    inner join changed_goals
        on
            versions.plan_id = changed_goals.plan_id
            and versions.goal_id = changed_goals.item_id
            and versions.year = changed_goals.year
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
    inner join changed_goals
        on
            versions.plan_id = changed_goals.plan_id
            and versions.goal_id = changed_goals.item_id
            and versions.year = changed_goals.year
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

goal_items as (
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
            and counted.indicator_id = indicator_causes.item_id
            and counted.year = indicator_causes.year
    group by goal_fields.plan_id, goal_fields.goal_id, goal_fields.year
),

goal_choices as (
    select
        *,
        unnest(list_concat([cast(0 as bigint)], mart.choices(len(parts) + len(fields)))) as choice
    from goal_items
),

goal_chosen as (
    select
        *,
        list_filter(
            goal_choices.fields,
            lambda field: mart.is_chosen(
                goal_choices.choice, len(goal_choices.parts) + list_position(goal_choices.fields, field)
            )
        ) as chosen_fields,
        list_concat(
            goal_choices.kept,
            list_filter(
                list_transform(
                    goal_choices.parts,
                    lambda part: case
                        when
                            mart.is_chosen(goal_choices.choice, list_position(goal_choices.parts, part))
                            then part.after
                        else part.before
                    end
                ),
                lambda verdict: verdict is not null
            )
        ) as verdicts,
        flatten(
            list_transform(
                list_filter(
                    goal_choices.parts,
                    lambda part: mart.is_chosen(
                        goal_choices.choice, list_position(goal_choices.parts, part)
                    )
                ),
                lambda part: part.causes
            )
        ) as part_causes
    from goal_choices
),

goal_given as (
    select
        goal_chosen.plan_id,
        goal_chosen.goal_id,
        goal_chosen.year,
        goal_chosen.choice,
        list_concat(goal_chosen.part_causes, goal_chosen.chosen_fields) as causes,
        mart.decided_verdict(
            mart.computed_verdict(
                goal_chosen.verdicts,
                case
                    when list_contains(goal_chosen.chosen_fields, 'target_edited') then now.section else was.section
                end,
                case
                    when
                        list_has_any(goal_chosen.chosen_fields, ['target_edited', 'rule_changed'])
                        then now.compound_rule
                    else was.compound_rule
                end
            ),
            case
                when list_contains(goal_chosen.chosen_fields, 'manual_figure_edited') then now.assessment_verdict
                else was.assessment_verdict
            end
        ) as verdict
    from goal_chosen
),

goal_smallest as (
    select given.*
    from goal_given as given
    inner join changed_goals
        on
            given.plan_id = changed_goals.plan_id
            and given.goal_id = changed_goals.item_id
            and given.year = changed_goals.year
            and given.verdict = changed_goals.verdict
    qualify bit_count(given.choice) = min(bit_count(given.choice)) over (
        partition by given.plan_id, given.goal_id, given.year
    )
),

goal_causes as (
    select
        changed_goals.plan_id,
        changed_goals.item_id,
        changed_goals.year,
        mart.in_order_of_causes(
            case
                when bool_or(given.choice = 0) then ['software_changed']
                else coalesce(flatten(list(given.causes)), [])
            end
        ) as causes
    from changed_goals
    left join goal_smallest as given
        on
            changed_goals.plan_id = given.plan_id
            and changed_goals.item_id = given.goal_id
            and changed_goals.year = given.year
    group by changed_goals.plan_id, changed_goals.item_id, changed_goals.year
),

-- God ekonomisk hushållning by the goals that count.
changed_managements as (
    select * from changed
    where level = 'sound_economic_management'
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
            select (changed_managements.plan_id, changed_managements.year) from changed_managements
        )
    group by versions.plan_id, versions.goal_id, versions.year
),

management_items as (
    select
        changed_managements.plan_id,
        changed_managements.year,
        changed_managements.variant,
        changed_managements.verdict,
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
    from changed_managements
    inner join counting
        on changed_managements.plan_id = counting.plan_id and changed_managements.year = counting.year
    left join goal_causes
        on
            counting.plan_id = goal_causes.plan_id
            and counting.goal_id = goal_causes.item_id
            and counting.year = goal_causes.year
    group by
        changed_managements.plan_id,
        changed_managements.year,
        changed_managements.variant,
        changed_managements.verdict
),

management_choices as (
    select
        *,
        unnest(list_concat([cast(0 as bigint)], mart.choices(len(parts)))) as choice
    from management_items
),

management_chosen as (
    select
        *,
        list_concat(
            management_choices.kept,
            list_filter(
                list_transform(
                    management_choices.parts,
                    lambda part: case
                        when
                            mart.is_chosen(
                                management_choices.choice,
                                list_position(management_choices.parts, part)
                            )
                            then part.after
                        else part.before
                    end
                ),
                lambda goal: goal is not null
            )
        ) as goals,
        flatten(
            list_transform(
                list_filter(
                    management_choices.parts,
                    lambda part: mart.is_chosen(
                        management_choices.choice, list_position(management_choices.parts, part)
                    )
                ),
                lambda part: part.causes
            )
        ) as causes
    from management_choices
),

management_given as (
    select *
    from management_chosen
    where
        management_chosen.verdict = mart.majority_verdict(
            management_chosen.variant,
            list_transform(
                list_filter(management_chosen.goals, lambda goal: goal.section = 'financial'),
                lambda goal: goal.verdict
            ),
            list_transform(
                list_filter(management_chosen.goals, lambda goal: goal.section = 'operational'),
                lambda goal: goal.verdict
            )
        )
    qualify
        bit_count(management_chosen.choice)
        = min(bit_count(management_chosen.choice))
            over (partition by management_chosen.plan_id, management_chosen.year, management_chosen.variant)
),

management_causes as (
    select
        changed_managements.plan_id,
        changed_managements.item_id,
        changed_managements.year,
        changed_managements.variant,
        mart.in_order_of_causes(
            case
                when bool_or(given.choice = 0) then ['software_changed']
                else coalesce(flatten(list(given.causes)), [])
            end
        ) as causes
    from changed_managements
    left join management_given as given
        on
            changed_managements.plan_id = given.plan_id
            and changed_managements.year = given.year
            and changed_managements.variant = given.variant
    group by
        changed_managements.plan_id, changed_managements.item_id, changed_managements.year, changed_managements.variant
),

final as (
    select
        plan_id,
        'indicator' as level,
        item_id,
        year,
        '' as variant,
        causes
    from indicator_causes

    union all

    select
        plan_id,
        'goal' as level,
        item_id,
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
