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

judgement_inputs as (
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

-- Plans share criteria: equal ones have the same number, and each is judged once. What only gives a verdict its reason,
-- or concerns the own value alone, is no part of a criterion here.
numbered as (
    select
        judgement_inputs.*,
        mart.is_region(plans.municipality_id) as is_region,
        dense_rank() over (
            order by
                judgement_inputs.kpi_id,
                judgement_inputs.year,
                mart.is_region(plans.municipality_id),
                judgement_inputs.target_kind,
                judgement_inputs.operator,
                judgement_inputs.target_value,
                judgement_inputs.target_high,
                judgement_inputs.target_offset,
                judgement_inputs.offset_unit,
                judgement_inputs.tolerance_unit,
                judgement_inputs.target_decimals,
                judgement_inputs.target_reference,
                judgement_inputs.display_decimals,
                judgement_inputs.national_average,
                judgement_inputs.fixed_target_precision,
                judgement_inputs.average_precision,
                judgement_inputs.riket_value,
                judgement_inputs.unweighted_value,
                judgement_inputs.named_value
        ) as criterion_number
    from own
    inner join judgement_inputs
        on
            own.plan_id = judgement_inputs.plan_id
            and own.indicator_id = judgement_inputs.indicator_id
            and own.criterion is not distinct from judgement_inputs.criterion
            and own.year = judgement_inputs.year
    inner join plans on own.plan_id = plans.plan_id
),

criteria as (
    select *
    from numbered
    qualify row_number() over (partition by criterion_number order by plan_id, indicator_id) = 1
),

-- Units with the same value, and the same one the year before, are judged together.
alike as (
    select
        observations.kpi_id,
        observations.period,
        mart.is_region(units.municipality_id) as is_region,
        observations.value,
        last_years.value as last_year_value,
        count(*) as unit_count
    from observations
    inner join units on observations.municipality_id = units.municipality_id
    left join last_years
        on
            observations.kpi_id = last_years.kpi_id
            and observations.municipality_id = last_years.municipality_id
            and observations.period = last_years.year
    group by
        observations.kpi_id,
        observations.period,
        mart.is_region(units.municipality_id),
        observations.value,
        last_years.value
),

inputs as (  -- noqa: ST03
    select
        criteria.* replace (
            alike.value as value,
            criteria.year as value_year,
            alike.last_year_value as last_year_value
        ),
        alike.unit_count,
        cast(null as date) as judged_on
    from criteria
    inner join alike
        on
            criteria.kpi_id = alike.kpi_id
            and criteria.year = alike.period
            and criteria.is_region = alike.is_region
),

judged as materialized (
    select
        criterion_number,
        unit_count,
        is_meeting
    from mart.judged('inputs')
),

counted as (
    select
        criterion_number,
        coalesce(sum(unit_count) filter (where is_meeting is not null), 0) as n,
        coalesce(sum(unit_count) filter (where is_meeting), 0) as n_meeting
    from judged
    group by criterion_number
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
    left join numbered
        on
            own.plan_id = numbered.plan_id
            and own.indicator_id = numbered.indicator_id
            and own.year = numbered.year
    left join counted on numbered.criterion_number = counted.criterion_number
    order by own.plan_id, own.indicator_order, own.year
)

select * from final
