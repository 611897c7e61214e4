-- Each goal judged in each year, from today and from the year's bokslut.
-- Working relation of mart.goal_verdict and mart.sound_economic_management.
-- One row per plan, basis, goal and year.
--
-- Only the indicators that the goal is judged by are counted: a supporting one is shown and never counted. A
-- prioritised goal has no arithmetic rule: people assess it. The verdict of any other goal is computed by
-- mart.computed_verdict.
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
        list(verdict) as verdicts,
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
        mart.all_parts(counted.verdicts) as verdict_all_parts,
        mart.any_part(counted.verdicts) as verdict_any_part,
        mart.computed_verdict(counted.verdicts, goals.section, coalesce(goals.compound_rule, rules.compound))
            as computed_verdict
    from counted
    inner join goals on counted.plan_id = goals.plan_id and counted.goal_id = goals.goal_id
    inner join rules on counted.plan_id = rules.plan_id
),

final as (
    select
        computed.plan_id,
        computed.basis,
        computed.goal_id,
        computed.goal_order,
        computed.section,
        computed.goal_title,
        computed.focus_area,
        computed.owner,
        computed.year,
        computed.counts_in_majority,
        -- The assessment decides if there is no computed verdict; otherwise it is shown next to it.
        mart.decided_verdict(computed.computed_verdict, assessments.verdict) as verdict,
        case
            when computed.computed_verdict in ('assessment_required', 'not_assessable')
                then
                    case
                        when assessments.verdict is not null then 'assessment'
                        when computed.computed_verdict = 'not_assessable' then 'computed'
                    end
            else 'computed'
        end as verdict_source,
        computed.computed_verdict,
        case computed.computed_verdict
            when 'no_data' then computed.no_data_reason
            when 'not_comparable' then computed.not_comparable_reason
            when 'not_assessable' then computed.not_assessable_reason
        end as verdict_reason,
        case when computed.section <> 'prioritized' then computed.compound_rule end as compound_rule,
        case when computed.section <> 'prioritized' then computed.verdict_all_parts end as verdict_all_parts,
        case when computed.section <> 'prioritized' then computed.verdict_any_part end as verdict_any_part,
        cast(computed.n_indicators as integer) as n_indicators,
        cast(computed.n_met as integer) as n_met,
        cast(computed.n_partly_met as integer) as n_partly_met,
        cast(computed.n_not_met as integer) as n_not_met,
        cast(computed.n_not_yet_due as integer) as n_not_yet_due,
        cast(computed.n_no_data as integer) as n_no_data,
        cast(computed.n_not_comparable as integer) as n_not_comparable,
        cast(computed.n_not_assessable as integer) as n_not_assessable,
        cast(computed.n_at_target_now as integer) as n_at_target_now,
        computed.n_met / computed.n_indicators as share_met,
        computed.has_sensitive_part,
        computed.has_preliminary_part,
        computed.has_provisional_part,
        computed.is_estimated,
        assessments.verdict as assessment_verdict,
        assessments.text as assessment_text,
        assessments.decided_by as assessment_decided_by,
        assessments.decided_at as assessment_decided_at,
        comments.comment
    from computed
    left join comments
        on
            computed.plan_id = comments.plan_id
            and computed.goal_id = comments.item_id
            and computed.year = comments.year
    left join assessments
        on
            computed.plan_id = assessments.plan_id
            and computed.goal_id = assessments.goal_id
            and computed.year = assessments.year
)

select * from final
