-- The judgement itself, once for both bases: seen from today, and from the year's bokslut.
-- Working relation of mart.goal_fulfilment and mart.goal_fulfilment_bokslut.
-- One row per plan, basis, indicator and year of the plan.
--
-- Order of verdicts: no value -> no_data; no criterion -> not_assessable; a break that voids the target ->
-- not_comparable; the target's year lies ahead -> not_yet_due; nothing to compare with -> no_data
-- (reference_missing); then met or not_met.
--
-- Definitions:
--   compared_with   the target's number; or the reference of the same KPI, year and gender T; or last year's
--                   value; or the other figure entered beside the value
--   decimals        those at which the two are compared; null compares them as received
--   margin          value against compared_with as received, signed so that plus is good
--   baseline        the value of the plan's baseline year, or of the last printed year before it; where the
--                   document prints nothing, of the last measured year up to it
--   path            the straight line from the baseline to the target; the target itself when it was reached
--                   already
--   comparable      no series break between baseline and value: otherwise no change, pace or projection
with sights as (
    select * from mart.sight_as_of(moment)
),

rules as (
    select * from mart.rule_setting_as_of(moment)
),

goals as (
    select * from plan.goal_as_of(moment)
),

indicators as (
    select * from plan.indicator_as_of(moment)
),

printed_outcomes as (
    select * from plan.outcome_document_as_of(moment)
),

manual_figures as (
    select * from plan.outcome_manual_as_of(moment)
),

series_breaks as (
    select * from plan.series_break_as_of(moment)
),

criteria as (
    select * from mart.criterion_as_of(moment)
),

measured as (
    select * from mart.measured_as_of(moment)
),

seen_kpis as (
    select * from mart.seen_kpi_as_of(moment)
),

activity as (
    select * from mart.kpi_activity_as_of(moment)
),

reference_values as (
    select * from mart.reference_as_of(moment)
    where gender = 'T'
),

placings as (
    select * from mart.placing_as_of(moment)
),

similar_groups as (
    select distinct
        plan_id,
        sight_id,
        topic,
        group_id,
        member_count,
        is_oldest_membership
    from mart.seen_similar_member_as_of(moment)
),

observations as (
    select * from core.observation_as_of(moment)
),

bokslut_cells as (
    select * from mart.bokslut_cell_as_of(moment)
),

-- The municipality's own cells, nulls with their status and both genders in.
own_cells as (
    select
        seen_kpis.plan_id,
        seen_kpis.sight_id,
        seen_kpis.kpi_id,
        observations.period,
        observations.gender,
        observations.value,
        observations.status
    from seen_kpis
    inner join observations
        on
            seen_kpis.kpi_id = observations.kpi_id
            and seen_kpis.municipality_id = observations.municipality_id
    where seen_kpis.basis = 'today'

    union all

    select
        seen_kpis.plan_id,
        seen_kpis.sight_id,
        seen_kpis.kpi_id,
        bokslut_cells.period,
        bokslut_cells.gender,
        bokslut_cells.value,
        bokslut_cells.status
    from seen_kpis
    inner join bokslut_cells
        on
            seen_kpis.sight_id = bokslut_cells.sight_id
            and seen_kpis.kpi_id = bokslut_cells.kpi_id
            and seen_kpis.municipality_id = bokslut_cells.municipality_id
),

own_totals as (
    select
        plan_id,
        sight_id,
        kpi_id,
        period,
        true as has_row,
        status
    from own_cells
    where gender = 'T'
),

own_genders as (
    select
        plan_id,
        sight_id,
        kpi_id,
        period,
        max(case when gender = 'K' then value end) as value_women,
        max(case when gender = 'M' then value end) as value_men
    from own_cells
    where gender in ('K', 'M')
    group by plan_id, sight_id, kpi_id, period
),

activity_last as (
    select
        sight_id,
        kpi_id,
        max(case when row_count > 0 then period end) as last_row_period,
        max(case when value_count > 0 then period end) as last_value_period
    from activity
    group by sight_id, kpi_id
),

manual_outcomes as (
    select
        plan_id,
        indicator_id,
        year,
        comparison_value
    from manual_figures
    where kind = 'outcome'
    qualify row_number() over (partition by plan_id, indicator_id, year order by entered_at desc) = 1
),

forecasts as (
    select
        plan_id,
        indicator_id,
        year,
        value as forecast_value,
        source_note as forecast_note
    from manual_figures
    where kind = 'forecast'
    qualify row_number() over (partition by plan_id, indicator_id, year order by entered_at desc) = 1
),

baseline_years as (
    select
        indicators.plan_id,
        indicators.indicator_id,
        max(printed_outcomes.year) as printed_baseline_year
    from indicators
    inner join rules on indicators.plan_id = rules.plan_id
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
    where printed_outcomes.value is not null and printed_outcomes.year <= rules.baseline_year
    group by indicators.plan_id, indicators.indicator_id
),

baselines as (
    select
        measured.plan_id,
        measured.sight_id,
        measured.indicator_id,
        measured.year as baseline_year,
        measured.value as baseline_value
    from measured
    inner join rules on measured.plan_id = rules.plan_id
    left join baseline_years
        on
            measured.plan_id = baseline_years.plan_id
            and measured.indicator_id = baseline_years.indicator_id
    where measured.year <= coalesce(baseline_years.printed_baseline_year, rules.baseline_year)
    qualify row_number() over (
        partition by measured.plan_id, measured.sight_id, measured.indicator_id
        order by measured.year desc
    ) = 1
),

items as (
    select
        sights.plan_id,
        sights.municipality_id,
        sights.basis,
        sights.sight_id,
        mart.swedish_date(sights.seen_at) as seen_on,
        sights.bokslut_date,
        sights.year,
        goals.goal_id,
        goals.goal_order,
        goals.section,
        indicators.indicator_id,
        indicators.indicator_order,
        indicators.role,
        indicators.title as indicator_title,
        indicators.part as indicator_part,
        indicators.kpi_id,
        indicators.unit,
        indicators.direction,
        indicators.display_decimals,
        indicators.similar_group_topic,
        indicators.document_page,
        indicators.document_lines,
        rules.national_average,
        rules.reference_min_n,
        rules.fixed_target_precision,
        rules.average_precision,
        rules.has_latest_measurement
    from sights
    inner join indicators on sights.plan_id = indicators.plan_id
    inner join goals on indicators.plan_id = goals.plan_id and indicators.goal_id = goals.goal_id
    inner join rules on sights.plan_id = rules.plan_id
),

-- The year's own value; an earlier one only where the plan's rules let it stand in.
valued as (
    select
        items.plan_id,
        items.sight_id,
        items.indicator_id,
        items.year,
        measured.year as value_year,
        measured.value,
        measured.value_source,
        measured.source_label,
        measured.known_from,
        measured.is_estimated as is_value_estimated
    from items
    inner join measured
        on
            items.plan_id = measured.plan_id
            and items.sight_id = measured.sight_id
            and items.indicator_id = measured.indicator_id
            and (
                items.year = measured.year
                or (items.has_latest_measurement and items.year > measured.year)
            )
    qualify row_number() over (
        partition by items.plan_id, items.sight_id, items.indicator_id, items.year
        order by measured.year desc
    ) = 1
),

gathered as (
    select
        items.*,
        criteria.target_year,
        criteria.target_kind,
        criteria.operator,
        criteria.target_value,
        criteria.target_text,
        criteria.target_decimals,
        criteria.target_reference,
        coalesce(criteria.is_yearly_criterion, false) as is_yearly_criterion,
        valued.value,
        valued.value_year,
        valued.value_source,
        valued.source_label,
        valued.known_from,
        coalesce(valued.is_value_estimated, seen_kpis.is_estimated, false) as is_estimated,
        last_year.value as last_year_value,
        manual_outcomes.comparison_value,
        forecasts.forecast_value,
        forecasts.forecast_note,
        baselines.baseline_year,
        baselines.baseline_value,
        seen_kpis.is_withdrawn as is_kpi_withdrawn,
        seen_kpis.is_before_history,
        seen_kpis.closed_after_year,
        seen_kpis.publ_period,
        seen_kpis.prel_publication_date,
        seen_kpis.publication_date,
        mart.available_date(items.year, seen_kpis.available_month_day, seen_kpis.available_year_offset)
            as available_date,
        own_totals.has_row as has_own_row,
        own_totals.status as own_status,
        coalesce(activity.row_count, 0) as year_row_count,
        coalesce(activity.value_count, 0) as year_value_count,
        activity_last.last_row_period,
        activity_last.last_value_period,
        riket.value as riket_value,
        unweighted.value as unweighted_value,
        unweighted.n as unweighted_n,
        similar_groups.group_id as similar_group_id,
        similar_groups.member_count as similar_member_count,
        similar_groups.is_oldest_membership,
        similar_mean.value as similar_value,
        similar_mean.n as similar_n,
        own_genders.value_women,
        own_genders.value_men,
        placings.rank,
        placings.rank_n,
        placings.quartile,
        placings.colour
    from items
    left join criteria
        on
            items.plan_id = criteria.plan_id
            and items.indicator_id = criteria.indicator_id
            and items.year = criteria.year
    left join valued
        on
            items.plan_id = valued.plan_id
            and items.sight_id = valued.sight_id
            and items.indicator_id = valued.indicator_id
            and items.year = valued.year
    left join measured as last_year
        on
            items.plan_id = last_year.plan_id
            and items.sight_id = last_year.sight_id
            and items.indicator_id = last_year.indicator_id
            and coalesce(valued.value_year, items.year) - 1 = last_year.year
    left join manual_outcomes
        on
            items.plan_id = manual_outcomes.plan_id
            and items.indicator_id = manual_outcomes.indicator_id
            and coalesce(valued.value_year, items.year) = manual_outcomes.year
    left join forecasts
        on
            items.plan_id = forecasts.plan_id
            and items.indicator_id = forecasts.indicator_id
            and items.year = forecasts.year
    left join baselines
        on
            items.plan_id = baselines.plan_id
            and items.sight_id = baselines.sight_id
            and items.indicator_id = baselines.indicator_id
    left join seen_kpis
        on
            items.plan_id = seen_kpis.plan_id
            and items.sight_id = seen_kpis.sight_id
            and items.kpi_id = seen_kpis.kpi_id
    left join own_totals
        on
            items.plan_id = own_totals.plan_id
            and items.sight_id = own_totals.sight_id
            and items.kpi_id = own_totals.kpi_id
            and items.year = own_totals.period
    left join own_genders
        on
            items.plan_id = own_genders.plan_id
            and items.sight_id = own_genders.sight_id
            and items.kpi_id = own_genders.kpi_id
            and valued.value_year = own_genders.period
    left join activity
        on
            items.sight_id = activity.sight_id
            and items.kpi_id = activity.kpi_id
            and items.year = activity.period
    left join activity_last
        on items.sight_id = activity_last.sight_id and items.kpi_id = activity_last.kpi_id
    left join reference_values as riket
        on
            items.sight_id = riket.sight_id
            and items.kpi_id = riket.kpi_id
            and coalesce(valued.value_year, items.year) = riket.period
            and riket.reference = 'riket'
    left join reference_values as unweighted
        on
            items.sight_id = unweighted.sight_id
            and items.kpi_id = unweighted.kpi_id
            and coalesce(valued.value_year, items.year) = unweighted.period
            and unweighted.reference = 'unweighted_mean'
    left join similar_groups
        on
            items.plan_id = similar_groups.plan_id
            and items.sight_id = similar_groups.sight_id
            and items.similar_group_topic = similar_groups.topic
    left join reference_values as similar_mean
        on
            items.sight_id = similar_mean.sight_id
            and items.kpi_id = similar_mean.kpi_id
            and coalesce(valued.value_year, items.year) = similar_mean.period
            and 'similar:' || similar_groups.group_id = similar_mean.reference
    left join placings
        on
            items.sight_id = placings.sight_id
            and items.kpi_id = placings.kpi_id
            and case when valued.value_source = 'kolada' then valued.value_year end = placings.period
            and items.municipality_id = placings.municipality_id
),

-- Which breaks lie between two points that would be compared.
broken as (
    select
        gathered.plan_id,
        gathered.sight_id,
        gathered.indicator_id,
        gathered.year,
        bool_or(
            series_breaks.first_year_after > gathered.baseline_year
            and series_breaks.first_year_after <= gathered.value_year
        ) as is_broken_since_baseline,
        bool_or(series_breaks.first_year_after = gathered.value_year) as is_broken_since_last_year,
        bool_or(series_breaks.voids_target and series_breaks.first_year_after <= gathered.value_year)
            as is_target_void,
        string_agg(
            case
                when
                    series_breaks.first_year_after <= gathered.value_year
                    and (
                        series_breaks.first_year_after > gathered.baseline_year
                        or series_breaks.first_year_after = gathered.value_year
                        or series_breaks.voids_target
                    )
                    then series_breaks.why
            end,
            ' '
            order by series_breaks.first_year_after
        ) as comparability_note
    from gathered
    inner join series_breaks
        on gathered.plan_id = series_breaks.plan_id and gathered.kpi_id = series_breaks.kpi_id
    group by gathered.plan_id, gathered.sight_id, gathered.indicator_id, gathered.year
),

compared as (
    select
        gathered.*,
        coalesce(broken.is_broken_since_baseline, false) as is_broken_since_baseline,
        coalesce(broken.is_broken_since_last_year, false) as is_broken_since_last_year,
        case gathered.target_kind
            when 'number' then coalesce(broken.is_target_void, false)
            when 'previous_year' then coalesce(broken.is_broken_since_last_year, false)
            else false
        end as is_target_void,
        broken.comparability_note,
        -- Which mean stands for the reference, and which one the other reading would take.
        case
            when gathered.target_kind is null then null
            when gathered.target_kind not in ('above_reference', 'below_reference') then gathered.target_kind
            when gathered.target_reference = 'similar' then 'similar:' || gathered.similar_group_id
            when gathered.national_average = 'riket' then 'riket'
            when gathered.national_average = 'unweighted' then 'unweighted_mean'
            when
                gathered.national_average = 'unweighted_else_riket' and gathered.unweighted_value is null
                then 'riket'
            when gathered.national_average = 'unweighted_else_riket' then 'unweighted_mean'
            when gathered.riket_value is null then 'unweighted_mean'
            else 'riket'
        end as reference_kind,
        case gathered.operator when '<=' then -1 when '<' then -1 else 1 end as criterion_sign,
        case gathered.direction when 'higher' then 1 when 'lower' then -1 end as direction_sign
    from gathered
    left join broken
        on
            gathered.plan_id = broken.plan_id
            and gathered.sight_id = broken.sight_id
            and gathered.indicator_id = broken.indicator_id
            and gathered.year = broken.year
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
        case
            when reference_kind = 'riket' then unweighted_value
            when reference_kind = 'unweighted_mean' then riket_value
        end as alternative_value,
        case
            when target_kind in ('above_reference', 'below_reference')
                then case when average_precision = 'display' then display_decimals end
            when fixed_target_precision = 'exact' then null
            when fixed_target_precision = 'display' then display_decimals
            when fixed_target_precision = 'target' then coalesce(target_decimals, display_decimals)
            else greatest(coalesce(target_decimals, display_decimals), display_decimals)
        end as decimals
    from compared
),

tested as (
    select
        *,
        mart.meets(mart.rounded(value, decimals), operator, mart.rounded(compared_with, decimals))
            as is_meeting,
        mart.meets(value, operator, compared_with) as is_meeting_exactly,
        mart.meets(mart.rounded(value, decimals), operator, mart.rounded(alternative_value, decimals))
            as is_meeting_alternative,
        -- Progress is worth measuring against a number that lies in a coming year.
        case when target_kind = 'number' and not is_target_void then target_value end as path_target,
        baseline_year < value_year
        and not is_broken_since_baseline as is_comparable_with_baseline,
        value_year is not null
        and last_year_value is not null
        and not is_broken_since_last_year as is_comparable_with_last_year
    from referenced
),

judged as (
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
                        when is_kpi_withdrawn and not coalesce(has_own_row, false) then 'kpi_withdrawn'
                        when closed_after_year < year then 'kpi_closed'
                        when
                            year_row_count = 0
                            and coalesce(last_row_period < year, true)
                            and coalesce(seen_on <= available_date, true)
                            then 'not_published_yet'
                        when year_value_count = 0 and last_value_period > year then 'not_measured'
                        when own_status = 'Privacy' then 'withheld'
                        when own_status = 'Not applicable' then 'not_applicable'
                        when own_status = 'Missing' then 'missing_reported'
                        when has_own_row then 'value_withheld_unknown'
                        when year_value_count > 0 then 'not_participating'
                        when last_row_period is null then 'nothing_published'
                        else 'publication_overdue'
                    end
            when not is_yearly_criterion
                then case when target_kind is null then 'no_target' else 'no_yearly_criterion' end
            when is_target_void then 'series_break'
            when target_year > year then 'before_target_year'
            when compared_with is null then 'reference_missing'
            when national_average = 'riket_else_unweighted' and reference_kind = 'unweighted_mean'
                then 'riket_missing'
        end as verdict_reason
    from tested
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
    from judged
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
        sight_id,
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
                        when seen_on >= publication_date then false
                        when seen_on < publication_date and prel_publication_date is not null then true
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
        decimals as compared_at_decimals,
        -- The decimals at which value and compared_with tell the verdict: where rounding decides, those compared at.
        case
            when is_meeting <> is_meeting_exactly then decimals
            else
                mart.telling_decimals(
                    value,
                    compared_with,
                    greatest(
                        display_decimals,
                        case
                            when target_kind in ('above_reference', 'below_reference') then 1
                            else coalesce(decimals, 0)
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
        coalesce(is_kpi_withdrawn, false) as is_kpi_withdrawn,
        criterion_sign * mart.difference(value, compared_with) as margin,
        case when not is_target_void then is_meeting end as is_at_target_now,
        baseline_year,
        baseline_value,
        change_since_baseline,
        case
            when baseline_year < value_year and is_broken_since_baseline then 'method_changed'
            when mart.rounded(change_since_baseline, display_decimals) = 0 then 'unchanged'
            when direction_sign * change_since_baseline > 0 then 'improved'
            when direction_sign * change_since_baseline < 0 then 'worsened'
        end as trend,
        change_since_last_year,
        case
            when value is not null and last_year_value is not null and is_broken_since_last_year
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
            when is_broken_since_baseline then 'series_break'
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
