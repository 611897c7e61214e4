-- The next publication of each of the plan's KPIs according to Kolada, and its state on the day of our publication.
-- One row per plan and KPI.
--   lifecycle          active | closed (after the year in the title) | withdrawn (not in the catalogue)
--   publication_state  withdrawn | closed | unscheduled (no date given) | published (final, and there)
--                      | preliminary (there, final date ahead: about to change)
--                      | late (date passed, not there) | due (within 30 days) | scheduled
-- The dates are the next expected ones, never when something was last updated.
with clock as (
    select * from working.clock
),

plan_kpis as (
    select * from working.plan_kpi
),

seen_kpis as (
    select * from working.seen_kpi
    where basis = 'today'
),

catalogue as (
    select * from core.kpi
),

activity as (
    select * from working.kpi_activity
    where sighting_id = 'today'
),

observations as (
    select * from core.observation
    where gender = 'T' and value is not null
),

notes as (
    select * from plan.note
),

indicators as (
    select * from plan.indicator
),

latest as (
    select
        kpi_id,
        max(case when value_count > 0 then period end) as latest_period
    from activity
    group by kpi_id
),

latest_own as (
    select
        plan_kpis.plan_id,
        plan_kpis.kpi_id,
        max(observations.period) as latest_own_period
    from plan_kpis
    inner join observations
        on
            plan_kpis.kpi_id = observations.kpi_id
            and plan_kpis.municipality_id = observations.municipality_id
    group by plan_kpis.plan_id, plan_kpis.kpi_id
),

remarks as (
    select
        indicators.plan_id,
        indicators.kpi_id,
        string_agg(distinct notes.text, ' ' order by notes.text) as note
    from notes
    inner join indicators
        on notes.plan_id = indicators.plan_id and notes.indicator_id = indicators.indicator_id
    where
        notes.code in ('kpi_closed', 'kpi_withdrawn', 'candidate_kpi', 'title_changed', 'publication_unclear')
    group by indicators.plan_id, indicators.kpi_id
),

related as (
    select
        remarks.plan_id,
        remarks.kpi_id,
        string_agg(distinct named.kpi_id, ', ' order by named.kpi_id) as related_kpi_ids
    from remarks
    cross join unnest(regexp_extract_all(remarks.note, '[NU]\d{5}')) as named (kpi_id)
    where named.kpi_id <> remarks.kpi_id
    group by remarks.plan_id, remarks.kpi_id
),

gathered as (
    select
        plan_kpis.plan_id,
        plan_kpis.kpi_id,
        plan_kpis.is_indicator,
        catalogue.title as kpi_title,
        case
            when seen_kpis.is_withdrawn then 'withdrawn'
            when seen_kpis.closed_after_year is not null then 'closed'
            else 'active'
        end as lifecycle,
        seen_kpis.closed_after_year,
        seen_kpis.publ_period as next_period,
        seen_kpis.prel_publication_date,
        seen_kpis.publication_date,
        clock.today,
        latest.latest_period,
        latest_own.latest_own_period,
        coalesce(latest.latest_period >= seen_kpis.publ_period, false) as is_next_period_there,
        plan_kpis.available_month_day,
        plan_kpis.available_year_offset,
        plan_kpis.availability_basis,
        remarks.note,
        related.related_kpi_ids
    from plan_kpis
    cross join clock
    inner join seen_kpis on plan_kpis.plan_id = seen_kpis.plan_id and plan_kpis.kpi_id = seen_kpis.kpi_id
    left join catalogue on plan_kpis.kpi_id = catalogue.kpi_id
    left join latest on plan_kpis.kpi_id = latest.kpi_id
    left join latest_own on plan_kpis.plan_id = latest_own.plan_id and plan_kpis.kpi_id = latest_own.kpi_id
    left join remarks on plan_kpis.plan_id = remarks.plan_id and plan_kpis.kpi_id = remarks.kpi_id
    left join related on plan_kpis.plan_id = related.plan_id and plan_kpis.kpi_id = related.kpi_id
),

final as (
    select
        plan_id,
        kpi_id,
        is_indicator,
        kpi_title,
        lifecycle,
        closed_after_year,
        next_period,
        prel_publication_date,
        publication_date,
        case
            when lifecycle <> 'active' then lifecycle
            when publication_date is null then 'unscheduled'
            when is_next_period_there
                then case when today < publication_date then 'preliminary' else 'published' end
            when coalesce(prel_publication_date, publication_date) < today then 'late'
            when coalesce(prel_publication_date, publication_date) <= today + 30 then 'due'
            else 'scheduled'
        end as publication_state,
        case
            when is_next_period_there then publication_date
            else coalesce(prel_publication_date, publication_date)
        end as next_date,
        latest_period,
        latest_own_period,
        available_month_day,
        available_year_offset,
        availability_basis,
        related_kpi_ids,
        note
    from gathered
)

select * from final
order by plan_id, kpi_id
