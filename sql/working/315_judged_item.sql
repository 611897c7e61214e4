-- The judged items: each indicator in each year of its plan, by each of its criteria, with the value that is compared.
-- An indicator without a criterion has one row, for the total. The value is that of the year; an earlier one only if
-- the plan's rules allow it. The previous measurement, of any year, is included. Working relation. One row per plan,
-- sight, indicator, criterion, gender and year of the plan.
with sights as (
    select * from working.sight
),

rules as (
    select * from working.rule_setting
),

indicators as (
    select * from working.followed_indicator
),

criteria as (
    select * from working.criterion
),

measured as (
    select
        *,
        case when value_source <> 'kolada' then known_from end as written_at
    from working.measured
),

items as (
    select
        sights.plan_id,
        sights.municipality_id,
        sights.basis,
        sights.sight_id,
        sights.bokslut_date,
        sights.year,
        indicators.indicator_id,
        indicators.kpi_id,
        indicators.direction,
        indicators.display_decimals,
        indicators.similar_group_topic,
        indicators.criteria_rule,
        indicators.is_region,
        rules.national_average,
        rules.reference_min_n,
        rules.fixed_target_precision,
        rules.average_precision,
        rules.partly_met_by,
        rules.has_latest_measurement,
        criteria.* exclude (plan_id, indicator_id, year, gender, known_from, is_yearly_criterion),  -- noqa: RF02
        criteria.known_from as target_known_from,
        coalesce(criteria.gender, 'T') as gender,
        coalesce(criteria.is_yearly_criterion, false) as is_yearly_criterion
    from sights
    inner join indicators on sights.plan_id = indicators.plan_id
    inner join rules on sights.plan_id = rules.plan_id
    left join criteria
        on
            indicators.plan_id = criteria.plan_id
            and indicators.indicator_id = criteria.indicator_id
            and sights.year = criteria.year
),

-- The two latest measurements up to each year of the plan, latest first.
latest as (
    select
        sights.plan_id,
        sights.sight_id,
        sights.year,
        measured.indicator_id,
        measured.gender,
        max(measured.year, 2) as measured_years
    from sights
    inner join measured
        on
            sights.plan_id = measured.plan_id
            and sights.sight_id = measured.sight_id
            and sights.year >= measured.year
    group by sights.plan_id, sights.sight_id, sights.year, measured.indicator_id, measured.gender
),

dated as (
    select
        items.*,
        case
            when items.has_latest_measurement or items.year = latest.measured_years[1]
                then latest.measured_years[1]
        end as value_year,
        case
            when value_year is null then latest.measured_years[1]
            else latest.measured_years[2]
        end as previous_value_year
    from items
    left join latest
        on
            items.plan_id = latest.plan_id
            and items.sight_id = latest.sight_id
            and items.indicator_id = latest.indicator_id
            and items.gender = latest.gender
            and items.year = latest.year
),

final as (
    select
        dated.*,
        measured.value,
        measured.value_source,
        measured.source_label,
        measured.known_from,
        measured.is_estimated as is_value_estimated,
        earlier.value as previous_value,
        earlier.written_at as previous_written_at
    from dated
    left join measured
        on
            dated.plan_id = measured.plan_id
            and dated.sight_id = measured.sight_id
            and dated.indicator_id = measured.indicator_id
            and dated.gender = measured.gender
            and dated.value_year = measured.year
    left join measured as earlier
        on
            dated.plan_id = earlier.plan_id
            and dated.sight_id = earlier.sight_id
            and dated.indicator_id = earlier.indicator_id
            and dated.gender = earlier.gender
            and dated.previous_value_year = earlier.year
)

select * from final
