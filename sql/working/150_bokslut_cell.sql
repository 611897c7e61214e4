-- The cells visible at each bokslut: every unit's total for the year itself (also women and men if a criterion compares
-- them), and every value of the plan's own unit. Working relation. One row per sight, KPI, unit, period and gender.
with seen_kpis as (
    select *
    from working.seen_kpi
    where basis = 'bokslut'
),

rules as (
    select * from working.rule_setting
),

gendered_kpis as (
    select distinct kpi_id
    from working.followed_indicator
    where has_gendered_criterion and kpi_id is not null
),

versions as (
    select *
    from core.observation_version
    where kpi_id in (select seen_kpis.kpi_id from seen_kpis)
),

-- Every unit, the year itself (and earlier years if their values can be used instead).
candidates as (
    select
        seen_kpis.sight_id,
        seen_kpis.year as judged_year,
        seen_kpis.seen_at,
        seen_kpis.bokslut_date,
        seen_kpis.is_estimated,
        seen_kpis.available_month_day,
        seen_kpis.available_year_offset,
        true as is_judged_year,
        versions.*
    from seen_kpis
    inner join versions
        on seen_kpis.kpi_id = versions.kpi_id and seen_kpis.year = versions.period
    where
        seen_kpis.municipality_id <> versions.municipality_id
        and (versions.gender = 'T' or versions.kpi_id in (select gendered_kpis.kpi_id from gendered_kpis))

    union all

    select
        seen_kpis.sight_id,
        seen_kpis.year as judged_year,
        seen_kpis.seen_at,
        seen_kpis.bokslut_date,
        seen_kpis.is_estimated,
        seen_kpis.available_month_day,
        seen_kpis.available_year_offset,
        true as is_judged_year,
        versions.*
    from seen_kpis
    inner join rules on seen_kpis.plan_id = rules.plan_id and rules.has_latest_measurement
    inner join versions
        on seen_kpis.kpi_id = versions.kpi_id and seen_kpis.year > versions.period
    where
        seen_kpis.municipality_id <> versions.municipality_id
        and (versions.gender = 'T' or versions.kpi_id in (select gendered_kpis.kpi_id from gendered_kpis))

    union all

    select
        seen_kpis.sight_id,
        seen_kpis.year as judged_year,
        seen_kpis.seen_at,
        seen_kpis.bokslut_date,
        seen_kpis.is_estimated,
        seen_kpis.available_month_day,
        seen_kpis.available_year_offset,
        versions.period = seen_kpis.year
        or (rules.has_latest_measurement and versions.period < seen_kpis.year) as is_judged_year,
        versions.*
    from seen_kpis
    inner join rules on seen_kpis.plan_id = rules.plan_id
    inner join versions
        on
            seen_kpis.kpi_id = versions.kpi_id
            and seen_kpis.municipality_id = versions.municipality_id
),

final as (
    select
        sight_id,
        kpi_id,
        municipality_id,
        period,
        gender,
        value,
        status,
        known_from,
        is_judged_year
    from candidates
    where
        case
            when is_estimated
                then
                    change_kind = 'first'
                    and mart.was_out(
                        period, available_month_day, available_year_offset, bokslut_date, judged_year
                    )
            else
                core.holds_at(known_from, known_to, seen_at)
                and not is_deleted
                and change_kind <> 'vanished'
        end
)

select * from final
