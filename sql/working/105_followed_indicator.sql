-- Every indicator with defaults for what the plan leaves empty: its decimals (0 if every received value of the KPI is a
-- whole number, or, without a KPI, every figure and target of the plan; otherwise 1), and its owner (that of its goal).
-- Working relation. One row per plan and indicator.
with indicators as (
    select * from plan.indicator
),

goals as (
    select * from plan.goal
),

plans as (
    select * from plan.plan
),

targets as (
    select * from plan.target
),

whole_kpis as (
    select
        kpi_id,
        bool_and(value = trunc(value)) as is_whole
    from core.observation
    where value is not null and kpi_id in (select indicators.kpi_id from indicators)
    group by kpi_id
),

plans_numbers as (
    select
        plan_id,
        indicator_id,
        unnest([value, comparison_value]) as number
    from plan.outcome_manual

    union all by name

    select
        plan_id,
        indicator_id,
        value as number
    from plan.outcome_document

    union all by name

    select
        plan_id,
        indicator_id,
        unnest([target_value, target_high]) as number
    from targets
),

whole_figures as (
    select
        plan_id,
        indicator_id,
        bool_and(number = trunc(number)) as is_whole
    from plans_numbers
    where number is not null
    group by plan_id, indicator_id
),

gendered as (
    select distinct
        plan_id,
        indicator_id
    from targets
    where kind = 'gender_gap' or gender <> 'T'
),

final as (
    select
        indicators.* replace (
            coalesce(
                indicators.display_decimals,
                case
                    when indicators.kpi_id is null and whole_figures.is_whole then 0
                    when indicators.kpi_id is not null and whole_kpis.is_whole then 0
                    else 1
                end
            ) as display_decimals,
            coalesce(indicators.owner, goals.owner) as owner
        ),
        plans.municipality_id,
        mart.is_region(plans.municipality_id) as is_region,
        gendered.indicator_id is not null as has_gendered_criterion
    from indicators
    inner join plans on indicators.plan_id = plans.plan_id
    inner join goals on indicators.plan_id = goals.plan_id and indicators.goal_id = goals.goal_id
    left join whole_kpis on indicators.kpi_id = whole_kpis.kpi_id
    left join whole_figures
        on
            indicators.plan_id = whole_figures.plan_id
            and indicators.indicator_id = whole_figures.indicator_id
    left join gendered
        on indicators.plan_id = gendered.plan_id and indicators.indicator_id = gendered.indicator_id
)

select * from final
