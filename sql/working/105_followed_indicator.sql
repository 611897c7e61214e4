-- Every indicator with what the plan leaves to be filled in: its decimals where the plan gives none (none where every
-- value received of the KPI is whole, else one), and its goal's owner where it has none of its own.
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
                case when whole_kpis.is_whole then 0 else 1 end
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
    left join gendered
        on indicators.plan_id = gendered.plan_id and indicators.indicator_id = gendered.indicator_id
)

select * from final
