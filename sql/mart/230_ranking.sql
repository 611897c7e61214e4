-- The rank of each municipality for the KPIs of the plans (of each region, for the plan of a region), as known now.
-- One row per KPI, period and unit with a value. The colour shows the rank among the others, not whether the result is
-- good. If plans give a KPI different directions, rank and colour are null.
with placings as (
    select
        *,
        min(direction) over kpi_wide <> max(direction) over kpi_wide as is_read_both_ways
    from working.standing
    window kpi_wide as (partition by kpi_id)
),

final as (
    select distinct
        kpi_id,
        period,
        municipality_id,
        municipality_name,
        value,
        case when not is_read_both_ways then rank end as rank,
        case when not is_read_both_ways then rank_n end as rank_n,
        case when not is_read_both_ways then quartile end as quartile,
        case when not is_read_both_ways then colour end as colour,
        mart.derived_label() as source_label
    from placings
    where sight_id = 'today'
)

select * from final
order by kpi_id, period, rank, municipality_id
