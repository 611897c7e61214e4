-- Whether the figure printed in the document agrees with Kolada's current value. One row per plan, indicator with a KPI
-- and year that the document has a cell for.
--   match      equal at the decimals that are displayed
--   rounded    equal only at the decimals that were printed
--   revised    Kolada has another value now
--   missing    Kolada has no value: nothing to compare with
--   published_since  the document had no value, Kolada has one
--   missing_in_both  neither has one
with indicators as (
    select * from working.followed_indicator
    where kpi_id is not null
),

plans as (
    select * from plan.plan
),

printed_outcomes as (
    select * from plan.outcome_document
),

observations as (
    select * from core.observation
    where gender = 'T'
),

paired as (
    select
        indicators.plan_id,
        indicators.indicator_id,
        indicators.indicator_order,
        indicators.kpi_id,
        printed_outcomes.year,
        printed_outcomes.value as document_value,
        printed_outcomes.raw_marker,
        printed_outcomes.document_line,
        observations.value as kolada_value,
        observations.status as kolada_status,
        indicators.display_decimals,
        length(split_part(regexp_replace(mart.plain_text(printed_outcomes.value), '\.?0+$', ''), '.', 2))
            as printed_decimals
    from indicators
    inner join plans on indicators.plan_id = plans.plan_id
    inner join printed_outcomes
        on
            indicators.plan_id = printed_outcomes.plan_id
            and indicators.indicator_id = printed_outcomes.indicator_id
    left join observations
        on
            indicators.kpi_id = observations.kpi_id
            and plans.municipality_id = observations.municipality_id
            and printed_outcomes.year = observations.period
),

final as (
    select
        plan_id,
        indicator_id,
        kpi_id,
        year,
        document_value,
        raw_marker,
        document_line,
        kolada_value,
        kolada_status,
        mart.difference(kolada_value, document_value) as difference,
        cast(greatest(display_decimals, printed_decimals) as integer) as compared_at_decimals,
        case
            when document_value is null and kolada_value is null then 'missing_in_both'
            when document_value is null then 'published_since'
            when kolada_value is null then 'missing'
            when
                mart.rounded(kolada_value, greatest(display_decimals, printed_decimals))
                = mart.rounded(document_value, greatest(display_decimals, printed_decimals))
                then 'match'
            when mart.rounded(kolada_value, printed_decimals) = document_value then 'rounded'
            else 'revised'
        end as result
    from paired
    order by plan_id, indicator_order, year
)

select * from final
