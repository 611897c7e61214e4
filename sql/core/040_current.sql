-- What holds now: the same version tables with the end still open.

create or replace view core.observation as
select * exclude (is_deleted, known_to)
from core.observation_version
where known_to is null and not is_deleted and change_kind <> 'vanished';

create or replace view core.group_observation as
select * exclude (is_deleted, known_to)
from core.group_observation_version
where known_to is null and not is_deleted and change_kind <> 'vanished';

create or replace view core.municipality as
select
    municipality_id,
    municipality_name,
    municipality_type,
    is_riket,
    county_code
from core.municipality_version
where known_to is null;

create or replace view core.kpi as
select * exclude (known_to)
from core.kpi_version
where known_to is null;
