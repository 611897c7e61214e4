-- The judgement of every indicator and year with all that is shown beside it, once for both bases: seen from today, and
-- from the year's bokslut. One row per plan, basis, indicator and year of the plan.
--
--   path         the straight line from the baseline to the target; the target itself when it was reached already
--   comparable   no series break between baseline and value: otherwise no change, pace or projection
with clock as (
    select * from working.clock
),

plans as (
    select * from plan.plan
),

goals as (
    select * from plan.goal
),

indicators as (
    select * from plan.indicator
),

forecasts as (
    select
        plan_id,
        indicator_id,
        year,
        value as forecast_value,
        source_note as forecast_note
    from plan.outcome_manual
    where kind = 'forecast'
    qualify row_number() over (partition by plan_id, indicator_id, year order by entered_at desc) = 1
),

inputs as (  -- noqa: ST03
    select
        judgement_input.*,
        least(clock.today, judgement_input.bokslut_date) as judged_on
    from mart.judgement_input as judgement_input
    cross join clock
),

judged as (
    select * from mart.judged('inputs')
),

described as (
    select
        judged.*,
        plans.municipality_id,
        goals.goal_id,
        goals.goal_order,
        goals.section,
        indicators.indicator_order,
        indicators.role,
        indicators.title as indicator_title,
        indicators.part as indicator_part,
        indicators.unit,
        indicators.document_page,
        indicators.document_lines,
        forecasts.forecast_value,
        forecasts.forecast_note,
        case judged.direction when 'higher' then 1 when 'lower' then -1 end as direction_sign,
        -- Progress is worth measuring against a number that lies in a coming year.
        case when judged.target_kind = 'number' and not judged.is_target_void then judged.target_value end
            as path_target,
        judged.baseline_year < judged.value_year
        and not judged.is_broken_since_baseline
        and not judged.is_rescaled_since_baseline as is_comparable_with_baseline,
        judged.value_year is not null
        and judged.last_year_value is not null
        and not judged.is_broken_since_last_year
        and not judged.is_rescaled_since_last_year as is_comparable_with_last_year
    from judged
    inner join plans on judged.plan_id = plans.plan_id
    inner join indicators on judged.plan_id = indicators.plan_id and judged.indicator_id = indicators.indicator_id
    inner join goals on indicators.plan_id = goals.plan_id and indicators.goal_id = goals.goal_id
    left join forecasts
        on
            judged.plan_id = forecasts.plan_id
            and judged.indicator_id = forecasts.indicator_id
            and judged.year = forecasts.year
),

progress as (
    select
        *,
        verdict in ('met', 'not_met') as is_judged,
        case when is_comparable_with_baseline then mart.difference(value, baseline_value) end
            as change_since_baseline,
        case when is_comparable_with_last_year then mart.difference(value, last_year_value) end
            as change_since_last_year,
        case
            when path_target is not null and target_year > baseline_year
                then
                    greatest(criterion_sign * mart.difference(path_target, baseline_value), 0)
                    / (target_year - baseline_year)
        end as required_per_year
    from described
),

paced as (
    select
        *,
        direction_sign * change_since_baseline / (value_year - baseline_year) as actual_per_year,
        case
            when value_year <= target_year and is_comparable_with_baseline
                then
                    case
                        when required_per_year > 0
                            then
                                baseline_value
                                + criterion_sign * required_per_year * (value_year - baseline_year)
                        else path_target
                    end
        end as path_value
    from progress
),

final as (
    select
        plan_id,
        basis,
        goal_id,
        goal_order,
        section,
        indicator_id,
        indicator_order,
        role,
        indicator_title,
        indicator_part,
        kpi_id,
        municipality_id,
        year,
        unit,
        direction,
        display_decimals,
        value,
        value_year,
        value_source,
        source_label,
        case
            when value_source = 'kolada' and publ_period = value_year
                then
                    case
                        when judged_on >= publication_date then false
                        when judged_on < publication_date and prel_publication_date is not null then true
                    end
        end as is_preliminary,
        value_year < year as is_provisional,
        known_from,
        bokslut_date,
        is_estimated,
        target_year,
        target_kind,
        operator,
        case when target_kind = 'number' then target_value end as target_value,
        target_text,
        case when target_kind <> 'number' and compared_with is not null then reference_kind end
            as reference_kind,
        case when target_kind <> 'number' then compared_with end as reference_value,
        case when target_kind <> 'number' then reference_n end as reference_n,
        case
            when target_kind not in ('above_reference', 'below_reference') or compared_with is null then null
            when target_reference = 'similar' then similar_n < similar_member_count
            when reference_kind = 'riket' then false
            else reference_n < reference_min_n
        end as is_reference_weak,
        verdict,
        verdict_reason,
        case
            when is_judged and is_meeting_alternative then 'met'
            when is_judged and not is_meeting_alternative then 'not_met'
        end as verdict_alt,
        case when is_judged then is_meeting <> is_meeting_alternative end as is_sensitive,
        compared_at_decimals,
        -- The decimals at which value and compared_with tell the verdict: where rounding decides, those compared at.
        case
            when is_meeting <> is_meeting_exactly then compared_at_decimals
            else
                mart.telling_decimals(
                    value,
                    compared_with,
                    greatest(
                        display_decimals,
                        case
                            when target_kind in ('above_reference', 'below_reference') then 1
                            else coalesce(compared_at_decimals, 0)
                        end,
                        case when target_kind = 'number' then mart.decimals_in(target_value) else 0 end
                    )
                )
        end as shown_decimals,
        case when is_judged then is_meeting <> is_meeting_exactly end as is_rounded_only,
        case
            when is_judged and target_kind in ('above_reference', 'below_reference')
                then mart.rounded(value, display_decimals) = mart.rounded(compared_with, display_decimals)
        end as is_borderline,
        is_kpi_withdrawn,
        margin,
        case when not is_target_void then is_meeting end as is_at_target_now,
        baseline_year,
        baseline_value,
        change_since_baseline,
        case
            when baseline_year < value_year and (is_broken_since_baseline or is_rescaled_since_baseline)
                then 'method_changed'
            when mart.rounded(change_since_baseline, display_decimals) = 0 then 'unchanged'
            when direction_sign * change_since_baseline > 0 then 'improved'
            when direction_sign * change_since_baseline < 0 then 'worsened'
        end as trend,
        change_since_last_year,
        case
            when
                value is not null
                and last_year_value is not null
                and (is_broken_since_last_year or is_rescaled_since_last_year)
                then 'method_changed'
            when mart.rounded(change_since_last_year, display_decimals) = 0 then 'unchanged'
            when direction_sign * change_since_last_year > 0 then 'improved'
            when direction_sign * change_since_last_year < 0 then 'worsened'
        end as trend_since_last_year,
        required_per_year,
        actual_per_year,
        case
            when path_value is null then null
            when
                mart.rounded(value, display_decimals) = mart.rounded(path_value, display_decimals)
                then 'on_pace'
            when criterion_sign * mart.difference(value, path_value) > 0 then 'ahead'
            else 'behind'
        end as pace,
        case
            when path_value is not null and value_year < target_year
                then
                    baseline_value
                    + change_since_baseline / (value_year - baseline_year) * (target_year - baseline_year)
        end as projected_value,
        rank,
        rank_n,
        quartile,
        colour,
        direction_sign * mart.difference(value, riket_value) as difference_riket,
        direction_sign * mart.difference(value, unweighted_value) as difference_unweighted,
        direction_sign * mart.difference(value, similar_value) as difference_similar,
        case when similar_value is not null then similar_group_id end as similar_group_id,
        case when similar_value is not null then is_oldest_membership end as is_oldest_membership,
        value_women,
        value_men,
        mart.difference(value_women, value_men) as gender_gap,
        case
            when value is null then null
            when is_target_void then 'not_comparable'
            when is_broken_since_baseline or is_rescaled_since_baseline then 'series_break'
            when is_kpi_withdrawn then 'kpi_withdrawn'
            when closed_after_year < year then 'kpi_closed'
            else 'comparable'
        end as comparability,
        comparability_note,
        forecast_value,
        forecast_note,
        document_page,
        document_lines
    from paced
)

select * from final
