-- Each plan's rules for reading its criteria, from plan.rule: one row per plan, one column per rule.
-- Working relation: every judgement reads its rules from here.
with rules as (
    select * from plan.rule
),

plans as (
    select * from plan.plan
),

pivoted as (
    select
        rules.plan_id,
        max(case when rules.rule_name = 'national_average' then rules.rule_value end) as national_average,
        max(case when rules.rule_name = 'reference_min_n' then cast(rules.rule_value as integer) end)
            as reference_min_n,
        max(case when rules.rule_name = 'fixed_target_precision' then rules.rule_value end)
            as fixed_target_precision,
        max(case when rules.rule_name = 'average_precision' then rules.rule_value end) as average_precision,
        max(case when rules.rule_name = 'compound' then rules.rule_value end) as compound,
        max(case when rules.rule_name = 'partly_met_by' then rules.rule_value end) as partly_met_by,
        max(case when rules.rule_name = 'majority' then rules.rule_value end) as majority,
        max(case when rules.rule_name = 'bokslut' then rules.rule_value end) as bokslut,
        max(case when rules.rule_name = 'latest_measurement' then rules.rule_value end) as latest_measurement
    from rules
    group by rules.plan_id
),

final as (
    select
        plans.plan_id,
        coalesce(pivoted.national_average, 'riket_else_unweighted') as national_average,
        coalesce(pivoted.reference_min_n, case when mart.is_region(plans.municipality_id) then 10 else 100 end)
            as reference_min_n,
        coalesce(pivoted.fixed_target_precision, 'exact') as fixed_target_precision,
        coalesce(pivoted.average_precision, 'exact') as average_precision,
        coalesce(pivoted.compound, 'all_parts') as compound,
        coalesce(pivoted.partly_met_by, 'none') as partly_met_by,
        coalesce(pivoted.majority, 'each_group') as majority,
        coalesce(pivoted.bokslut, 'history_else_availability') as bokslut,
        coalesce(pivoted.latest_measurement, 'false') = 'true' as has_latest_measurement,
        -- The last complete year when the budget was decided, in the autumn before its first year.
        plans.first_budget_year - 2 as baseline_year
    from plans
    left join pivoted on plans.plan_id = pivoted.plan_id
)

select * from final
