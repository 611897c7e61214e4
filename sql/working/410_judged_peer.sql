-- The units that the criterion of a changed verdict compares with, and their values: the members before and after,
-- each with the values before and after. Working relation of the causes, which exchange members or values.
-- One row per plan, indicator, list, KPI, year, gender, side of the members and side of the values.
with clock as (
    select * from working.clock
),

judged as (
    select * from working.judged_side
),

plans as (
    select * from plan.plan
),

listed as (
    select * from working.judged_member
),

observations as (
    select * from core.observation_version
    where kpi_id in (select judged.kpi_id from judged)
),

sides as (
    select unnest(['before', 'after']) as side
),

keys as (
    select distinct
        judged.plan_id,
        judged.indicator_id,
        judged.kpi_id,
        judged.reference_year,
        genders.gender
    from judged
    inner join judged as genders
        on judged.plan_id = genders.plan_id and judged.indicator_id = genders.indicator_id
    where judged.kpi_id is not null
),

cells as (
    select
        sides.side,
        observations.kpi_id,
        observations.municipality_id,
        observations.period,
        observations.gender,
        observations.value
    from observations
    cross join clock
    cross join sides
    where
        observations.value is not null
        and not observations.is_deleted
        and observations.change_kind <> 'vanished'
        and case
            when sides.side = 'after' then observations.known_to is null
            else
                observations.known_from < clock.published_at
                and coalesce(observations.known_to >= clock.published_at, true)
        end
),

final as (
    select
        listed.plan_id,
        listed.indicator_id,
        listed.list_name,
        keys.kpi_id,
        keys.reference_year,
        keys.gender,
        listed.side as member_side,
        cells.side as value_side,
        case listed.list_name
            when 'median' then round(median(cells.value), 10)
            when 'p25' then round(quantile_cont(cells.value, 0.25), 10)
            when 'p75' then round(quantile_cont(cells.value, 0.75), 10)
            else mart.steady_mean(cells.value, mart.summand(cells.value))
        end as list_value,
        cast(count(*) as integer) as list_n,
        list(cells.value) filter (where cells.municipality_id <> plans.municipality_id) as other_values
    from listed
    inner join plans on listed.plan_id = plans.plan_id
    inner join keys on listed.plan_id = keys.plan_id and listed.indicator_id = keys.indicator_id
    inner join cells
        on
            keys.kpi_id = cells.kpi_id
            and keys.reference_year = cells.period
            and keys.gender = cells.gender
            and listed.municipality_id = cells.municipality_id
    group by
        listed.plan_id,
        listed.indicator_id,
        listed.list_name,
        keys.kpi_id,
        keys.reference_year,
        keys.gender,
        listed.side,
        cells.side
)

select * from final
