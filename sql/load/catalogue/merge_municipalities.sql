-- The whole list of units was read: a unit with a new name or type gets a new version, a missing one is closed.
-- County codes are the first two digits of a municipality's code and the last two of a region's.

create or replace temp table incoming_unit as
select
    municipality_id,
    municipality_name,
    municipality_type,
    municipality_id = '0000' as is_riket,
    case
        when municipality_id = '0000' then null
        when municipality_type = 'K' then left(municipality_id, 2)
        else right(municipality_id, 2)
    end as county_code
from staged_municipality;

create or replace temp table new_unit as
select * from incoming_unit
except
select * exclude (run_id, known_from, county_name) from core.municipality;

update core.municipality_version
set known_to = getvariable('known_from')
where
    known_to is null
    and (
        municipality_id in (select new_unit.municipality_id from new_unit)
        or municipality_id not in (select incoming_unit.municipality_id from incoming_unit)
    );

insert into core.municipality_version by name
select
    *,
    getvariable('run_id') as run_id,
    getvariable('known_from') as known_from,
    cast(null as timestamp) as known_to
from new_unit;
