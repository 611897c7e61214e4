-- God ekonomisk hushållning: is a majority of the financial goals and of the operational goals met? One row
-- per plan, year and variant: each_group requires a majority of either group, together a majority of all goals.
-- The denominators are the goals that the council decided and never shrink: a goal without a verdict (no_data,
-- not_comparable, not_assessable, not_yet_due) is unknown, a partly met goal is not met. If the unknown goals could
-- still decide, the verdict is undetermined (mart.majority_verdict). The bokslut columns have the verdict at the year's
-- bokslut.
with goal_judgements as (
    select * from working.goal_judgement
    where counts_in_majority and section in ('financial', 'operational')
),

plans as (
    select * from plan.plan
),

rules as (
    select * from working.rule_setting
),

counted as (
    select
        plan_id,
        basis,
        year,
        coalesce(list(verdict) filter (where section = 'financial'), []) as financial_verdicts,
        coalesce(list(verdict) filter (where section = 'operational'), []) as operational_verdicts,
        count(*) filter (where section = 'financial') as financial_n,
        count(*) filter (where section = 'financial' and verdict = 'met') as financial_met,
        count(*) filter (where section = 'financial' and verdict in ('not_met', 'partly_met'))
            as financial_not_met,
        count(*) filter (where section = 'operational') as operational_n,
        count(*) filter (where section = 'operational' and verdict = 'met') as operational_met,
        count(*) filter (where section = 'operational' and verdict in ('not_met', 'partly_met'))
            as operational_not_met,
        bool_or(is_estimated) as is_estimated
    from goal_judgements
    group by plan_id, basis, year
),

needed as (
    select
        *,
        financial_n - financial_met - financial_not_met as financial_unknown,
        operational_n - operational_met - operational_not_met as operational_unknown,
        mart.majority_of(financial_n) as financial_needed,
        mart.majority_of(operational_n) as operational_needed,
        mart.majority_of(financial_n + operational_n) as together_needed
    from counted
),

judged as (
    select
        needed.*,
        variants.variant,
        mart.majority_verdict(variants.variant, needed.financial_verdicts, needed.operational_verdicts) as verdict
    from needed
    cross join (values ('each_group'), ('together')) as variants (variant)
),

final as (
    select
        today.plan_id,
        today.year,
        today.variant,
        today.variant = rules.majority as is_ruling_variant,
        today.year between plans.first_budget_year and plans.last_budget_year as is_official,
        today.year < plans.first_budget_year as is_retrospective,
        today.verdict,
        today.verdict = 'undetermined' as is_still_possible,
        cast(today.financial_n as integer) as financial_n,
        cast(today.financial_met as integer) as financial_met,
        cast(today.financial_not_met as integer) as financial_not_met,
        cast(today.financial_unknown as integer) as financial_unknown,
        case when today.variant = 'each_group' then today.financial_needed end as financial_needed,
        cast(today.operational_n as integer) as operational_n,
        cast(today.operational_met as integer) as operational_met,
        cast(today.operational_not_met as integer) as operational_not_met,
        cast(today.operational_unknown as integer) as operational_unknown,
        case when today.variant = 'each_group' then today.operational_needed end as operational_needed,
        case when today.variant = 'together' then today.together_needed end as together_needed,
        bokslut.verdict as bokslut_verdict,
        cast(bokslut.financial_met as integer) as bokslut_financial_met,
        cast(bokslut.financial_unknown as integer) as bokslut_financial_unknown,
        cast(bokslut.operational_met as integer) as bokslut_operational_met,
        cast(bokslut.operational_unknown as integer) as bokslut_operational_unknown,
        bokslut.is_estimated as is_bokslut_estimated
    from judged as today
    inner join plans on today.plan_id = plans.plan_id
    inner join rules on today.plan_id = rules.plan_id
    left join judged as bokslut
        on
            today.plan_id = bokslut.plan_id
            and today.year = bokslut.year
            and today.variant = bokslut.variant
            and bokslut.basis = 'bokslut'
    where today.basis = 'today'
)

select * from final
order by plan_id, year, variant
