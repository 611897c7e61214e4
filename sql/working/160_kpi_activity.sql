-- The years of a KPI that have rows and values for any unit and gender, as seen from each sight. They distinguish a
-- year in which no unit was measured from a year in which this municipality did not take part. One row per sight, KPI
-- and period.
with seen_kpis as (
    select * from working.seen_kpi
),

observations as (
    select * from core.observation
),

versions as (
    select *
    from core.observation_version
    where kpi_id in (select seen_kpis.kpi_id from seen_kpis)
),

-- Versions have few distinct instants: counted by instant first, each sight sums few rows.
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
        'today' as sight_id,
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
        seen_kpis.sight_id,
        counted.kpi_id,
        counted.period,
        sum(counted.row_count) as row_count,
        sum(counted.value_count) as value_count
    from seen_kpis
    inner join counted on seen_kpis.kpi_id = counted.kpi_id
    where
        seen_kpis.basis = 'bokslut'
        and case
            when seen_kpis.is_estimated
                then
                    counted.is_first
                    and mart.was_out(
                        counted.period,
                        seen_kpis.available_month_day,
                        seen_kpis.available_year_offset,
                        seen_kpis.bokslut_date,
                        seen_kpis.year
                    )
            else
                counted.is_there
                and core.holds_at(counted.known_from, counted.known_to, seen_kpis.seen_at)
        end
    group by seen_kpis.sight_id, counted.kpi_id, counted.period
),

final as (
    select
        sight_id,
        kpi_id,
        period,
        cast(row_count as integer) as row_count,
        cast(value_count as integer) as value_count
    from today

    union all

    select
        sight_id,
        kpi_id,
        period,
        cast(row_count as integer) as row_count,
        cast(value_count as integer) as value_count
    from bokslut
)

select * from final
