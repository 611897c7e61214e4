-- The judgement of every indicator and year with all columns that are shown with it, for both bases: seen from today,
-- and from the year's bokslut. One row per plan, basis, indicator and year of the plan. The indicator's rule combines
-- the verdicts of several criteria; the row shows the first criterion in the file that has the combined verdict.
--
--   path         the straight line from the baseline to the target; the target itself if it was already reached
--   comparable   no series break between baseline and value: otherwise no change, pace or projection
with plans as (
    select * from plan.plan
),

goals as (
    select * from plan.goal
),

indicators as (
    select * from working.followed_indicator
),

criteria as (
    select * from working.judged_criterion
),

comments as (
    select
        plan_id,
        item_id,
        year,
        text as comment
    from plan.comment
    qualify row_number() over (
        partition by plan_id, item_id, year
        order by period is not null, mart.last_month(period) desc
    ) = 1
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
    qualify row_number() over (
        partition by plan_id, indicator_id, year
        order by entered_at desc, coalesce(mart.last_month(period), 12) desc
    ) = 1
),

listed as (
    select
        plan_id,
        basis,
        indicator_id,
        year,
        coalesce(any_value(criteria_rule), 'all') as criteria_rule,
        list(verdict) as verdicts,
        list(coalesce(verdict_alt, verdict)) as alternative_verdicts,
        bool_or(verdict_alt is not null) as has_alternative,
        bool_and(coalesce(is_at_target_now, true)) as may_be_at_every_target_now,
        bool_or(coalesce(is_at_target_now, false)) as is_at_some_target_now,
        bool_or(is_at_target_now is null) as is_unknown_now,
        cast(count(*) as integer) as n_criteria
    from criteria
    group by plan_id, basis, indicator_id, year
),

put_together as (
    select
        plan_id,
        basis,
        indicator_id,
        year,
        n_criteria,
        case when criteria_rule = 'any' then mart.any_of(verdicts) else mart.all_of(verdicts) end as joint_verdict,
        case
            when not has_alternative then null
            when criteria_rule = 'any' then mart.any_of(alternative_verdicts)
            else mart.all_of(alternative_verdicts)
        end as joint_verdict_alt,
        case
            when criteria_rule = 'any' then is_at_some_target_now or case when is_unknown_now then null else false end
            else may_be_at_every_target_now and case when is_unknown_now then null else true end
        end as is_at_joint_target_now
    from listed
),

joined as (
    select
        criteria.* exclude (verdict_alt, is_at_target_now),  -- noqa: RF02
        put_together.n_criteria,
        put_together.joint_verdict,
        put_together.joint_verdict_alt,
        put_together.is_at_joint_target_now
    from criteria
    inner join put_together
        on
            criteria.plan_id = put_together.plan_id
            and criteria.basis = put_together.basis
            and criteria.indicator_id = put_together.indicator_id
            and criteria.year = put_together.year
),

-- The criterion that is shown.
judged as (
    select * from joined
    where n_criteria = 1

    union all

    select * from joined
    where n_criteria > 1
    qualify row_number() over (
        partition by plan_id, basis, indicator_id, year
        order by verdict <> joint_verdict, target_order, criterion
    ) = 1
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
        indicators.owner,
        comments.comment,
        indicators.document_page,
        indicators.document_lines,
        forecasts.forecast_value,
        forecasts.forecast_note,
        case
            when judged.gender = 'gap' or judged.direction = 'lower' then -1
            when judged.direction = 'higher' then 1
        end as direction_sign,
        -- A difference from a mean is good or bad by the direction; it is neither if a smaller distance is better.
        case judged.direction when 'lower' then -1 when 'higher' then 1 when 'target' then 1 end as difference_sign,
        -- Progress is measured only towards a number for a later year.
        case
            when judged.target_kind = 'number' and judged.direction <> 'target' and not judged.is_target_void
                then judged.target_value
        end as path_target,
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
    left join comments
        on
            judged.plan_id = comments.plan_id
            and judged.indicator_id = comments.item_id
            and judged.year = comments.year
),

progress as (
    select
        *,
        case when is_comparable_with_baseline then mart.difference(value, baseline_value) end
            as change_since_baseline,
        case when is_comparable_with_last_year then mart.difference(value, last_year_value) end
            as change_since_last_year,
        case
            when path_target is not null and target_year > baseline_year
                then
                    greatest(criterion_sign * mart.difference(path_target, baseline_value), 0)
                    / (target_year - baseline_year)
        end as required_per_year,
        -- The decrease of the distance to the target, which is the improvement if a smaller distance is better.
        case
            when direction = 'target' and gender <> 'gap' and is_comparable_with_baseline
                then
                    mart.distance_to(baseline_value, target_kind, target_value, target_high, compared_with)
                    - mart.distance_to(value, target_kind, target_value, target_high, compared_with)
        end as nearer_since_baseline,
        case
            when direction = 'target' and gender <> 'gap' and is_comparable_with_last_year
                then
                    mart.distance_to(last_year_value, target_kind, target_value, target_high, compared_with)
                    - mart.distance_to(value, target_kind, target_value, target_high, compared_with)
        end as nearer_since_last_year
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
        owner,
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
        criterion,
        n_criteria,
        target_kind,
        operator,
        target_value,
        target_high,
        target_offset,
        offset_unit,
        base_year,
        rank_scope,
        target_gender,
        tolerance,
        tolerance_unit,
        target_text,
        target_decimals,
        target_reference,
        target_document_lines,
        gender,
        compared_with,
        case when reference_value is not null then reference_kind end as reference_kind,
        reference_value,
        case when reference_value is not null or place is not null then reference_n end as reference_n,
        case
            when target_kind <> 'reference' or compared_with is null then null
            when named_member_count is not null then named_n < named_member_count
            when reference_kind = 'riket' then false
            else reference_n < reference_min_n
        end as is_reference_weak,
        place,
        case when place is not null then place_n end as place_n,
        verdict,
        verdict_reason,
        case when is_judged then joint_verdict_alt end as verdict_alt,
        case when is_judged then verdict <> joint_verdict_alt end as is_sensitive,
        compared_at_decimals,
        shown_decimals,
        is_rounded_only,
        case
            when is_judged and target_kind = 'reference'
                then mart.rounded(value, display_decimals) = mart.rounded(compared_with, display_decimals)
        end as is_borderline,
        is_kpi_withdrawn,
        margin,
        margin_unit,
        is_at_joint_target_now as is_at_target_now,
        baseline_year,
        baseline_value,
        change_since_baseline,
        case
            when baseline_year < value_year and (is_broken_since_baseline or is_rescaled_since_baseline)
                then 'method_changed'
            when mart.rounded(change_since_baseline, display_decimals) = 0 or nearer_since_baseline = 0 then 'unchanged'
            when direction_sign * change_since_baseline > 0 or nearer_since_baseline > 0 then 'improved'
            when direction_sign * change_since_baseline < 0 or nearer_since_baseline < 0 then 'worsened'
        end as trend,
        change_since_last_year,
        case
            when
                value is not null
                and last_year_value is not null
                and (is_broken_since_last_year or is_rescaled_since_last_year)
                then 'method_changed'
            when mart.rounded(change_since_last_year, display_decimals) = 0 or nearer_since_last_year = 0
                then 'unchanged'
            when direction_sign * change_since_last_year > 0 or nearer_since_last_year > 0 then 'improved'
            when direction_sign * change_since_last_year < 0 or nearer_since_last_year < 0 then 'worsened'
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
        difference_sign * mart.difference(value, riket_value) as difference_riket,
        difference_sign * mart.difference(value, unweighted_value) as difference_unweighted,
        difference_sign * mart.difference(value, similar_value) as difference_similar,
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
        comment,
        document_page,
        document_lines
    from paced
)

select * from final
