-- Was a unit added or removed, or did its name or type change?
-- sv: Tillkom, försvann eller bytte en enhet namn eller typ?
-- scope: unit
select
    unit_id as scope,
    '' as kpi_id,
    unit_id,
    name_before || ' (' || type_before || ')' as before,
    coalesce(name || ' (' || type || ')', 'not in the list') as after
from unit_list_change
union all
select
    begun.municipality_id as scope,
    '' as kpi_id,
    begun.municipality_id as unit_id,
    'not in the list' as before,
    begun.municipality_name || ' (' || begun.municipality_type || ')' as after
from core.municipality_version as begun
anti join core.municipality_version as earlier
    on begun.municipality_id = earlier.municipality_id and earlier.known_from < getvariable('known_from')
where
    begun.known_from = getvariable('known_from')
    and exists (from core.municipality_version where known_from < getvariable('known_from'));
