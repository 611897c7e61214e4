-- Each KPI of a plan as the catalogue described it at each sight, and whether our own history reaches back that far. If
-- it doesn't, the bokslut is estimated: plan.availability decides which years were published, and the oldest version
-- that we have is used as the published value. One row per sight and KPI. Sights with the same sighting_id see the same
-- cells of the KPI: it consists of everything that decides which cells are seen.
with sights as (
    select * from working.sight
),

rules as (
    select * from working.rule_setting
),

plan_kpis as (
    select * from working.plan_kpi
),

catalogue_now as (
    select * from core.kpi
),

catalogue_history as (
    select * from core.kpi_version
),

-- A KPI of a plan is read the same night, whether or not Kolada has values for it.
history_starts as (
    select
        kpi_id,
        min(known_from) as history_from
    from (
        select
            kpi_id,
            known_from
        from core.observation_version
        where change_kind = 'first' and kpi_id in (select plan_kpis.kpi_id from plan_kpis)
        union all
        select
            kpi_id,
            known_from
        from plan.indicator_version
        where kpi_id is not null
    ) as seen
    group by kpi_id
),

today as (
    select distinct
        sights.sight_id,
        sights.plan_id,
        sights.municipality_id,
        sights.basis,
        cast(null as integer) as year,
        sights.seen_at,
        sights.bokslut_date,
        plan_kpis.kpi_id,
        false as is_estimated,
        false as is_before_history,
        false as has_latest_measurement,
        plan_kpis.available_month_day,
        plan_kpis.available_year_offset
    from sights
    inner join plan_kpis on sights.plan_id = plan_kpis.plan_id
    where sights.basis = 'today'
),

bokslut as (
    select
        sights.sight_id,
        sights.plan_id,
        sights.municipality_id,
        sights.basis,
        sights.year,
        sights.seen_at,
        sights.bokslut_date,
        plan_kpis.kpi_id,
        case rules.bokslut
            when 'history' then false
            when 'availability' then true
            else coalesce(sights.seen_at < history_starts.history_from, true)
        end as is_estimated,
        rules.bokslut = 'history'
        and coalesce(sights.seen_at < history_starts.history_from, true) as is_before_history,
        rules.has_latest_measurement,
        plan_kpis.available_month_day,
        plan_kpis.available_year_offset
    from sights
    inner join plan_kpis on sights.plan_id = plan_kpis.plan_id
    inner join rules on sights.plan_id = rules.plan_id
    left join history_starts on plan_kpis.kpi_id = history_starts.kpi_id
    where sights.basis = 'bokslut'
),

described as (
    select
        today.*,
        catalogue_now.title,
        catalogue_now.is_withdrawn,
        catalogue_now.closed_after_year,
        catalogue_now.publ_period,
        catalogue_now.prel_publication_date,
        catalogue_now.publication_date
    from today
    left join catalogue_now on today.kpi_id = catalogue_now.kpi_id

    union all

    select
        bokslut.*,
        catalogue_history.title,
        catalogue_history.is_withdrawn,
        catalogue_history.closed_after_year,
        catalogue_history.publ_period,
        catalogue_history.prel_publication_date,
        catalogue_history.publication_date
    from bokslut
    left join catalogue_history
        on
            bokslut.kpi_id = catalogue_history.kpi_id
            and (bokslut.is_estimated or bokslut.seen_at >= catalogue_history.known_from)
    qualify row_number() over (
        partition by bokslut.sight_id, bokslut.kpi_id
        order by
            case when bokslut.is_estimated then catalogue_history.known_from end,
            catalogue_history.known_from desc
    ) = 1
),

final as (
    select
        sight_id,
        plan_id,
        municipality_id,
        case
            when basis = 'today' then 'today'
            else
                -- A short id: the relations of cells have hundreds of thousands of rows.
                's' || dense_rank() over (
                    order by
                        year,
                        bokslut_date,
                        has_latest_measurement,
                        is_estimated,
                        case when is_estimated then available_month_day end,
                        case when is_estimated then available_year_offset end
                )
        end as sighting_id,
        basis,
        year,
        seen_at,
        bokslut_date,
        kpi_id,
        title,
        coalesce(is_withdrawn, not is_before_history) as is_withdrawn,
        closed_after_year,
        publ_period,
        prel_publication_date,
        publication_date,
        is_estimated,
        is_before_history,
        has_latest_measurement,
        available_month_day,
        available_year_offset
    from described
)

select * from final
