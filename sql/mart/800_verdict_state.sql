-- Every verdict with its inputs, small enough to be compared between two publications: the inputs that differ are the
-- possible causes of a changed verdict. One row per plan, level, item, year and variant (variant is '' except for god
-- ekonomisk hushållning).
--   level    indicator | goal | sound_economic_management
--   item_id  the indicator, the goal, or the plan itself
with judgements as (
    select * from mart.goal_fulfilment
),

goal_verdicts as (
    select * from mart.goal_verdict
),

managements as (
    select * from mart.sound_economic_management
),

rules as (
    select * from plan.rule
),

similar_groups as (
    select * from mart.similar_group
),

catalogue as (
    select * from core.kpi
),

observations as (
    select * from core.observation
    where gender = 'T'
),

rules_texts as (
    select
        plan_id,
        string_agg(rule_name || '=' || rule_value, '; ' order by rule_name) as rules_text
    from rules
    group by plan_id
),

members as (
    select
        plan_id,
        group_id,
        md5(string_agg(municipality_id, ',' order by municipality_id)) as members_hash
    from similar_groups
    group by plan_id, group_id
),

definitions as (
    select
        kpi_id,
        md5(title || chr(10) || description) as kpi_definition_hash
    from catalogue
),

indicator_states as (
    select
        judgements.plan_id,
        'indicator' as level,
        judgements.indicator_id as item_id,
        judgements.goal_id,
        judgements.kpi_id,
        judgements.year,
        '' as variant,
        judgements.verdict,
        judgements.verdict_reason,
        judgements.value,
        judgements.value_year,
        judgements.value_source,
        observations.status,
        judgements.reference_kind,
        judgements.reference_value,
        judgements.reference_n,
        members.members_hash,
        concat_ws(
            ' ',
            judgements.target_kind,
            cast(judgements.target_year as varchar),
            judgements.operator,
            cast(judgements.target_value as varchar),
            cast(judgements.target_high as varchar),
            cast(judgements.target_offset as varchar),
            judgements.offset_unit,
            cast(judgements.base_year as varchar),
            judgements.rank_scope,
            judgements.target_gender,
            cast(judgements.tolerance as varchar),
            judgements.tolerance_unit,
            judgements.target_text,
            judgements.direction,
            judgements.unit
        ) as target_text,
        rules_texts.rules_text,
        case
            when
                judgements.value_source = 'manual'
                or judgements.target_kind = 'other_value'
                then concat_ws(
                    ' ', cast(judgements.value as varchar), cast(judgements.reference_value as varchar)
                )
        end as manual_figure,
        definitions.kpi_definition_hash,
        judgements.is_kpi_withdrawn
    from judgements
    inner join rules_texts on judgements.plan_id = rules_texts.plan_id
    left join members
        on
            judgements.plan_id = members.plan_id
            and judgements.reference_kind = 'similar:' || members.group_id
    left join definitions on judgements.kpi_id = definitions.kpi_id
    left join observations
        on
            judgements.kpi_id = observations.kpi_id
            and judgements.municipality_id = observations.municipality_id
            and judgements.year = observations.period
),

goal_states as (
    select
        goal_verdicts.plan_id,
        'goal' as level,
        goal_verdicts.goal_id as item_id,
        goal_verdicts.goal_id,
        cast(null as varchar) as kpi_id,
        goal_verdicts.year,
        '' as variant,
        goal_verdicts.verdict,
        goal_verdicts.verdict_reason,
        goal_verdicts.share_met as value,
        goal_verdicts.year as value_year,
        goal_verdicts.verdict_source as value_source,
        cast(null as varchar) as status,
        cast(null as varchar) as reference_kind,
        cast(null as double) as reference_value,
        cast(null as integer) as reference_n,
        cast(null as varchar) as members_hash,
        concat_ws(' ', goal_verdicts.section, goal_verdicts.compound_rule, goal_verdicts.goal_title)
            as target_text,
        rules_texts.rules_text,
        concat_ws(' ', goal_verdicts.assessment_verdict, goal_verdicts.assessment_text) as manual_figure,
        cast(null as varchar) as kpi_definition_hash,
        false as is_kpi_withdrawn
    from goal_verdicts
    inner join rules_texts on goal_verdicts.plan_id = rules_texts.plan_id
),

management_states as (
    select
        managements.plan_id,
        'sound_economic_management' as level,
        managements.plan_id as item_id,
        cast(null as varchar) as goal_id,
        cast(null as varchar) as kpi_id,
        managements.year,
        managements.variant,
        managements.verdict,
        cast(null as varchar) as verdict_reason,
        managements.financial_met + managements.operational_met as value,
        managements.year as value_year,
        'computed' as value_source,
        cast(null as varchar) as status,
        cast(null as varchar) as reference_kind,
        cast(null as double) as reference_value,
        cast(null as integer) as reference_n,
        cast(null as varchar) as members_hash,
        concat_ws(
            ' ', cast(managements.financial_n as varchar), cast(managements.operational_n as varchar)
        ) as target_text,
        rules_texts.rules_text,
        cast(null as varchar) as manual_figure,
        cast(null as varchar) as kpi_definition_hash,
        false as is_kpi_withdrawn
    from managements
    inner join rules_texts on managements.plan_id = rules_texts.plan_id
),

final as (
    select * from indicator_states
    union all
    select * from goal_states
    union all
    select * from management_states
)

select * from final
