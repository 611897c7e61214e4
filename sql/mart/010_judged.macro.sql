-- The judging function: rows of inputs in, the same rows with their verdict out. It is the only place that judges:
-- today, the bokslut, every municipality by the same criterion, and a row with one input exchanged.
--
--     with inputs as (
--         select *, date '2026-04-01' as judged_on from mart.judgement_input where basis = 'today'
--     )
--
--     from mart.judged('inputs')
--
-- inputs is the name of a common table expression (in DuckDB 1.2 and later also of a table) with the columns of
-- mart.judgement_input and judged_on, the date in Sweden on which it is judged. A column more comes out as it went in.
--
-- What comes out beside the inputs:
--   reference_kind         which figure the value is held against
--   compared_with          that figure: the target's number; the reference of the same KPI, year and gender; last
--                          year's value; or the other figure entered beside the value
--   compared_at_decimals   those at which the two are compared; null compares them as received
--   is_target_void         a break, or a rescaling of the KPI, makes the criterion say nothing about the value
--   is_meeting             whether the criterion is met, due or not; is_meeting_exactly as received,
--                          is_meeting_alternative by the other reading of the national average
--   margin                 value against compared_with as received, signed so that plus is good
--   verdict, verdict_reason
--
-- Order of verdicts: no value -> no_data; no criterion -> not_assessable; a break that voids the target ->
-- not_comparable; the target's year lies ahead -> not_yet_due; nothing to compare with -> no_data; then met or not_met.
--
-- A new kind of criterion is a branch of `compared` (which figure, at which decimals, what voids it), one of
-- `referenced` (the figure), and, where it is not a comparison with an operator, one of `tested`.
create or replace macro mart.judged(inputs) as table (
    with input as (
        select * from query_table(inputs)
    ),

    compared as (
        select
            *,
            case target_kind
                when 'number' then has_voiding_break
                when 'previous_year' then is_broken_since_last_year
                else false
            end as is_target_broken,
            case target_kind
                when 'number' then is_rescaled_since_target
                when 'previous_year' then is_rescaled_since_last_year
                else false
            end as is_target_rescaled,
            is_target_broken or is_target_rescaled as is_target_void,
            -- Which mean stands for the reference.
            case
                when target_kind is null then null
                when target_kind not in ('above_reference', 'below_reference') then target_kind
                when target_reference = 'similar' then 'similar:' || similar_group_id
                when national_average = 'riket' then 'riket'
                when national_average = 'unweighted' then 'unweighted_mean'
                when national_average = 'unweighted_else_riket' and unweighted_value is null then 'riket'
                when national_average = 'unweighted_else_riket' then 'unweighted_mean'
                when riket_value is null then 'unweighted_mean'
                else 'riket'
            end as reference_kind,
            case operator when '<=' then -1 when '<' then -1 else 1 end as criterion_sign,
            case
                when target_kind in ('above_reference', 'below_reference')
                    then case when average_precision = 'display' then display_decimals end
                when fixed_target_precision = 'exact' then null
                when fixed_target_precision = 'display' then display_decimals
                when fixed_target_precision = 'target' then coalesce(target_decimals, display_decimals)
                else greatest(coalesce(target_decimals, display_decimals), display_decimals)
            end as compared_at_decimals
        from input
    ),

    referenced as (
        select
            *,
            case
                when reference_kind = 'number' then target_value
                when reference_kind = 'previous_year' then last_year_value
                when reference_kind = 'other_value' then comparison_value
                when reference_kind = 'riket' then riket_value
                when reference_kind = 'unweighted_mean' then unweighted_value
                when target_reference = 'similar' then similar_value
            end as compared_with,
            case
                when reference_kind = 'unweighted_mean' then unweighted_n
                when target_reference = 'similar' then similar_n
            end as reference_n,
            -- What the other reading of the national average would take.
            case
                when reference_kind = 'riket' then unweighted_value
                when reference_kind = 'unweighted_mean' then riket_value
            end as alternative_value
        from compared
    ),

    tested as (
        select
            *,
            mart.meets(
                mart.rounded(value, compared_at_decimals), operator, mart.rounded(compared_with, compared_at_decimals)
            ) as is_meeting,
            mart.meets(value, operator, compared_with) as is_meeting_exactly,
            mart.meets(
                mart.rounded(value, compared_at_decimals),
                operator,
                mart.rounded(alternative_value, compared_at_decimals)
            ) as is_meeting_alternative,
            criterion_sign * mart.difference(value, compared_with) as margin
        from referenced
    ),

    final as (
        select
            *,
            case
                when value is null then 'no_data'
                when not is_yearly_criterion then 'not_assessable'
                when is_target_void then 'not_comparable'
                when target_year > year then 'not_yet_due'
                when compared_with is null then 'no_data'
                when is_meeting then 'met'
                else 'not_met'
            end as verdict,
            case
                when value is null
                    then
                        case
                            when kpi_id is null then 'manual_input_missing'
                            when is_before_history then 'before_first_load'
                            when is_kpi_withdrawn and not has_own_row then 'kpi_withdrawn'
                            when closed_after_year < year then 'kpi_closed'
                            when is_value_withdrawn then 'value_withdrawn'
                            when own_status = 'Privacy' then 'withheld'
                            when own_status = 'Not applicable' then 'not_applicable'
                            when own_status = 'Missing' then 'missing_reported'
                            when value_women is not null or value_men is not null then 'total_missing'
                            when
                                year_row_count = 0
                                and coalesce(last_row_period < year, true)
                                and coalesce(judged_on <= available_date, true)
                                then 'not_published_yet'
                            when year_row_count = 0 and last_row_period < year then 'publication_overdue'
                            when year_value_count = 0 and last_value_period > year then 'not_measured'
                            when has_own_row then 'value_withheld_unknown'
                            when year_row_count > 0 then 'not_participating'
                            when last_row_period > year then 'not_measured'
                            else 'nothing_published'
                        end
                when not is_yearly_criterion
                    then case when target_kind is null then 'no_target' else 'no_yearly_criterion' end
                when is_target_broken then 'series_break'
                when is_target_rescaled then 'kpi_rescaled'
                when target_year > year then 'before_target_year'
                when compared_with is null
                    then
                        case target_kind
                            when 'previous_year' then 'previous_missing'
                            when 'other_value' then 'comparison_value_missing'
                            else 'reference_missing'
                        end
                when national_average = 'riket_else_unweighted' and reference_kind = 'unweighted_mean'
                    then 'riket_missing'
            end as verdict_reason
        from tested
    )

    select * from final
);
