-- Is there a value for a year that no KPI has yet, or for one long before all others?
-- sv: Finns det ett värde för ett år som inte kan ha kommit, eller som ligger långt före de andra?
-- scope: kpi
with improbable as (
    select *
    from cell_version
    where
        known_from = getvariable('known_from')
        and change_kind = 'first'
        and (
            period > year(getvariable('known_from')) + getvariable('max_years_ahead')
            or period < getvariable('first_plausible_year')
        )
),

-- If a KPI already had such years, more of them are no finding.
known as (
    select
        kpi_id,
        min(period) as first_period,
        max(period) as last_period
    from core.observation_version
    where known_from < getvariable('known_from') and kpi_id in (select improbable.kpi_id from improbable)
    group by kpi_id
)

select
    improbable.kpi_id as scope,
    improbable.kpi_id,
    improbable.unit_id,
    improbable.period,
    improbable.gender,
    '' as before,
    cell_text(improbable.value, improbable.status) as after
from improbable
left join known on improbable.kpi_id = known.kpi_id
where
    improbable.period > coalesce(known.last_period, 0) + getvariable('max_years_ahead')
    or improbable.period
    < coalesce(known.first_period, getvariable('first_plausible_year')) - getvariable('max_years_ahead');
