-- The cells visible at each bokslut: every unit's total for the year itself (also women and men if a criterion compares
-- them), and every value of the plans' own units. Working relation. One row per sighting, KPI, unit, period and gender.
with sightings as (
    select * from working.sighting
),

own_units as (
    select distinct
        sighting_id,
        kpi_id,
        municipality_id
    from working.seen_kpi
    where basis = 'bokslut'
),

gendered_kpis as (
    select distinct kpi_id
    from working.followed_indicator
    where has_gendered_criterion and kpi_id is not null
),

versions as (
    select
        kpi_id,
        municipality_id,
        period,
        gender,
        value,
        status,
        is_deleted,
        change_kind,
        known_from,
        known_to,
        gender = 'T' or kpi_id in (select gendered_kpis.kpi_id from gendered_kpis) as is_compared
    from core.observation_version
    where kpi_id in (select sightings.kpi_id from sightings)
),

candidates as (
    select
        sightings.* exclude (kpi_id),  -- noqa: RF02
        true as is_judged_year,
        versions.*
    from sightings
    inner join versions on sightings.kpi_id = versions.kpi_id and sightings.judged_year = versions.period
    where versions.is_compared

    union all

    -- Earlier years, if their values can be used instead.
    select
        sightings.* exclude (kpi_id),  -- noqa: RF02
        true as is_judged_year,
        versions.*
    from sightings
    inner join versions on sightings.kpi_id = versions.kpi_id and sightings.judged_year > versions.period
    where sightings.has_latest_measurement and versions.is_compared

    union all

    -- The other cells of the own units.
    select
        sightings.* exclude (kpi_id),  -- noqa: RF02
        versions.period = sightings.judged_year
        or (sightings.has_latest_measurement and versions.period < sightings.judged_year) as is_judged_year,
        versions.*
    from sightings
    inner join own_units on sightings.sighting_id = own_units.sighting_id and sightings.kpi_id = own_units.kpi_id
    inner join versions
        on own_units.kpi_id = versions.kpi_id and own_units.municipality_id = versions.municipality_id
    where
        not versions.is_compared
        or versions.period > sightings.judged_year
        or (versions.period < sightings.judged_year and not sightings.has_latest_measurement)
),

final as (
    select
        sighting_id,
        kpi_id,
        municipality_id,
        period,
        gender,
        value,
        status,
        known_from,
        is_judged_year
    from candidates
    where
        case
            when is_estimated
                then
                    change_kind = 'first'
                    and mart.was_out(
                        period, available_month_day, available_year_offset, bokslut_date, judged_year
                    )
            else
                core.holds_at(known_from, known_to, seen_at)
                and not is_deleted
                and change_kind <> 'vanished'
        end
)

select * from final
