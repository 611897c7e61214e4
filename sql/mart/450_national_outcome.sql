-- The number of municipalities that would meet the same criterion as the plan's own (for a region's plan: of regions).
-- One row per plan, indicator with a KPI and a criterion of the total, and year. Every unit with a value is judged by
-- the function that judges the plan's unit (mart.judged), with its own value and its own last year, against the same
-- number, range or reference. A criterion against similar municipalities is judged against the plan's own group for all
-- units. Of several criteria, the one that mart.goal_fulfilment shows is used.
with own as (
    select * from mart.goal_fulfilment
    where
        kpi_id is not null
        and target_kind in ('number', 'range', 'reference', 'previous_year')
        and target_gender = 'T'
),

plans as (
    select * from plan.plan
),

own_inputs as (  -- noqa: ST03
    select * from mart.judgement_input
    where basis = 'today' and gender = 'T'
),

observations as (
    select * from core.observation
    where gender = 'T' and value is not null and kpi_id in (select own.kpi_id from own)
),

units as (
    select * from core.municipality
    where municipality_type = 'K' or mart.is_region(municipality_id)
),

-- Each value as the criterion of the following year, for KPIs that are judged against the previous year.
last_years as (
    select
        kpi_id,
        municipality_id,
        period + 1 as year,
        value
    from observations
    where kpi_id in (select own.kpi_id from own where own.target_kind = 'previous_year')
),

inputs as (  -- noqa: ST03
    select
        own_inputs.* replace (
            observations.value as value,
            own_inputs.year as value_year,
            last_years.value as last_year_value
        ),
        cast(null as date) as judged_on
    from own
    inner join own_inputs
        on
            own.plan_id = own_inputs.plan_id
            and own.indicator_id = own_inputs.indicator_id
            and own.criterion is not distinct from own_inputs.criterion
            and own.year = own_inputs.year
    inner join observations
        on own.kpi_id = observations.kpi_id and own.year = observations.period
    inner join plans on own.plan_id = plans.plan_id
    inner join units
        on
            observations.municipality_id = units.municipality_id
            and mart.is_region(plans.municipality_id) = mart.is_region(units.municipality_id)
    left join last_years
        on
            observations.kpi_id = last_years.kpi_id
            and observations.municipality_id = last_years.municipality_id
            and observations.period = last_years.year
),

judged as materialized (
    select * from mart.judged('inputs')
),

counted as (
    select
        plan_id,
        indicator_id,
        year,
        count(*) filter (where is_meeting is not null) as n,
        count(*) filter (where is_meeting) as n_meeting
    from judged
    group by plan_id, indicator_id, year
),

final as (
    select
        own.plan_id,
        own.indicator_id,
        own.kpi_id,
        own.year,
        own.target_kind,
        own.operator,
        case when own.target_kind = 'range' then own.target_value else own.compared_with end as compared_with,
        cast(coalesce(counted.n, 0) as integer) as n,
        cast(coalesce(counted.n_meeting, 0) as integer) as n_meeting,
        case when counted.n > 0 then counted.n_meeting / counted.n end as share_meeting,
        own.is_at_target_now as is_own_meeting,
        mart.derived_label() as source_label
    from own
    left join counted
        on
            own.plan_id = counted.plan_id
            and own.indicator_id = counted.indicator_id
            and own.year = counted.year
    order by own.plan_id, own.indicator_order, own.year
)

select * from final
