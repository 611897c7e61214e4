-- Close what changed, say of the rest that it was seen again, and open what is new.

create or replace temp table confirmed_cell as
select kpi_id, unit_id, period, gender
from compared_cell
anti join changed_cell using (kpi_id, unit_id, period, gender)
where is_received;

create or replace temp table opened_version as
select
    kpi_id,
    unit_id,
    period,
    gender,
    value,
    value_count,
    status,
    is_deleted,
    change_kind,
    getvariable('run_id') as run_id,
    request_id,
    getvariable('known_from') as known_from,
    cast(null as timestamp) as known_to,
    getvariable('known_from') as confirmed_at
from changed_cell;

update core.observation_version as version
set known_to = getvariable('known_from')
from changed_cell
where
    version.known_to is null
    and version.kpi_id = changed_cell.kpi_id
    and version.municipality_id = changed_cell.unit_id
    and version.period = changed_cell.period
    and version.gender = changed_cell.gender;

update core.observation_version as version
set confirmed_at = getvariable('known_from')
from confirmed_cell
where
    version.known_to is null
    and version.kpi_id = confirmed_cell.kpi_id
    and version.municipality_id = confirmed_cell.unit_id
    and version.period = confirmed_cell.period
    and version.gender = confirmed_cell.gender;

insert into core.observation_version by name
select
    * exclude (unit_id),
    unit_id as municipality_id
from opened_version
where unit_id not in (select group_id from core.municipality_group);

update core.group_observation_version as version
set known_to = getvariable('known_from')
from changed_cell
where
    version.known_to is null
    and version.kpi_id = changed_cell.kpi_id
    and version.group_id = changed_cell.unit_id
    and version.period = changed_cell.period
    and version.gender = changed_cell.gender;

update core.group_observation_version as version
set confirmed_at = getvariable('known_from')
from confirmed_cell
where
    version.known_to is null
    and version.kpi_id = confirmed_cell.kpi_id
    and version.group_id = confirmed_cell.unit_id
    and version.period = confirmed_cell.period
    and version.gender = confirmed_cell.gender;

insert into core.group_observation_version by name
select
    * exclude (unit_id),
    unit_id as group_id
from opened_version
where unit_id in (select group_id from core.municipality_group);
