-- Is a new year unlike the year before: one value for all, the same values again, or another order of magnitude?
-- sv: Är ett nytt år olikt året före: ett värde för alla, samma värden igen, eller en annan storleksordning?
-- scope: kpi
-- Only a KPI with known values can have a year before.
with known_kpi as (
    select received_kpi.kpi_id
    from received_kpi
    where received_kpi.is_known
),

new_cell as (
    select
        kpi_id,
        municipality_id,
        period,
        gender,
        value
    from core.observation_version
    where
        known_from = getvariable('known_from')
        and change_kind = 'first'
        and value is not null
        and kpi_id in (from known_kpi)
),

earlier_cell as (
    select
        earlier.kpi_id,
        earlier.municipality_id,
        earlier.period,
        earlier.gender,
        earlier.value
    from core.observation as earlier
    where
        earlier.known_from < getvariable('known_from')
        and earlier.value is not null
        and earlier.kpi_id in (select new_cell.kpi_id from new_cell)
),

paired as (
    select
        new_cell.kpi_id,
        new_cell.period,
        new_cell.value,
        earlier_cell.value as value_before
    from new_cell
    inner join earlier_cell
        on
            new_cell.kpi_id = earlier_cell.kpi_id
            and new_cell.municipality_id = earlier_cell.municipality_id
            and new_cell.gender = earlier_cell.gender
            and new_cell.period = earlier_cell.period + 1
),

compared as (
    select
        kpi_id,
        period,
        count(*) as cell_count,
        count(distinct value) as different_values,
        count(distinct value_before) as different_before,
        count(*) filter (where value = value_before) as same_again,
        median(value) as median_value,
        median(value_before) as median_before
    from paired
    group by kpi_id, period
)

select
    kpi_id as scope,
    kpi_id,
    period,
    'median ' || round(median_before, 4) || ', ' || different_before || ' different values' as before,
    'median ' || round(median_value, 4) || ', ' || different_values || ' different values, ' || same_again
    || ' as the year before' as after
from compared
where
    cell_count >= 20
    and different_before >= 10
    and (
        different_values = 1
        or same_again >= 0.9 * cell_count
        or (
            median_before <> 0
            and (median_value / median_before > 3 or median_value / median_before < 1 / 3)
        )
    );
