-- sqlfluff:exclude_rules:RF02,AL03,RF04,AM04,ST06,RF05,RF06,AM03,ST07,LT14
-- The open versions of every (KPI, unit) that this run read or received something of, municipalities and groups
-- together:
-- of the KPIs from first_kpi to last_kpi.

create or replace temp table read_pair as
select distinct
    kpi_id,
    unit_id
from staged_scope
where kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
union
select distinct
    kpi_id,
    unit_id
from staged_observation
where kpi_id between getvariable('first_kpi') and getvariable('last_kpi');

create or replace temp table known_cell as
with open_version as (
    select
        rowid as version_rowid,
        false as is_group,
        municipality_id as unit_id,
        * exclude (municipality_id)
    from core.observation_version
    where known_to is null and kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
    union all by name
    select
        rowid as version_rowid,
        true as is_group,
        group_id as unit_id,
        * exclude (group_id)
    from core.group_observation_version
    where known_to is null and kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
)

select
    version_rowid,
    is_group,
    kpi_id,
    unit_id,
    period,
    gender,
    value,
    value_count,
    status,
    is_deleted,
    change_kind = 'vanished' as is_vanished
from open_version
semi join read_pair using (kpi_id, unit_id);
