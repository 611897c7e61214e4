-- How many municipalities would meet the same criterion as the plan's own? One row per plan, indicator with a
-- KPI and a criterion, and year. Every municipality of type K with a value is held against the same number or
-- mean (against its own last year where that is the criterion), at the same decimals. Its own similar group
-- is not asked for: a criterion against similar municipalities is counted against the plan's own group.
with judgements as (
    select * from mart.goal_fulfilment_as_of(moment)
    where
        kpi_id is not null
        and target_kind in ('number', 'above_reference', 'below_reference', 'previous_year')
),

observations as (
    select * from core.observation_as_of(moment)
    where gender = 'T' and value is not null
),

units as (
    select * from core.municipality_as_of(moment)
    where municipality_type = 'K'
),

-- Each value as the criterion of the year after it, for the KPIs that are judged so.
last_years as (
    select
        kpi_id,
        municipality_id,
        period + 1 as year,
        value
    from observations
    where
        kpi_id in (select judgements.kpi_id from judgements where judgements.target_kind = 'previous_year')
),

held as (
    select
        judgements.plan_id,
        judgements.indicator_id,
        judgements.year,
        judgements.operator,
        judgements.compared_at_decimals,
        observations.municipality_id,
        observations.value,
        case
            when judgements.target_kind = 'number' then judgements.target_value
            when judgements.target_kind = 'previous_year' then last_years.value
            else judgements.reference_value
        end as compared_with
    from judgements
    inner join observations
        on judgements.kpi_id = observations.kpi_id and judgements.year = observations.period
    inner join units on observations.municipality_id = units.municipality_id
    left join last_years
        on
            observations.kpi_id = last_years.kpi_id
            and observations.municipality_id = last_years.municipality_id
            and observations.period = last_years.year
),

tested as (
    select
        *,
        mart.meets(
            mart.rounded(value, compared_at_decimals),
            operator,
            mart.rounded(compared_with, compared_at_decimals)
        ) as is_meeting
    from held
),

counted as (
    select
        plan_id,
        indicator_id,
        year,
        count(*) filter (where is_meeting is not null) as n,
        count(*) filter (where is_meeting) as n_meeting
    from tested
    group by plan_id, indicator_id, year
),

final as (
    select
        judgements.plan_id,
        judgements.indicator_id,
        judgements.kpi_id,
        judgements.year,
        judgements.target_kind,
        judgements.operator,
        coalesce(judgements.target_value, judgements.reference_value) as compared_with,
        cast(coalesce(counted.n, 0) as integer) as n,
        cast(coalesce(counted.n_meeting, 0) as integer) as n_meeting,
        case when counted.n > 0 then counted.n_meeting / counted.n end as share_meeting,
        judgements.is_at_target_now as is_own_meeting,
        mart.derived_label() as source_label
    from judgements
    left join counted
        on
            judgements.plan_id = counted.plan_id
            and judgements.indicator_id = counted.indicator_id
            and judgements.year = counted.year
    order by judgements.plan_id, judgements.indicator_order, judgements.year
)

select * from final
