-- Is there a value for a unit that never was a municipality, a region, Riket or a known group?
select distinct version.municipality_id
from core.observation_version as version
anti join core.municipality_version using (municipality_id)
where version.known_to is null
union all
select distinct version.group_id as municipality_id
from core.group_observation_version as version
anti join core.municipality_group_version using (group_id)
where version.known_to is null;
