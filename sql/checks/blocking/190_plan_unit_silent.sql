-- Does a new plan's own unit have no value of any KPI, although other units have values?
-- sv: Saknar en ny plans egen enhet värden för alla nyckeltal, fast andra har?
-- scope: unit
with asked as (
    select unnest(unit_ids) as unit_id from read_scope
),

new_plan as (
    select
        plan_row.plan_id,
        plan_row.municipality_id as unit_id
    from plan.plan as plan_row
    -- A backfill of other units does not read this one.
    semi join asked
        on plan_row.municipality_id = asked.unit_id
    anti join plan.plan_version as earlier
        on plan_row.plan_id = earlier.plan_id and earlier.known_from < getvariable('known_from')
),

-- The units with a value of each KPI, found once for all plans.
unit_kpi as (
    select distinct
        kpi_id,
        municipality_id
    from core.observation
    where value is not null and kpi_id in (select plan_kpi_use.kpi_id from plan_kpi_use)
),

reported as (
    select
        new_plan.plan_id,
        new_plan.unit_id,
        plan_kpi_use.kpi_id,
        count(*) >= 3 as is_reported,
        bool_or(unit_kpi.municipality_id = new_plan.unit_id) as is_own
    from new_plan
    inner join plan_kpi_use on new_plan.plan_id = plan_kpi_use.plan_id
    inner join unit_kpi on plan_kpi_use.kpi_id = unit_kpi.kpi_id
    group by new_plan.plan_id, new_plan.unit_id, plan_kpi_use.kpi_id
)

select
    unit_id as scope,
    '' as kpi_id,
    unit_id,
    '' as before,
    'no value of ' || count_if(is_reported) || ' KPIs that others report' as after
from reported
group by plan_id, unit_id
having not bool_or(is_own) and count_if(is_reported) >= 3;
