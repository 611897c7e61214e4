-- The changes that Kolada made to values after we first read them: one row per cell and change, from the versions of
-- the cells, which only grow. The first version of a cell is not a revision. A change of kind precision or rounding did
-- not change any printed figure.
with changes as (
    select * from core.observation_version
    where known_from <= core.moment(moment) and change_kind <> 'first'
),

earlier as (
    select * from core.observation_version
    where known_to <= core.moment(moment)
),

plan_kpis as (
    select kpi_id from plan.indicator_as_of(moment)
    union
    select kpi_id from plan.cross_check_kpi_as_of(moment)
),

plans as (
    select * from plan.plan_as_of(moment)
),

catalogue as (
    select * from core.kpi_as_of(moment)
),

units as (
    select * from core.municipality_as_of(moment)
),

final as (
    select
        changes.kpi_id,
        catalogue.title as kpi_title,
        changes.municipality_id,
        units.municipality_name,
        changes.period,
        changes.gender,
        changes.change_kind,
        earlier.value as old_value,
        changes.value as new_value,
        mart.difference(changes.value, earlier.value) as difference,
        earlier.status as old_status,
        changes.status as new_status,
        changes.known_from,
        earlier.known_from as old_known_from,
        changes.run_id,
        changes.request_id,
        plan_kpis.kpi_id is not null as is_plan_kpi,
        changes.municipality_id in (select plans.municipality_id from plans) as is_plan_municipality
    from changes
    left join earlier
        on
            changes.kpi_id = earlier.kpi_id
            and changes.municipality_id = earlier.municipality_id
            and changes.period = earlier.period
            and changes.gender = earlier.gender
            and changes.known_from = earlier.known_to
    left join plan_kpis on changes.kpi_id = plan_kpis.kpi_id
    left join catalogue on changes.kpi_id = catalogue.kpi_id
    left join units on changes.municipality_id = units.municipality_id
)

select * from final
order by known_from, kpi_id, municipality_id, period, gender
