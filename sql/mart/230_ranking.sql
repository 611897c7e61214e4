-- The rank of each municipality for the KPIs of the plans (of each region, for the plan of a region), as known now.
-- One row per KPI, period and unit with a value. The colour shows the rank among the others, not whether the result is
-- good. If plans give a KPI different directions, rank and colour are null.
with placings as (
    select * from working.standing
    where sighting_id = 'today'
),

readings as (
    select
        kpi_id,
        min(direction) as direction,
        min(direction) <> max(direction) as is_read_both_ways
    from placings
    group by kpi_id
),

final as (
    select
        placings.kpi_id,
        placings.period,
        placings.municipality_id,
        placings.municipality_name,
        placings.value,
        case when not readings.is_read_both_ways then placings.rank end as rank,
        case when not readings.is_read_both_ways then placings.rank_n end as rank_n,
        case when not readings.is_read_both_ways then placings.quartile end as quartile,
        case when not readings.is_read_both_ways then placings.colour end as colour,
        mart.derived_label() as source_label
    from placings
    inner join readings on placings.kpi_id = readings.kpi_id and placings.direction = readings.direction
)

select * from final
order by kpi_id, period, rank, municipality_id
