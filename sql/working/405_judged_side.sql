-- The judgements of indicators with a changed verdict, in the last publication and in this one, with their inputs
-- grouped into blocks by what can change them. Working relation. One row per plan, indicator, criterion, gender, year
-- and side (before, after).
--
-- Each input column of the judging function is in one block; breaks has the series breaks behind the flags. Columns
-- that only give a reason are in the block catalogue.
with clock as (
    select * from working.clock
),

sided as (
    select * from working.input_side
),

indicators as (
    select * from plan.indicator_version
),

series_breaks as (
    select * from plan.series_break_version
),

latest_rules as (
    select * from plan.rule_version
    where rule_name = 'latest_measurement'
),

breaks as (
    select
        sides.side,
        series_breaks.plan_id,
        series_breaks.kpi_id,
        list(
            {
                'first_year_after': series_breaks.first_year_after,
                'voids_target': series_breaks.voids_target,
                'rescaled_on': series_breaks.rescaled_on
            }
            order by series_breaks.first_year_after, series_breaks.rescaled_on, series_breaks.voids_target
        ) as breaks
    from series_breaks
    cross join clock
    cross join (values ('before'), ('after')) as sides (side)
    where
        case
            when sides.side = 'after' then series_breaks.known_to is null
            else
                series_breaks.known_from < clock.published_at
                and coalesce(series_breaks.known_to >= clock.published_at, true)
        end
    group by sides.side, series_breaks.plan_id, series_breaks.kpi_id
),

final as (
    select
        sided.plan_id,
        sided.basis,
        sided.indicator_id,
        sided.criterion,
        sided.year,
        sided.gender,
        sided.side,
        sided.judged_on,
        sided.kpi_id,
        sided.criteria_rule,
        coalesce(sided.value_year, sided.year) as reference_year,
        coalesce(breaks.breaks, []) as breaks,
        -- The contents of the plan's files, where the inputs do not distinguish a plan's edit from a change in Kolada.
        {
            'kpi_id': indicators.kpi_id,
            'direction': indicators.direction,
            'display_decimals': indicators.display_decimals,
            'similar_group_topic': indicators.similar_group_topic,
            'value_route': indicators.value_route
        } as indicator_row,
        latest_rules.rule_value as latest_rule,
        {
            'target_year': sided.target_year,
            'target_kind': sided.target_kind,
            'operator': sided.operator,
            'target_value': sided.target_value,
            'target_high': sided.target_high,
            'target_offset': sided.target_offset,
            'offset_unit': sided.offset_unit,
            'base_year': sided.base_year,
            'rank_scope': sided.rank_scope,
            'target_gender': sided.target_gender,
            'gender': sided.gender,
            'tolerance': sided.tolerance,
            'tolerance_unit': sided.tolerance_unit,
            'target_decimals': sided.target_decimals,
            'target_reference': sided.target_reference,
            'is_yearly_criterion': sided.is_yearly_criterion
        } as target,
        {
            'kpi_id': sided.kpi_id,
            'direction': sided.direction,
            'display_decimals': sided.display_decimals
        } as indicator,
        {
            'national_average': sided.national_average,
            'reference_min_n': sided.reference_min_n,
            'fixed_target_precision': sided.fixed_target_precision,
            'average_precision': sided.average_precision,
            'partly_met_by': sided.partly_met_by
        } as rules,
        {
            'value': sided.value,
            'value_year': sided.value_year,
            'value_source': sided.value_source,
            'own_status': sided.own_status,
            'has_own_row': sided.has_own_row,
            'has_any_own_row': sided.has_any_own_row,
            'has_any_own_value': sided.has_any_own_value,
            'is_value_withdrawn': sided.is_value_withdrawn,
            'value_women': sided.value_women,
            'value_men': sided.value_men
        } as own,
        {
            'last_year_value': sided.last_year_value,
            'previous_value_year': sided.previous_value_year,
            'previous_value': sided.previous_value,
            'base_value': sided.base_value,
            'baseline_year': sided.baseline_year,
            'baseline_value': sided.baseline_value
        } as earlier,
        { 'comparison_value': sided.comparison_value } as compared_figure,
        {
            'riket_value': sided.riket_value,
            'unweighted_value': sided.unweighted_value,
            'unweighted_n': sided.unweighted_n
        } as averages,
        {
            'named_reference': sided.named_reference,
            'named_value': sided.named_value,
            'named_n': sided.named_n,
            'named_member_count': sided.named_member_count
        } as named,
        { 'place': sided.place, 'place_n': sided.place_n } as standing,
        {
            'is_rescaled_since_target': sided.is_rescaled_since_target,
            'is_rescaled_since_last_year': sided.is_rescaled_since_last_year,
            'is_rescaled_since_previous': sided.is_rescaled_since_previous,
            'is_rescaled_since_base': sided.is_rescaled_since_base,
            'is_rescaled_since_baseline': sided.is_rescaled_since_baseline
        } as rescaled,
        {
            'is_kpi_withdrawn': sided.is_kpi_withdrawn,
            'is_before_history': sided.is_before_history,
            'closed_after_year': sided.closed_after_year,
            'available_date': sided.available_date,
            'year_row_count': sided.year_row_count,
            'year_value_count': sided.year_value_count,
            'last_row_period': sided.last_row_period,
            'last_value_period': sided.last_value_period,
            'target_text': sided.target_text
        } as catalogue,
        sided.similar_group_id,
        -- The units that the value is compared with, by the plan's name for their list.
        case
            when sided.target_kind in ('rank', 'best_share') then sided.rank_scope
            when sided.target_kind = 'reference' and sided.target_reference not in ('national_average', 'riket')
                then sided.target_reference
        end as list_name
    from sided
    left join breaks
        on sided.side = breaks.side and sided.plan_id = breaks.plan_id and sided.kpi_id = breaks.kpi_id
    left join indicators
        on
            sided.plan_id = indicators.plan_id
            and sided.indicator_id = indicators.indicator_id
            and case
                when sided.side = 'after' then indicators.known_to is null
                else
                    sided.published_at > indicators.known_from
                    and coalesce(sided.published_at <= indicators.known_to, true)
            end
    left join latest_rules
        on
            sided.plan_id = latest_rules.plan_id
            and case
                when sided.side = 'after' then latest_rules.known_to is null
                else
                    sided.published_at > latest_rules.known_from
                    and coalesce(sided.published_at <= latest_rules.known_to, true)
            end
)

select * from final
