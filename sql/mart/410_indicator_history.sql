-- The whole time series of each indicator, with the source of every value and the series breaks. One row per plan,
-- indicator, year and gender that has a value from any source. The value is Kolada's if there is one, otherwise the
-- entered figure, otherwise the printed outcome; the value of each source has its own column.
with indicators as (
    select * from plan.indicator
),

plans as (
    select * from plan.plan
),

observations as (
    select * from core.observation
),

measured as (
    select * from working.measured
    where sight_id = 'today' and gender = 'T'
),

manual_figures as (
    select * from plan.outcome_manual
    where kind = 'outcome' and period is null
),

printed_outcomes as (
    select * from plan.outcome_document
),

series_breaks as (
    select
        plan_id,
        kpi_id,
        first_year_after,
        string_agg(why, ' ' order by why) as break_note
    from plan.series_break
    group by plan_id, kpi_id, first_year_after
),

totals as (
    select
        measured.plan_id,
        measured.indicator_id,
        measured.year,
        'T' as gender,
        measured.value,
        measured.value_source,
        measured.source_label,
        measured.known_from
    from measured
),

genders as (
    select
        indicators.plan_id,
        indicators.indicator_id,
        observations.period as year,
        observations.gender,
        observations.value,
        'kolada' as value_source,
        mart.received_label() as source_label,
        observations.known_from
    from indicators
    inner join plans on indicators.plan_id = plans.plan_id
    inner join observations
        on
            indicators.kpi_id = observations.kpi_id
            and plans.municipality_id = observations.municipality_id
    where observations.gender in ('K', 'M') and observations.value is not null
),

points as (
    select * from totals
    union all
    select * from genders
),

final as (
    select
        points.plan_id,
        points.indicator_id,
        indicators.kpi_id,
        points.year,
        points.gender,
        points.value,
        points.value_source,
        points.source_label,
        points.known_from,
        case when points.value_source = 'kolada' then points.value end as kolada_value,
        case when points.gender = 'T' then manual_figures.value end as manual_value,
        case when points.gender = 'T' then printed_outcomes.value end as document_value,
        series_breaks.first_year_after is not null as is_first_after_break,
        series_breaks.break_note
    from points
    inner join indicators
        on points.plan_id = indicators.plan_id and points.indicator_id = indicators.indicator_id
    left join manual_figures
        on
            points.plan_id = manual_figures.plan_id
            and points.indicator_id = manual_figures.indicator_id
            and points.year = manual_figures.year
    left join printed_outcomes
        on
            points.plan_id = printed_outcomes.plan_id
            and points.indicator_id = printed_outcomes.indicator_id
            and points.year = printed_outcomes.year
    left join series_breaks
        on
            points.plan_id = series_breaks.plan_id
            and indicators.kpi_id = series_breaks.kpi_id
            and points.year = series_breaks.first_year_after
)

select * from final
order by plan_id, indicator_id, year, gender
