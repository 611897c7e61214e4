-- The value of each indicator and year, from each sight: Kolada's value, otherwise an entered figure, otherwise the
-- outcome that the document prints for the same indicator, or for the same KPI under another indicator. A forecast is
-- not a value, nor is a figure for a part of the year. Women and men, and the gap between them (gender gap), are
-- included only if a criterion compares them, and only from Kolada. Working relation. One row per plan, sight,
-- indicator, gender and year that has a value.
with indicators as (
    select * from working.followed_indicator
),

plans as (
    select * from plan.plan
),

seen_kpis as (
    select * from working.seen_kpi
),

sights as (
    select * from working.sight
),

observations as (
    select * from core.observation
),

bokslut_cells as (
    select * from working.bokslut_cell
),

manual_figures as (
    select * from plan.outcome_manual
    where period is null
),

printed_outcomes as (
    select * from plan.outcome_document
),

plan_sights as (
    select distinct
        plan_id,
        sight_id,
        basis,
        case when basis = 'bokslut' then year end as judged_year,
        bokslut_date
    from sights
),

from_kolada as (
    select
        seen_kpis.plan_id,
        seen_kpis.sight_id,
        seen_kpis.kpi_id,
        observations.period,
        observations.gender,
        observations.value,
        observations.known_from,
        seen_kpis.is_estimated
    from seen_kpis
    inner join observations
        on
            seen_kpis.kpi_id = observations.kpi_id
            and seen_kpis.municipality_id = observations.municipality_id
    where seen_kpis.basis = 'today' and observations.value is not null

    union all

    select
        seen_kpis.plan_id,
        seen_kpis.sight_id,
        seen_kpis.kpi_id,
        bokslut_cells.period,
        bokslut_cells.gender,
        bokslut_cells.value,
        bokslut_cells.known_from,
        seen_kpis.is_estimated
    from seen_kpis
    inner join bokslut_cells
        on
            seen_kpis.sighting_id = bokslut_cells.sighting_id
            and seen_kpis.kpi_id = bokslut_cells.kpi_id
            and seen_kpis.municipality_id = bokslut_cells.municipality_id
    where seen_kpis.basis = 'bokslut' and bokslut_cells.value is not null
),

kolada as (
    select
        indicators.plan_id,
        from_kolada.sight_id,
        indicators.indicator_id,
        from_kolada.gender,
        from_kolada.period as year,
        from_kolada.value,
        'kolada' as value_source,
        mart.received_label() as source_label,
        from_kolada.known_from,
        from_kolada.is_estimated,
        1 as precedence,
        indicators.indicator_order as precedence_within
    from indicators
    inner join from_kolada
        on indicators.plan_id = from_kolada.plan_id and indicators.kpi_id = from_kolada.kpi_id
    where from_kolada.gender = 'T' or indicators.has_gendered_criterion
),

-- The municipality's own figures count as published at the bokslut; one that was entered later is marked as estimated.
manual as (
    select
        manual_figures.plan_id,
        plan_sights.sight_id,
        manual_figures.indicator_id,
        'T' as gender,
        manual_figures.year,
        manual_figures.value,
        'manual' as value_source,
        'Källa: ' || manual_figures.source_note as source_label,
        manual_figures.known_from,
        plan_sights.basis = 'bokslut'
        and manual_figures.entered_at > plan_sights.bokslut_date as is_estimated,
        2 as precedence,
        0 as precedence_within
    from manual_figures
    inner join plan_sights on manual_figures.plan_id = plan_sights.plan_id
    where
        manual_figures.kind = 'outcome'
        and manual_figures.value is not null
        and (plan_sights.basis = 'today' or manual_figures.year <= plan_sights.judged_year)
),

-- A printed outcome counts as published when its KPI was; one without a KPI from the year itself.
printed as (
    select
        indicators.plan_id,
        plan_sights.sight_id,
        indicators.indicator_id,
        'T' as gender,
        printed_outcomes.year,
        printed_outcomes.value,
        'document' as value_source,
        'Källa: ' || coalesce(plans.document_title, 'planens dokument')
        || coalesce(', rad ' || cast(printed_outcomes.document_line as varchar), '') as source_label,
        printed_outcomes.known_from,
        plan_sights.basis = 'bokslut' as is_estimated,
        case when printed_under.indicator_id = indicators.indicator_id then 3 else 4 end as precedence,
        printed_under.indicator_order as precedence_within
    from indicators
    inner join indicators as printed_under
        on
            indicators.plan_id = printed_under.plan_id
            and (
                indicators.indicator_id = printed_under.indicator_id
                or indicators.kpi_id = printed_under.kpi_id
            )
    inner join printed_outcomes
        on
            printed_under.plan_id = printed_outcomes.plan_id
            and printed_under.indicator_id = printed_outcomes.indicator_id
    inner join plans on indicators.plan_id = plans.plan_id
    inner join plan_sights on indicators.plan_id = plan_sights.plan_id
    left join seen_kpis
        on
            plan_sights.plan_id = seen_kpis.plan_id
            and plan_sights.sight_id = seen_kpis.sight_id
            and indicators.kpi_id = seen_kpis.kpi_id
    where
        printed_outcomes.value is not null
        and (
            plan_sights.basis = 'today'
            or mart.was_out(
                printed_outcomes.year,
                seen_kpis.available_month_day,
                seen_kpis.available_year_offset,
                plan_sights.bokslut_date,
                plan_sights.judged_year
            )
        )
),

candidates as (
    select * from kolada
    union all
    select * from manual
    union all
    select * from printed
),

measured as (
    select * exclude (precedence, precedence_within)
    from candidates
    qualify row_number() over (
        partition by plan_id, sight_id, indicator_id, gender, year
        order by precedence, precedence_within
    ) = 1
),

gaps as (
    select
        women.* replace (
            'gap' as gender,
            abs(mart.difference(women.value, men.value)) as value,
            mart.derived_label() as source_label,
            greatest(women.known_from, men.known_from) as known_from
        )
    from measured as women
    inner join measured as men
        on
            women.plan_id = men.plan_id
            and women.sight_id = men.sight_id
            and women.indicator_id = men.indicator_id
            and women.year = men.year
    where women.gender = 'K' and men.gender = 'M'
),

final as (
    select * from measured
    union all
    select * from gaps
)

select * from final
