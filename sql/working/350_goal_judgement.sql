-- Each goal judged in each year, from today and from the year's bokslut.
-- Working relation of mart.goal_verdict and mart.sound_economic_management.
-- One row per plan, basis, goal and year.
--
-- Counted are the indicators that the goal is judged by: a supporting one is shown and never counted. A
-- prioritised goal has no arithmetic rule: people assess it. Any other goal is computed from its parts: a
-- part without an answer leaves the goal without one; all_parts needs every part (some of them: partly_met),
-- any_part needs one.
with judgements as (
    select * from working.judgement
    where role <> 'supporting'
),

goals as (
    select * from plan.goal
),

rules as (
    select * from working.rule_setting
),

assessments as (
    select * from plan.assessment
),

comments as (
    select
        plan_id,
        item_id,
        year,
        text as comment
    from plan.comment
    qualify row_number() over (
        partition by plan_id, item_id, year
        order by period is not null, mart.last_month(period) desc
    ) = 1
),

counted as (
    select
        plan_id,
        basis,
        goal_id,
        year,
        count(*) as n_indicators,
        count(*) filter (where verdict = 'met') as n_met,
        count(*) filter (where verdict = 'partly_met') as n_partly_met,
        count(*) filter (where verdict = 'not_met') as n_not_met,
        count(*) filter (where verdict = 'not_yet_due') as n_not_yet_due,
        count(*) filter (where verdict = 'no_data') as n_no_data,
        count(*) filter (where verdict = 'not_comparable') as n_not_comparable,
        count(*) filter (where verdict = 'not_assessable') as n_not_assessable,
        count(*) filter (where is_at_target_now) as n_at_target_now,
        bool_or(coalesce(is_sensitive, false)) as has_sensitive_part,
        bool_or(coalesce(is_preliminary, false)) as has_preliminary_part,
        bool_or(coalesce(is_provisional, false)) as has_provisional_part,
        bool_or(is_estimated) as is_estimated,
        any_value(verdict_reason order by indicator_order) filter (where verdict = 'no_data')
            as no_data_reason,
        any_value(verdict_reason order by indicator_order) filter (where verdict = 'not_comparable')
            as not_comparable_reason,
        any_value(verdict_reason order by indicator_order) filter (where verdict = 'not_assessable')
            as not_assessable_reason
    from judgements
    group by plan_id, basis, goal_id, year
),

computed as (
    select
        counted.*,
        goals.goal_order,
        goals.section,
        goals.title as goal_title,
        goals.focus_area,
        goals.owner,
        goals.counts_in_majority,
        coalesce(goals.compound_rule, rules.compound) as compound_rule,
        case
            when counted.n_no_data > 0 then 'no_data'
            when counted.n_not_comparable > 0 then 'not_comparable'
            when counted.n_not_assessable > 0 then 'not_assessable'
            when counted.n_not_yet_due > 0 then 'not_yet_due'
            when counted.n_met = counted.n_indicators then 'met'
            when counted.n_met + counted.n_partly_met > 0 then 'partly_met'
            else 'not_met'
        end as verdict_all_parts,
        case
            when counted.n_met > 0 then 'met'
            when counted.n_no_data > 0 then 'no_data'
            when counted.n_not_comparable > 0 then 'not_comparable'
            when counted.n_not_assessable > 0 then 'not_assessable'
            when counted.n_not_yet_due > 0 then 'not_yet_due'
            when counted.n_partly_met > 0 then 'partly_met'
            else 'not_met'
        end as verdict_any_part
    from counted
    inner join goals on counted.plan_id = goals.plan_id and counted.goal_id = goals.goal_id
    inner join rules on counted.plan_id = rules.plan_id
),

ruled as (
    select
        *,
        case
            when section = 'prioritized' then 'assessment_required'
            when compound_rule = 'any_part' then verdict_any_part
            else verdict_all_parts
        end as computed_verdict
    from computed
),

final as (
    select
        ruled.plan_id,
        ruled.basis,
        ruled.goal_id,
        ruled.goal_order,
        ruled.section,
        ruled.goal_title,
        ruled.focus_area,
        ruled.owner,
        ruled.year,
        ruled.counts_in_majority,
        -- People decide where no arithmetic can; where it can, their word stands beside it.
        case
            when ruled.computed_verdict in ('assessment_required', 'not_assessable')
                then coalesce(assessments.verdict, ruled.computed_verdict)
            else ruled.computed_verdict
        end as verdict,
        case
            when ruled.computed_verdict in ('assessment_required', 'not_assessable')
                then
                    case
                        when assessments.verdict is not null then 'assessment'
                        when ruled.computed_verdict = 'not_assessable' then 'computed'
                    end
            else 'computed'
        end as verdict_source,
        ruled.computed_verdict,
        case ruled.computed_verdict
            when 'no_data' then ruled.no_data_reason
            when 'not_comparable' then ruled.not_comparable_reason
            when 'not_assessable' then ruled.not_assessable_reason
        end as verdict_reason,
        case when ruled.section <> 'prioritized' then ruled.compound_rule end as compound_rule,
        case when ruled.section <> 'prioritized' then ruled.verdict_all_parts end as verdict_all_parts,
        case when ruled.section <> 'prioritized' then ruled.verdict_any_part end as verdict_any_part,
        cast(ruled.n_indicators as integer) as n_indicators,
        cast(ruled.n_met as integer) as n_met,
        cast(ruled.n_partly_met as integer) as n_partly_met,
        cast(ruled.n_not_met as integer) as n_not_met,
        cast(ruled.n_not_yet_due as integer) as n_not_yet_due,
        cast(ruled.n_no_data as integer) as n_no_data,
        cast(ruled.n_not_comparable as integer) as n_not_comparable,
        cast(ruled.n_not_assessable as integer) as n_not_assessable,
        cast(ruled.n_at_target_now as integer) as n_at_target_now,
        ruled.n_met / ruled.n_indicators as share_met,
        ruled.has_sensitive_part,
        ruled.has_preliminary_part,
        ruled.has_provisional_part,
        ruled.is_estimated,
        assessments.verdict as assessment_verdict,
        assessments.text as assessment_text,
        assessments.decided_by as assessment_decided_by,
        assessments.decided_at as assessment_decided_at,
        comments.comment
    from ruled
    left join comments
        on
            ruled.plan_id = comments.plan_id
            and ruled.goal_id = comments.item_id
            and ruled.year = comments.year
    left join assessments
        on
            ruled.plan_id = assessments.plan_id
            and ruled.goal_id = assessments.goal_id
            and ruled.year = assessments.year
)

select * from final
