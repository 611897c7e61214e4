-- The judging function: takes rows of inputs and returns the same rows with their verdict. All judgements use it:
-- today's, those at the bokslut, every municipality by the same criterion, and rows with exchanged inputs.
--
--     with inputs as (
--         select *, date '2026-04-01' as judged_on from mart.judgement_input where basis = 'today'
--     )
--
--     from mart.judged('inputs')
--
-- inputs is the name of a common table expression (in DuckDB 1.2 and later also of a table) with the columns of
-- mart.judgement_input and judged_on, the date in Sweden on which it is judged. Other columns are passed through.
--
-- The columns that it adds:
--   reference_kind         the kind of figure that the value is compared with
--   reference_value        that figure before the criterion's offset; null if the criterion has its own number
--   compared_with          the figure that the value is compared with: the criterion's number, the nearer end of its
--                          range, the reference or earlier value with the offset, the other figure; for a place the
--                          last one that meets the criterion
--   compared_at_decimals   the decimals of the comparison; null compares the figures as received
--   is_target_void         a series break, or a rescaling of the KPI, makes the criterion void for the value
--   is_meeting             whether the criterion is met, due or not; is_meeting_exactly as received,
--                          is_meeting_alternative by the other reading of the national average, is_near_alternative
--                          within the tolerance of it
--   margin                 difference between value and compared_with as received, signed so that plus is good, in
--                          margin_unit (points or places); for a range the distance to its nearer end, minus outside
--   verdict, verdict_reason
--
-- Order of verdicts: no value -> no_data; no criterion -> not_assessable; a break that voids the target ->
-- not_comparable; the target's year is in the future -> not_yet_due; nothing to compare with -> no_data; then met, or
-- partly_met if the plan's rule partly_met_by accepts a near or an improving value, or not_met.
--
-- A new kind of criterion needs a branch in `referenced` (the figure), in `tested` (whether it is met) and in
-- `measured` (the margin), and in `compared` if a break voids it or it has other decimals.
create or replace macro mart.judged(inputs) as table (
    with input as (
        select * from query_table(inputs)
    ),

    compared as (
        select
            *,
            target_kind in ('rank', 'best_share') as is_place,
            case target_kind
                when 'number' then has_voiding_break
                when 'range' then has_voiding_break
                when 'gender_gap' then has_voiding_break
                when 'previous_year' then is_broken_since_last_year
                when 'previous_measurement' then is_broken_since_previous
                when 'base_year' then is_broken_since_base
                else false
            end as is_target_broken,
            case target_kind
                when 'number' then is_rescaled_since_target
                when 'range' then is_rescaled_since_target
                when 'gender_gap' then is_rescaled_since_target
                when 'previous_year' then is_rescaled_since_last_year
                when 'previous_measurement' then is_rescaled_since_previous
                when 'base_year' then is_rescaled_since_base
                else false
            end as is_target_rescaled,
            is_target_broken or is_target_rescaled as is_target_void,
            -- The figure that is used as the reference.
            case
                when coalesce(target_kind, '') <> 'reference' then target_kind
                when target_reference <> 'national_average'
                    then replace(named_reference, 'regions:', '')
                when national_average = 'riket' then 'riket'
                when national_average = 'unweighted' then 'unweighted_mean'
                when national_average = 'unweighted_else_riket' and unweighted_value is null then 'riket'
                when national_average = 'unweighted_else_riket' then 'unweighted_mean'
                when riket_value is null then 'unweighted_mean'
                else 'riket'
            end as reference_kind,
            case when operator in ('<=', '<') then -1 else 1 end as criterion_sign,
            case
                when target_kind in ('rank', 'best_share') then null
                when target_kind = 'reference' then case when average_precision = 'display' then display_decimals end
                when fixed_target_precision = 'exact' then null
                when fixed_target_precision = 'display' then display_decimals
                when fixed_target_precision = 'target' then coalesce(target_decimals, display_decimals)
                else greatest(coalesce(target_decimals, display_decimals), display_decimals)
            end as compared_at_decimals
        from input
    ),

    based as (
        select
            *,
            case
                when target_kind = 'previous_year' then last_year_value
                when target_kind = 'previous_measurement' then previous_value
                when target_kind = 'base_year' then base_value
                when target_kind = 'other_value' then comparison_value
                when coalesce(target_kind, '') <> 'reference' then null
                when target_reference <> 'national_average' then named_value
                when reference_kind = 'riket' then riket_value
                when reference_kind = 'unweighted_mean' then unweighted_value
            end as reference_value,
            case
                when target_kind in ('rank', 'best_share') then place_n
                when coalesce(target_kind, '') <> 'reference' then null
                when target_reference <> 'national_average' then named_n
                when reference_kind = 'unweighted_mean' then unweighted_n
            end as reference_n,
            -- The reference by the other reading of the national average.
            case
                when coalesce(target_kind, '') <> 'reference' or target_reference <> 'national_average' then null
                when reference_kind = 'riket' then unweighted_value
                when reference_kind = 'unweighted_mean' then riket_value
            end as alternative_base
        from compared
    ),

    referenced as (
        select
            *,
            case
                when target_kind in ('number', 'gender_gap', 'rank') then target_value
                when
                    target_kind = 'range'
                    then
                        case
                            when value is null then null
                            when abs(value - target_value) <= abs(value - target_high) then target_value
                            else target_high
                        end
                when target_kind = 'best_share' then ceil(round(place_n * target_value / 100, 9))
                else mart.with_offset(reference_value, target_offset, offset_unit)
            end as aim,
            mart.with_offset(alternative_base, target_offset, offset_unit) as alternative_value
        from based
    ),

    tolerated as (
        select
            *,
            -- A place that no unit has, or a tolerance in percent of 0, leaves nothing to compare with.
            case
                when is_place and place is null then null
                when tolerance_unit = 'percent' and aim = 0 then null
                else aim
            end as compared_with,
            case
                when partly_met_by <> 'tolerance' then null
                when tolerance_unit = 'percent' then round(abs(aim) * tolerance / 100, 10)
                else tolerance
            end as widest_miss
        from referenced
    ),

    -- The value and the figure that it is compared with, at the decimals of the comparison. Materialized: otherwise
    -- DuckDB can inline the expressions above and below into each other, which takes minutes.
    rounded as materialized (
        select
            *,
            mart.rounded(value, compared_at_decimals) as rounded_value,
            mart.rounded(compared_with, compared_at_decimals) as rounded_aim,
            mart.rounded(alternative_value, compared_at_decimals) as rounded_alternative,
            mart.rounded(target_value, compared_at_decimals) as rounded_low,
            mart.rounded(target_high, compared_at_decimals) as rounded_high
        from tolerated
    ),

    measured as (
        select
            *,
            case
                when is_place then compared_with - place
                -- A value inside a range also has no figure to compare with if the nearer end has none.
                when compared_with is null then null
                when
                    target_kind = 'range'
                    then
                        least(
                            mart.difference(value, target_value), mart.difference(target_high, value)
                        )
                else criterion_sign * mart.difference(value, compared_with)
            end as margin,
            case when is_place then 'places' when target_kind is not null then 'points' end as margin_unit,
            case
                when is_place then compared_with - place
                when compared_with is null then null
                when
                    target_kind = 'range'
                    then
                        least(
                            mart.difference(rounded_value, rounded_low), mart.difference(rounded_high, rounded_value)
                        )
                else criterion_sign * mart.difference(rounded_value, rounded_aim)
            end as compared_margin
        from rounded
    ),

    tested as (
        select
            *,
            case
                when is_place or target_kind = 'range' then compared_margin >= 0
                else mart.meets(rounded_value, operator, rounded_aim)
            end as is_meeting,
            case
                when is_place or target_kind = 'range' then margin >= 0
                else mart.meets(value, operator, compared_with)
            end as is_meeting_exactly,
            mart.meets(rounded_value, operator, rounded_alternative) as is_meeting_alternative,
            partly_met_by = 'tolerance'
            and criterion_sign * mart.difference(rounded_value, rounded_alternative) >= -case
                when tolerance_unit = 'percent' then round(abs(alternative_value) * tolerance / 100, 10)
                else tolerance
            end as is_near_alternative,
            -- Whether a missed criterion is partly met.
            case
                when partly_met_by = 'tolerance' then compared_margin >= -widest_miss
                when partly_met_by = 'improving' and target_kind in ('number', 'range', 'base_year')
                    then
                        baseline_year < value_year
                        and not is_broken_since_baseline
                        and not is_rescaled_since_baseline
                        and case
                            when direction = 'higher' then value > baseline_value
                            when direction = 'lower' then value < baseline_value
                            when target_kind = 'range'
                                then
                                    least(value - target_value, target_high - value)
                                    > least(baseline_value - target_value, target_high - baseline_value)
                            when direction = 'target' then abs(value - aim) < abs(baseline_value - aim)
                        end
            end as is_near
        from measured
    ),

    final as (
        select
            * exclude (
                is_target_broken,
                is_target_rescaled,
                alternative_base,
                aim,
                rounded_value,
                rounded_aim,
                rounded_alternative,
                rounded_low,
                rounded_high,
                compared_margin
            ),
            case
                when value is null then 'no_data'
                when not is_yearly_criterion then 'not_assessable'
                when is_target_void then 'not_comparable'
                when target_year > year then 'not_yet_due'
                when compared_with is null then 'no_data'
                when is_meeting then 'met'
                when is_near then 'partly_met'
                else 'not_met'
            end as verdict,
            case
                when value is null
                    then
                        case
                            when kpi_id is null then 'manual_input_missing'
                            when is_before_history then 'before_first_load'
                            when is_kpi_withdrawn and not has_any_own_row then 'kpi_withdrawn'
                            when closed_after_year < year then 'kpi_closed'
                            when is_value_withdrawn then 'value_withdrawn'
                            when own_status = 'Privacy' then 'withheld'
                            when own_status = 'Not applicable' then 'not_applicable'
                            when own_status = 'Missing' then 'missing_reported'
                            when has_any_own_value and gender = 'T' then 'total_missing'
                            when has_any_own_value then 'gender_missing'
                            when
                                year_row_count = 0
                                and coalesce(last_row_period < year, true)
                                and coalesce(judged_on <= available_date, true)
                                then 'not_published_yet'
                            when year_row_count = 0 and last_row_period < year then 'publication_overdue'
                            when year_value_count = 0 and last_value_period > year then 'not_measured'
                            when has_own_row then 'value_withheld_unknown'
                            when year_row_count > 0 and not has_any_own_row then 'not_participating'
                            when year_row_count = 0 and last_row_period > year then 'not_measured'
                            else 'nothing_published'
                        end
                when not is_yearly_criterion
                    then
                        case
                            when target_kind is not null then 'no_yearly_criterion'
                            when target_text is not null then 'target_in_words'
                            else 'no_target'
                        end
                when is_target_broken then 'series_break'
                when is_target_rescaled then 'kpi_rescaled'
                when target_year > year then 'before_target_year'
                when compared_with is null
                    then
                        case
                            when reference_value is not null then 'reference_missing'
                            when target_kind in ('previous_year', 'previous_measurement', 'base_year')
                                then 'previous_missing'
                            when target_kind = 'other_value' then 'comparison_value_missing'
                            else 'reference_missing'
                        end
                when
                    target_reference = 'national_average'
                    and national_average = 'riket_else_unweighted'
                    and reference_kind = 'unweighted_mean'
                    then 'riket_missing'
            end as verdict_reason
        from tested
    )

    select * from final
);
