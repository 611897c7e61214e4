-- The years of a KPI that have rows and values for any unit and gender, in each sighting. They distinguish a year in
-- which no unit was measured from a year in which this municipality did not take part. One row per sighting, KPI and
-- period.
with seen_kpis as (
    select distinct kpi_id from working.seen_kpi
),

sightings as (
    select * from working.sighting
),

observations as (
    select * from core.observation
),

versions as (
    select *
    from core.observation_version
    where kpi_id in (select seen_kpis.kpi_id from seen_kpis)
),

-- Versions have few distinct instants: counted by instant first, each sighting sums few rows.
counted as (
    select
        kpi_id,
        period,
        known_from,
        known_to,
        change_kind = 'first' as is_first,
        not is_deleted and change_kind <> 'vanished' as is_there,
        count(*) as row_count,
        count(value) as value_count
    from versions
    group by
        kpi_id,
        period,
        known_from,
        known_to,
        change_kind = 'first',
        not is_deleted and change_kind <> 'vanished'
),

today as (
    select
        'today' as sighting_id,
        kpi_id,
        period,
        count(*) as row_count,
        count(value) as value_count
    from observations
    where kpi_id in (select seen_kpis.kpi_id from seen_kpis)
    group by kpi_id, period
),

bokslut as (
    select
        sightings.sighting_id,
        counted.kpi_id,
        counted.period,
        sum(counted.row_count) as row_count,
        sum(counted.value_count) as value_count
    from sightings
    inner join counted on sightings.kpi_id = counted.kpi_id
    where
        case
            when sightings.is_estimated
                then
                    counted.is_first
                    and mart.was_out(
                        counted.period,
                        sightings.available_month_day,
                        sightings.available_year_offset,
                        sightings.bokslut_date,
                        sightings.judged_year
                    )
            else
                counted.is_there
                and core.holds_at(counted.known_from, counted.known_to, sightings.seen_at)
        end
    group by sightings.sighting_id, counted.kpi_id, counted.period
),

final as (
    select
        sighting_id,
        kpi_id,
        period,
        cast(row_count as integer) as row_count,
        cast(value_count as integer) as value_count
    from today

    union all

    select
        sighting_id,
        kpi_id,
        period,
        cast(row_count as integer) as row_count,
        cast(value_count as integer) as value_count
    from bokslut
)

select * from final
