-- Is there a value for a unit that is neither a municipality, a region, Riket nor a known group?
select distinct version.municipality_id
from core.observation_version as version
anti join core.municipality as unit using (municipality_id)
where version.known_to is null;
