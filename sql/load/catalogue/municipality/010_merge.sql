-- Codes and names of units. County codes are the first two digits of a municipality's code and the last two of a region's.

insert or replace into core.municipality
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
