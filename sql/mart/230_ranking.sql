-- The place of each municipality on the plans' KPIs, as known now. One row per KPI, period and municipality
-- with a value. The colour says how it stands among the others, not whether the result is good.
with placings as (
    select * from working.standing
),

final as (
    select
        kpi_id,
        period,
        municipality_id,
        municipality_name,
        value,
        rank,
        rank_n,
        quartile,
        colour,
        mart.derived_label() as source_label
    from placings
    where sight_id = 'today'
)

select * from final
order by kpi_id, period, rank, municipality_id
