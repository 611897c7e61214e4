-- The verdicts that this publication changed, each with its cause: what differs, of all that the verdict rests on.
-- A state that did not change has no changed verdict: the states that the publication closed and opened are compared.
with clock as (
    select * from working.clock
),

before as (
    select verdict_state_version.*
    from mart.verdict_state_version
    inner join clock on verdict_state_version.published_to = clock.published_at
),

after as (
    select verdict_state_version.*
    from mart.verdict_state_version
    inner join clock on verdict_state_version.published_from = clock.published_at
),

-- The rows as they were, judged by today's function: where that alone gives the new verdict, the software changed it.
-- Rows from before criteria of every kind have no gender; they say above or below a reference by the kind.
inputs_before as (  -- noqa: ST03
    select
        judgement_input_version.* replace (
            coalesce(judgement_input_version.gender, 'T') as gender,
            case
                when judgement_input_version.target_kind in ('above_reference', 'below_reference') then 'reference'
                else judgement_input_version.target_kind
            end as target_kind,
            case
                when judgement_input_version.gender is null and judgement_input_version.target_reference = 'similar'
                    then 'similar:' || judgement_input_version.similar_group_id
                else judgement_input_version.named_reference
            end as named_reference,
            case
                when judgement_input_version.gender is null and judgement_input_version.target_reference = 'similar'
                    then judgement_input_version.similar_value
                else judgement_input_version.named_value
            end as named_value,
            coalesce(judgement_input_version.has_any_own_row, judgement_input_version.has_own_row)
                as has_any_own_row,
            coalesce(
                judgement_input_version.has_any_own_value,
                judgement_input_version.value_women is not null or judgement_input_version.value_men is not null
            ) as has_any_own_value
        ),
        clock.today as judged_on
    from mart.judgement_input_version
    inner join clock on judgement_input_version.published_from < clock.published_at
    where
        judgement_input_version.basis = 'today'
        and (
            judgement_input_version.published_to is null
            or judgement_input_version.published_to = clock.published_at
        )
),

-- Where an indicator has one criterion, of one gender, its verdict is that of the row.
judged_before as (
    select *
    from mart.judged('inputs_before')
    qualify count(*) over (partition by plan_id, indicator_id, year) = 1
),

compared as (
    select
        after.plan_id,
        after.level,
        after.item_id,
        after.goal_id,
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
        list_filter(
            case
                when judged_before.verdict = after.verdict then ['software_changed']
                else
                    [
                        case when before.target_text is distinct from after.target_text then 'target_edited' end,
                        case when before.rules_text is distinct from after.rules_text then 'rule_changed' end,
                        case
                            when before.manual_figure is distinct from after.manual_figure
                                then 'manual_figure_edited'
                        end,
                        case
                            when after.level = 'indicator' and before.value is null and after.value is not null
                                then 'new_year'
                        end,
                        case
                            when after.level = 'indicator' and before.value is not null and after.value is null
                                then 'own_value_suppressed'
                        end,
                        case
                            when after.level = 'indicator' and before.value <> after.value
                                then 'own_value_revised'
                        end,
                        case when before.members_hash is distinct from after.members_hash then 'group_changed' end,
                        case
                            when
                                before.reference_value is distinct from after.reference_value
                                or before.reference_kind is distinct from after.reference_kind
                                then 'reference_revised'
                        end,
                        case when not before.is_kpi_withdrawn and after.is_kpi_withdrawn then 'kpi_withdrawn' end,
                        case
                            when before.kpi_definition_hash is distinct from after.kpi_definition_hash
                                then 'kpi_redefined'
                        end
                    ]
            end,
            lambda cause: cause is not null  -- noqa: RF02
        ) as own_causes
    from after
    inner join before
        on
            after.plan_id = before.plan_id
            and after.level = before.level
            and after.item_id = before.item_id
            and after.year = before.year
            and after.variant = before.variant
    left join judged_before
        on
            after.level = 'indicator'
            and after.plan_id = judged_before.plan_id
            and after.item_id = judged_before.indicator_id
            and after.year = judged_before.year
    where after.verdict is distinct from before.verdict
),

-- A goal changes because its indicators do, and god ekonomisk hushållning because its goals do.
inherited as (
    select
        changed.plan_id,
        changed.level,
        changed.item_id,
        changed.year,
        changed.variant,
        list_distinct(flatten(list(part.own_causes))) as part_causes
    from compared as changed
    inner join compared as part
        on
            changed.plan_id = part.plan_id
            and changed.year = part.year
            and part.level = 'indicator'
            and (changed.level = 'sound_economic_management' or changed.item_id = part.goal_id)
    where changed.level <> 'indicator'
    group by changed.plan_id, changed.level, changed.item_id, changed.year, changed.variant
),

-- The first cause in this order is the cause; all of them are kept.
cause_order as (
    select
        [
            'target_edited',
            'rule_changed',
            'manual_figure_edited',
            'new_year',
            'own_value_suppressed',
            'own_value_revised',
            'group_changed',
            'reference_revised',
            'kpi_withdrawn',
            'kpi_redefined',
            'software_changed'
        ] as names
),

final as (
    select
        compared.* exclude (own_causes, goal_id),  -- noqa: RF02
        list_filter(
            cause_order.names,
            lambda name: list_contains(compared.own_causes, name)  -- noqa: RF02
            or coalesce(list_contains(inherited.part_causes, name), false)  -- noqa: RF02
        ) as causes
    from compared
    cross join cause_order
    left join inherited
        on
            compared.plan_id = inherited.plan_id
            and compared.level = inherited.level
            and compared.item_id = inherited.item_id
            and compared.year = inherited.year
            and compared.variant = inherited.variant
)

select
    clock.run_id,
    clock.published_at as known_from,
    final.*,
    coalesce(final.causes[1], 'software_changed') as cause
from final
cross join clock
