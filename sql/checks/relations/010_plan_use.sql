-- What each plan uses: KPIs, units (its own and Riket), groups, and the units of the references that it names. A
-- finding concerns the plans that use its scope.

create or replace temp table plan_kpi_use as
select distinct
    plan_id,
    kpi_id
from plan.indicator
where kpi_id is not null
union
select
    plan_id,
    kpi_id
from plan.cross_check_kpi;

create or replace temp table plan_unit_use as
select
    plan_id,
    municipality_id as unit_id,
    true as is_own
from plan.plan
union all
select
    plan_id,
    '0000' as unit_id,
    false as is_own
from plan.plan;

create or replace temp table plan_reference_use as
select distinct
    plan_id,
    scope_name
from plan.target
cross join unnest([reference, rank_scope]) as named (scope_name)
where scope_name is not null;

-- The groups of similar municipalities that indicators name by topic, as known before and now; groups that criteria
-- name; and the groups of all units of a kind, whose mean is compared with ours.
create or replace temp table plan_group_use as
select distinct
    plan_row.plan_id,
    known.group_id
from plan.plan as plan_row
inner join plan.indicator as indicator on plan_row.plan_id = indicator.plan_id
inner join core.municipality_group_version as known
    on
        plan_row.municipality_id = known.owner_municipality_id
        and indicator.similar_group_topic = known.topic
        and (known.known_to is null or known.known_to = getvariable('known_from'))
union
select
    plan_id,
    scope_name[7:] as group_id
from plan_reference_use
where starts_with(scope_name, 'group:')
union
select
    plan_row.plan_id,
    national.group_id
from plan.plan as plan_row
cross join (values ('G2328'), ('G2329')) as national (group_id);

create or replace temp table plan_reference_unit as
select distinct
    plan_group_use.plan_id,
    'group:' || plan_group_use.group_id as reference_name,
    member.municipality_id as unit_id
from plan_group_use
inner join core.municipality_group_member_version as member
    on
        plan_group_use.group_id = member.group_id
        and (member.known_to is null or member.known_to = getvariable('known_from'))
where plan_group_use.group_id not in ('G2328', 'G2329')
union
select
    plan_id,
    'own:' || group_name as reference_name,
    municipality_id as unit_id
from plan.unit_group
union
select
    plan_row.plan_id,
    'county:' || own.county_code as reference_name,
    neighbour.municipality_id as unit_id
from plan.plan as plan_row
inner join core.municipality as own on plan_row.municipality_id = own.municipality_id
inner join core.municipality as neighbour
    on own.county_code = neighbour.county_code and own.municipality_type = neighbour.municipality_type
inner join plan_reference_use
    on plan_row.plan_id = plan_reference_use.plan_id and plan_reference_use.scope_name = 'county';

create or replace temp table used_kpi as select distinct kpi_id from plan_kpi_use;

create or replace temp table used_unit as select distinct unit_id from plan_unit_use;

create or replace temp table used_group as select distinct group_id from plan_group_use;
