-- Entered figures for parts of a year: outcomes up to the end of a tertial, a quarter or a month, and forecasts of the
-- whole year made then. One row per plan, indicator, year and period. Nothing here is judged: the year's verdict
-- depends only on the year's figure.
with figures as (
    select * from plan.outcome_manual
    where period is not null
),

comments as (
    select * from plan.comment
    where period is not null
),

indicators as (
    select * from working.followed_indicator
),

periods as (
    select
        plan_id,
        indicator_id,
        year,
        period
    from figures

    union

    select
        comments.plan_id,
        comments.item_id as indicator_id,
        comments.year,
        comments.period
    from comments
    inner join indicators on comments.plan_id = indicators.plan_id and comments.item_id = indicators.indicator_id
),

final as (
    select
        periods.plan_id,
        indicators.goal_id,
        periods.indicator_id,
        indicators.indicator_order,
        indicators.title as indicator_title,
        indicators.part as indicator_part,
        indicators.owner,
        periods.year,
        periods.period,
        cast(mart.last_month(periods.period) as integer) as last_month,
        indicators.unit,
        indicators.display_decimals,
        outcomes.value,
        outcomes.comparison_value,
        'Källa: ' || outcomes.source_note as source_label,
        outcomes.entered_by,
        outcomes.entered_at,
        forecasts.value as forecast_value,
        forecasts.source_note as forecast_note,
        comments.text as comment,
        comments.written_by
    from periods
    inner join indicators
        on periods.plan_id = indicators.plan_id and periods.indicator_id = indicators.indicator_id
    left join figures as outcomes
        on
            periods.plan_id = outcomes.plan_id
            and periods.indicator_id = outcomes.indicator_id
            and periods.year = outcomes.year
            and periods.period = outcomes.period
            and outcomes.kind = 'outcome'
    left join figures as forecasts
        on
            periods.plan_id = forecasts.plan_id
            and periods.indicator_id = forecasts.indicator_id
            and periods.year = forecasts.year
            and periods.period = forecasts.period
            and forecasts.kind = 'forecast'
    left join comments
        on
            periods.plan_id = comments.plan_id
            and periods.indicator_id = comments.item_id
            and periods.year = comments.year
            and periods.period = comments.period
)

select * from final
order by plan_id, indicator_order, year, last_month
