-- All inputs of a verdict, one row per judgement: the input of the judging function (mart.judged), as seen today and at
-- the year's bokslut. No column depends on the clock: dates are stored as dates.
-- One row per plan, basis, indicator, criterion, gender that is compared (T, K, M, or gap: the gap between women and
-- men) and year of the plan; an indicator without a criterion has one row, for the total.
--
--   named_value      the reference that the criterion names, other than the national average: a mean, a quartile ...
--   previous_value   the measurement before the value; base_value: that of the criterion's base year
--   place            the rank among the units of the criterion's scope
--   available_date   when the year's value is usually published: from the plan's or the catalogue's dates
--                    (working.plan_kpi); otherwise the first day on which any unit had the year; otherwise three years
--                    after it
--   rescaled         Kolada rescaled all values of the KPI after the target was written and no later decision has
--                    confirmed it, or after the printed or entered figure of the comparison was written
--   baseline   the value of the plan's baseline year, or of the last printed year before it; if the document prints
--              none, of the last measured year up to it
--   breaks     series breaks between the value and the figure that it would be compared with
with rules as (
    select * from working.rule_setting
),

indicators as (
    select * from working.followed_indicator
),

items as (
    select * from working.judged_item
),

units as (
    select * from core.municipality
),

listed_units as (
    select * from working.listed_unit
),

places as (
    select * from working.criterion_place
),

printed_outcomes as (
    select * from plan.outcome_document
),

manual_figures as (
    select * from plan.outcome_manual
    where period is null
),

series_breaks as (
    select * from plan.series_break
),

measured as (
    select * from working.measured
),

seen_kpis as (
    select * from working.seen_kpi
),

activity as (
    select * from working.kpi_activity
),

reference_values as (
    select * from working.reference
),

placings as (
    select * from working.standing
    where municipality_id in (select seen_kpis.municipality_id from seen_kpis)
),

similar_groups as (
    select distinct
        plan_id,
        sight_id,
        topic,
        group_id,
        member_count,
        is_oldest_membership
    from working.seen_similar_member
),

observations as (
    select * from core.observation
),

bokslut_cells as (
    select * from working.bokslut_cell
),

-- The municipality's own cells, including nulls with their status and both genders.
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
            seen_kpis.sighting_id = bokslut_cells.sighting_id
            and seen_kpis.kpi_id = bokslut_cells.kpi_id
            and seen_kpis.municipality_id = bokslut_cells.municipality_id
    where seen_kpis.basis = 'bokslut'
),

own_rows as (
    select
        plan_id,
        sight_id,
        kpi_id,
        period,
        bool_or(value is not null) as has_value,
        bool_or(gender = 'K') as has_row_women,
        bool_or(gender = 'M') as has_row_men,
        max(case when gender = 'T' then status end) as status,
        max(case when gender = 'K' then status end) as status_women,
        max(case when gender = 'M' then status end) as status_men,
        max(case when gender = 'K' then value end) as value_women,
        max(case when gender = 'M' then value end) as value_men
    from own_cells
    group by plan_id, sight_id, kpi_id, period
),

own_kpis as (
    select distinct
        kpi_id,
        municipality_id
    from seen_kpis
),

own_versions as (
    select
        own_kpis.kpi_id,
        own_kpis.municipality_id,
        versions.period,
        versions.gender,
        versions.value,
        versions.is_deleted or versions.change_kind = 'vanished' as is_gone,
        versions.known_from,
        versions.known_to
    from own_kpis
    inner join core.observation_version as versions
        on own_kpis.kpi_id = versions.kpi_id and own_kpis.municipality_id = versions.municipality_id
),

-- The own values that were known as a number and that Kolada has deleted or no longer reports.
withdrawn_values as (
    select distinct
        gone.kpi_id,
        gone.municipality_id,
        gone.period,
        gone.gender,
        gone.known_from,
        gone.known_to
    from own_versions as gone
    inner join own_versions as earlier
        on
            gone.kpi_id = earlier.kpi_id
            and gone.municipality_id = earlier.municipality_id
            and gone.period = earlier.period
            and gone.gender = earlier.gender
            and gone.known_from > earlier.known_from
    where gone.is_gone and earlier.value is not null
),

seen_withdrawn as (
    select distinct
        seen_kpis.plan_id,
        seen_kpis.sight_id,
        seen_kpis.kpi_id,
        withdrawn_values.period,
        withdrawn_values.gender
    from seen_kpis
    inner join withdrawn_values
        on
            seen_kpis.kpi_id = withdrawn_values.kpi_id
            and seen_kpis.municipality_id = withdrawn_values.municipality_id
    where
        case
            when seen_kpis.basis = 'today' then withdrawn_values.known_to is null
            else
                not seen_kpis.is_estimated
                and core.holds_at(withdrawn_values.known_from, withdrawn_values.known_to, seen_kpis.seen_at)
        end
),

-- The withdrawn values of the comparison: a gap is withdrawn with either of its two values.
withdrawn as (
    select * from seen_withdrawn

    union

    select * replace ('gap' as gender)
    from seen_withdrawn
    where gender in ('K', 'M')
),

first_days as (
    select
        kpi_id,
        period,
        mart.swedish_date(min(known_from)) as first_day
    from core.observation_version
    where kpi_id in (select seen_kpis.kpi_id from seen_kpis)
    group by kpi_id, period
),

rescaled_kpis as (
    select distinct
        kpi_id,
        known_from
    from core.observation_version
    where change_kind = 'rescaled'
),

-- The last rescaling of each KPI that is visible from a sight.
rescalings as (
    select
        seen_kpis.plan_id,
        seen_kpis.sight_id,
        seen_kpis.kpi_id,
        max(rescaled_kpis.known_from) as rescaled_at
    from seen_kpis
    inner join rescaled_kpis on seen_kpis.kpi_id = rescaled_kpis.kpi_id
    where
        case
            when seen_kpis.basis = 'today' then true
            else not seen_kpis.is_estimated and rescaled_kpis.known_from <= seen_kpis.seen_at
        end
    group by seen_kpis.plan_id, seen_kpis.sight_id, seen_kpis.kpi_id
),

-- The last day on which a decision confirmed the targets although the KPI was rescaled.
decided_rescalings as (
    select
        plan_id,
        kpi_id,
        max(rescaled_on) as decided_to
    from series_breaks
    where rescaled_on is not null and not voids_target
    group by plan_id, kpi_id
),

activity_last as (
    select
        sighting_id,
        kpi_id,
        max(case when row_count > 0 then period end) as last_row_period,
        max(case when value_count > 0 then period end) as last_value_period
    from activity
    group by sighting_id, kpi_id
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
        measured.gender,
        measured.year as baseline_year,
        measured.value as baseline_value,
        case when measured.value_source <> 'kolada' then measured.known_from end as baseline_written_at
    from measured
    inner join rules on measured.plan_id = rules.plan_id
    left join baseline_years
        on
            measured.plan_id = baseline_years.plan_id
            and measured.indicator_id = baseline_years.indicator_id
    where measured.year <= coalesce(baseline_years.printed_baseline_year, rules.baseline_year)
    qualify row_number() over (
        partition by measured.plan_id, measured.sight_id, measured.indicator_id, measured.gender
        order by measured.year desc
    ) = 1
),

list_sizes as (
    select
        plan_id,
        sight_id,
        list,
        count(*) as member_count
    from listed_units
    group by plan_id, sight_id, list
),

county_sizes as (
    select
        county_code,
        count(*) as member_count
    from units
    where municipality_type = 'K'
    group by county_code
),

-- The name, among the reference values, of the reference in a criterion.
named as (
    select
        items.*,
        units.county_code,
        similar_groups.group_id as similar_group_id,
        similar_groups.member_count as similar_member_count,
        similar_groups.is_oldest_membership,
        case when items.is_region then 'regions:' else '' end || 'unweighted_mean' as unweighted_reference,
        case
            when items.target_reference = 'riket' then 'riket'
            when items.target_reference in ('unweighted_mean', 'median', 'p25', 'p75')
                then case when items.is_region then 'regions:' else '' end || items.target_reference
            when items.target_reference = 'county' then 'county:' || units.county_code
            when items.target_reference = 'similar' then 'similar:' || similar_groups.group_id
            when items.target_reference like 'own:%'
                then 'own:' || items.plan_id || ':' || items.target_reference[5:]
            when items.target_reference like 'group:%' then items.target_reference
        end as named_reference
    from items
    left join units on items.municipality_id = units.municipality_id
    left join similar_groups
        on
            items.plan_id = similar_groups.plan_id
            and items.sight_id = similar_groups.sight_id
            and items.similar_group_topic = similar_groups.topic
),

gathered as (
    select
        items.*,
        coalesce(items.is_value_estimated, seen_kpis.is_estimated, false) as is_estimated,
        base.value as base_value,
        case when base.value_source <> 'kolada' then base.known_from end as base_written_at,
        last_year.value as last_year_value,
        case when last_year.value_source <> 'kolada' then last_year.known_from end as last_year_written_at,
        manual_outcomes.comparison_value,
        baselines.baseline_year,
        baselines.baseline_value,
        baselines.baseline_written_at,
        seen_kpis.is_withdrawn as is_kpi_withdrawn,
        seen_kpis.is_before_history,
        seen_kpis.closed_after_year,
        seen_kpis.publ_period,
        seen_kpis.prel_publication_date,
        seen_kpis.publication_date,
        coalesce(
            mart.available_date(items.year, seen_kpis.available_month_day, seen_kpis.available_year_offset),
            first_days.first_day,
            make_date(items.year + 3, 12, 31)
        ) as available_date,
        case items.gender
            when 'K' then own_rows.has_row_women
            when 'M' then own_rows.has_row_men
            when 'gap' then own_rows.has_row_women and own_rows.has_row_men
            else own_rows.period is not null
        end as has_own_row,
        case items.gender
            when 'K' then own_rows.status_women
            when 'M' then own_rows.status_men
            when 'gap' then coalesce(own_rows.status_women, own_rows.status_men)
            else own_rows.status
        end as own_status,
        own_rows.period is not null as has_any_own_row,
        coalesce(own_rows.has_value, false) as has_any_own_value,
        withdrawn.period is not null as is_value_withdrawn,
        case when items.value_source = 'kolada' then rescalings.rescaled_at end as rescaled_at,
        mart.swedish_date(rescalings.rescaled_at) <= decided_rescalings.decided_to as is_rescaling_decided,
        coalesce(activity.row_count, 0) as year_row_count,
        coalesce(activity.value_count, 0) as year_value_count,
        activity_last.last_row_period,
        activity_last.last_value_period,
        riket.value as riket_value,
        unweighted.value as unweighted_value,
        unweighted.n as unweighted_n,
        similar_mean.value as similar_value,
        similar_mean.n as similar_n,
        named_mean.value as named_value,
        named_mean.n as named_n,
        case items.target_reference
            when 'county' then county_sizes.member_count
            when 'similar' then items.similar_member_count
            else list_sizes.member_count
        end as named_member_count,
        places.place,
        places.place_n,
        own_rows.value_women,
        own_rows.value_men,
        placings.rank,
        placings.rank_n,
        placings.quartile,
        placings.colour
    from named as items
    left join measured as base
        on
            items.plan_id = base.plan_id
            and items.sight_id = base.sight_id
            and items.indicator_id = base.indicator_id
            and items.gender = base.gender
            and items.base_year = base.year
    left join measured as last_year
        on
            items.plan_id = last_year.plan_id
            and items.sight_id = last_year.sight_id
            and items.indicator_id = last_year.indicator_id
            and items.gender = last_year.gender
            and coalesce(items.value_year, items.year) - 1 = last_year.year
    left join manual_outcomes
        on
            items.plan_id = manual_outcomes.plan_id
            and items.indicator_id = manual_outcomes.indicator_id
            and coalesce(items.value_year, items.year) = manual_outcomes.year
    left join baselines
        on
            items.plan_id = baselines.plan_id
            and items.sight_id = baselines.sight_id
            and items.indicator_id = baselines.indicator_id
            and items.gender = baselines.gender
    left join seen_kpis
        on
            items.plan_id = seen_kpis.plan_id
            and items.sight_id = seen_kpis.sight_id
            and items.kpi_id = seen_kpis.kpi_id
    left join own_rows
        on
            items.plan_id = own_rows.plan_id
            and items.sight_id = own_rows.sight_id
            and items.kpi_id = own_rows.kpi_id
            and coalesce(items.value_year, items.year) = own_rows.period
    left join withdrawn
        on
            items.plan_id = withdrawn.plan_id
            and items.sight_id = withdrawn.sight_id
            and items.kpi_id = withdrawn.kpi_id
            and items.year = withdrawn.period
            and items.gender = withdrawn.gender
    left join first_days on items.kpi_id = first_days.kpi_id and items.year = first_days.period
    left join rescalings
        on
            items.plan_id = rescalings.plan_id
            and items.sight_id = rescalings.sight_id
            and items.kpi_id = rescalings.kpi_id
    left join decided_rescalings
        on items.plan_id = decided_rescalings.plan_id and items.kpi_id = decided_rescalings.kpi_id
    left join activity
        on
            seen_kpis.sighting_id = activity.sighting_id
            and items.kpi_id = activity.kpi_id
            and items.year = activity.period
    left join activity_last
        on seen_kpis.sighting_id = activity_last.sighting_id and items.kpi_id = activity_last.kpi_id
    left join reference_values as riket
        on
            seen_kpis.sighting_id = riket.sighting_id
            and items.kpi_id = riket.kpi_id
            and coalesce(items.value_year, items.year) = riket.period
            and items.gender = riket.gender
            and riket.reference = 'riket'
    left join reference_values as unweighted
        on
            seen_kpis.sighting_id = unweighted.sighting_id
            and items.kpi_id = unweighted.kpi_id
            and coalesce(items.value_year, items.year) = unweighted.period
            and items.gender = unweighted.gender
            and items.unweighted_reference = unweighted.reference
            and unweighted.reference_kind = 'unweighted_mean'
    left join reference_values as similar_mean
        on
            seen_kpis.sighting_id = similar_mean.sighting_id
            and items.kpi_id = similar_mean.kpi_id
            and coalesce(items.value_year, items.year) = similar_mean.period
            and items.gender = similar_mean.gender
            and 'similar:' || items.similar_group_id = similar_mean.reference
    left join reference_values as named_mean
        on
            seen_kpis.sighting_id = named_mean.sighting_id
            and items.kpi_id = named_mean.kpi_id
            and coalesce(items.value_year, items.year) = named_mean.period
            and items.gender = named_mean.gender
            and items.named_reference = named_mean.reference
    left join county_sizes on items.county_code = county_sizes.county_code
    left join list_sizes
        on
            items.plan_id = list_sizes.plan_id
            and items.sight_id = list_sizes.sight_id
            and items.named_reference = list_sizes.list
    left join places
        on
            items.plan_id = places.plan_id
            and items.sight_id = places.sight_id
            and items.indicator_id = places.indicator_id
            and items.rank_scope = places.rank_scope
            and items.gender = places.gender
            and case when items.value_source = 'kolada' then items.value_year end = places.period
    left join placings
        on
            seen_kpis.sighting_id = placings.sighting_id
            and items.kpi_id = placings.kpi_id
            and case when items.value_source = 'kolada' then items.value_year end = placings.period
            and items.municipality_id = placings.municipality_id
            and items.direction = placings.direction
),

-- The series breaks between two points that would be compared.
broken as (
    select
        gathered.plan_id,
        gathered.sight_id,
        gathered.indicator_id,
        gathered.criterion,
        gathered.gender,
        gathered.year,
        bool_or(
            series_breaks.first_year_after > gathered.baseline_year
            and series_breaks.first_year_after <= gathered.value_year
        ) as is_broken_since_baseline,
        bool_or(series_breaks.first_year_after = gathered.value_year) as is_broken_since_last_year,
        bool_or(
            series_breaks.first_year_after > gathered.previous_value_year
            and series_breaks.first_year_after <= gathered.value_year
        ) as is_broken_since_previous,
        bool_or(
            series_breaks.first_year_after > gathered.base_year
            and series_breaks.first_year_after <= gathered.value_year
        ) as is_broken_since_base,
        bool_or(series_breaks.voids_target and series_breaks.first_year_after <= gathered.value_year)
            as has_voiding_break,
        string_agg(
            case
                when
                    series_breaks.first_year_after <= gathered.value_year
                    and (
                        series_breaks.first_year_after > gathered.baseline_year
                        or series_breaks.first_year_after = gathered.value_year
                        or series_breaks.first_year_after > gathered.base_year
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
    group by
        gathered.plan_id,
        gathered.sight_id,
        gathered.indicator_id,
        gathered.criterion,
        gathered.gender,
        gathered.year
),

rescaled as (
    select
        plan_id,
        sight_id,
        indicator_id,
        criterion,
        gender,
        year,
        rescaled_at >= target_known_from
        and target_kind in ('number', 'range', 'gender_gap')
        and not coalesce(is_rescaling_decided, false) as is_rescaled_since_target,
        rescaled_at >= last_year_written_at as is_rescaled_since_last_year,
        rescaled_at >= previous_written_at as is_rescaled_since_previous,
        rescaled_at >= base_written_at as is_rescaled_since_base,
        rescaled_at >= baseline_written_at as is_rescaled_since_baseline,
        'Kolada räknade om alla värden för nyckeltalet ' || cast(mart.swedish_date(rescaled_at) as varchar)
        || '.' as note
    from gathered
    where rescaled_at is not null
),

final as (
    select
        gathered.plan_id,
        gathered.basis,
        gathered.indicator_id,
        gathered.criterion,
        gathered.gender,
        gathered.year,
        gathered.target_order,
        gathered.criteria_rule,
        gathered.kpi_id,
        gathered.bokslut_date,
        gathered.is_estimated,
        gathered.target_year,
        gathered.target_kind,
        gathered.operator,
        gathered.target_value,
        gathered.target_high,
        gathered.target_offset,
        gathered.offset_unit,
        gathered.base_year,
        gathered.rank_scope,
        gathered.target_gender,
        gathered.tolerance,
        gathered.tolerance_unit,
        gathered.target_text,
        gathered.target_decimals,
        gathered.target_reference,
        gathered.target_document_lines,
        gathered.is_yearly_criterion,
        gathered.direction,
        gathered.display_decimals,
        gathered.national_average,
        gathered.reference_min_n,
        gathered.fixed_target_precision,
        gathered.average_precision,
        gathered.partly_met_by,
        gathered.value,
        gathered.value_year,
        gathered.value_source,
        gathered.source_label,
        gathered.known_from,
        gathered.last_year_value,
        gathered.previous_value_year,
        gathered.previous_value,
        gathered.base_value,
        gathered.comparison_value,
        gathered.baseline_year,
        gathered.baseline_value,
        gathered.riket_value,
        gathered.unweighted_value,
        gathered.unweighted_n,
        gathered.similar_group_id,
        gathered.similar_value,
        gathered.similar_n,
        gathered.similar_member_count,
        gathered.named_reference,
        gathered.named_value,
        gathered.named_n,
        cast(gathered.named_member_count as integer) as named_member_count,
        gathered.place,
        gathered.place_n,
        gathered.is_oldest_membership,
        coalesce(broken.is_broken_since_baseline, false) as is_broken_since_baseline,
        coalesce(broken.is_broken_since_last_year, false) as is_broken_since_last_year,
        coalesce(broken.is_broken_since_previous, false) as is_broken_since_previous,
        coalesce(broken.is_broken_since_base, false) as is_broken_since_base,
        coalesce(broken.has_voiding_break, false) as has_voiding_break,
        coalesce(rescaled.is_rescaled_since_target, false) as is_rescaled_since_target,
        coalesce(rescaled.is_rescaled_since_last_year, false) as is_rescaled_since_last_year,
        coalesce(rescaled.is_rescaled_since_previous, false) as is_rescaled_since_previous,
        coalesce(rescaled.is_rescaled_since_base, false) as is_rescaled_since_base,
        coalesce(rescaled.is_rescaled_since_baseline, false) as is_rescaled_since_baseline,
        nullif(
            concat_ws(
                ' ',
                broken.comparability_note,
                case
                    when
                        rescaled.is_rescaled_since_target
                        or rescaled.is_rescaled_since_last_year
                        or rescaled.is_rescaled_since_previous
                        or rescaled.is_rescaled_since_base
                        or rescaled.is_rescaled_since_baseline
                        then rescaled.note
                end
            ),
            ''
        ) as comparability_note,
        coalesce(gathered.is_kpi_withdrawn, false) as is_kpi_withdrawn,
        coalesce(gathered.is_before_history, false) as is_before_history,
        gathered.closed_after_year,
        gathered.publ_period,
        gathered.prel_publication_date,
        gathered.publication_date,
        gathered.available_date,
        coalesce(gathered.has_own_row, false) as has_own_row,
        gathered.has_any_own_row,
        gathered.has_any_own_value,
        gathered.own_status,
        gathered.is_value_withdrawn,
        gathered.year_row_count,
        gathered.year_value_count,
        gathered.last_row_period,
        gathered.last_value_period,
        gathered.value_women,
        gathered.value_men,
        gathered.rank,
        gathered.rank_n,
        gathered.quartile,
        gathered.colour
    from gathered
    left join broken
        on
            gathered.plan_id = broken.plan_id
            and gathered.sight_id = broken.sight_id
            and gathered.indicator_id = broken.indicator_id
            and gathered.criterion is not distinct from broken.criterion
            and gathered.gender = broken.gender
            and gathered.year = broken.year
    left join rescaled
        on
            gathered.plan_id = rescaled.plan_id
            and gathered.sight_id = rescaled.sight_id
            and gathered.indicator_id = rescaled.indicator_id
            and gathered.criterion is not distinct from rescaled.criterion
            and gathered.gender = rescaled.gender
            and gathered.year = rescaled.year
)

select * from final
order by plan_id, basis, indicator_id, criterion, gender, year
