-- The different ways in which KPIs are seen at a bokslut: plans with the same date, and the same rules and availability
-- where these decide, see the same cells of a KPI, so these are worked out once. Working relation.
-- One row per sighting and KPI.
with seen_kpis as (
    select * from working.seen_kpi
    where basis = 'bokslut'
),

final as (
    select distinct
        sighting_id,
        kpi_id,
        year as judged_year,
        seen_at,
        bokslut_date,
        is_estimated,
        has_latest_measurement,
        case when is_estimated then available_month_day end as available_month_day,
        case when is_estimated then available_year_offset end as available_year_offset
    from seen_kpis
)

select * from final
