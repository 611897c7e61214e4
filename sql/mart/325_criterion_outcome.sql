-- Each criterion of each indicator, as known now: the figure that the value was compared with, the margin, and its own
-- verdict. One row per plan, indicator, criterion and year. For a criterion that women and men must both meet, gender
-- is the gender whose value is shown. mart.goal_fulfilment shows the first criterion that has the indicator's verdict.
with criteria as (
    select * from working.judged_criterion
    where basis = 'today' and target_kind is not null
),

indicators as (
    select * from working.followed_indicator
),

final as (
    select
        criteria.plan_id,
        indicators.goal_id,
        criteria.indicator_id,
        indicators.indicator_order,
        indicators.title as indicator_title,
        indicators.part as indicator_part,
        indicators.owner,
        criteria.kpi_id,
        criteria.criterion,
        criteria.target_order,
        criteria.year,
        indicators.unit,
        criteria.direction,
        criteria.display_decimals,
        criteria.target_year,
        criteria.target_kind,
        criteria.operator,
        criteria.target_value,
        criteria.target_high,
        criteria.target_reference,
        criteria.target_offset,
        criteria.offset_unit,
        criteria.base_year,
        criteria.rank_scope,
        criteria.target_gender,
        criteria.tolerance,
        criteria.tolerance_unit,
        criteria.target_text,
        criteria.target_decimals,
        criteria.gender,
        criteria.value,
        criteria.value_year,
        criteria.value_source,
        criteria.source_label,
        criteria.compared_with,
        criteria.compared_at_decimals,
        case when criteria.reference_value is not null then criteria.reference_kind end as reference_kind,
        criteria.reference_value,
        criteria.reference_n,
        criteria.place,
        case when criteria.place is not null then criteria.place_n end as place_n,
        criteria.margin,
        criteria.margin_unit,
        criteria.is_at_target_now,
        criteria.verdict,
        criteria.verdict_reason,
        criteria.verdict_alt,
        criteria.is_rounded_only,
        criteria.shown_decimals,
        criteria.baseline_year,
        criteria.baseline_value,
        criteria.target_document_lines
    from criteria
    inner join indicators
        on criteria.plan_id = indicators.plan_id and criteria.indicator_id = indicators.indicator_id
)

select * from final
order by plan_id, indicator_order, target_order, year
