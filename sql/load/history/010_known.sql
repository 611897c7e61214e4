-- The open versions of every (KPI, unit) that this run read or received something of, municipalities and groups together.

create or replace temp table read_pair as
select distinct kpi_id, unit_id from staged_scope
union
select distinct kpi_id, unit_id from staged_observation;

create or replace temp table known_cell as
with open_version as (
    select * exclude (municipality_id), municipality_id as unit_id
    from core.observation_version
    where known_to is null
    union all by name
    select * exclude (group_id), group_id as unit_id
    from core.group_observation_version
    where known_to is null
)

select
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
