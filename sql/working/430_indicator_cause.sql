-- The causes of each indicator's changed verdict: it is judged again by its criteria, and the causes of the criteria
-- that alone give the new verdict, or of the smallest sets that do, are its causes. Working relation of the causes.
-- One row per plan, indicator and year whose verdict changed.
-- noqa: disable=RF02,RF03
with changed as (
    select * from working.changed_verdict
    where level = 'indicator'
),

criteria as (
    select * from working.criterion_cause
),

sides as (
    select * from working.judged_side
),

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

items as (
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

choices as (
    select
        *,
        unnest(list_concat([cast(0 as bigint)], mart.choices(n))) as choice
    from items
),

chosen as (
    select
        *,
        mart.with_chosen(kept, parts, choice) as verdicts,
        mart.is_chosen(choice, len(parts) + 1) as is_rule_chosen
    from choices
),

given as (
    select
        plan_id,
        indicator_id,
        year,
        choice,
        list_concat(
            mart.causes_of_chosen(parts, choice), case when is_rule_chosen then ['indicator_edited'] else [] end
        ) as causes,
        case
            when case when is_rule_chosen then rule_after else rule_before end = 'any' then mart.any_of(verdicts)
            else mart.all_of(verdicts)
        end as verdict
    from chosen
),

smallest as (
    select given.*
    from given
    inner join changed
        on
            given.plan_id = changed.plan_id
            and given.indicator_id = changed.item_id
            and given.year = changed.year
            and given.verdict = changed.verdict
    qualify bit_count(given.choice) = min(bit_count(given.choice)) over (
        partition by given.plan_id, given.indicator_id, given.year
    )
),

final as (
    select
        changed.plan_id,
        changed.item_id as indicator_id,
        changed.year,
        mart.causes_of_smallest(list(smallest.choice), list(smallest.causes)) as causes
    from changed
    left join smallest
        on
            changed.plan_id = smallest.plan_id
            and changed.item_id = smallest.indicator_id
            and changed.year = smallest.year
    group by changed.plan_id, changed.item_id, changed.year
)

select * from final
