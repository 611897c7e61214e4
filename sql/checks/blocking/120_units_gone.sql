-- Is a known unit, or one that a plan uses, missing from the list of municipalities and regions?
-- sv: Saknas en känd enhet, eller en som en plan bygger på, i listan över kommuner och regioner?
-- scope: unit
with counted as (
    select
        (select count(*) from unit_list_change where name is null) as gone,
        (select count(*) from core.municipality) as still_there
),

never_there as (
    select used_unit.unit_id
    from used_unit
    anti join core.municipality_version as known on used_unit.unit_id = known.municipality_id
    -- An earlier publication of the plan accepted that its unit is unknown.
    where not exists (from core.municipality_version where known_from < getvariable('known_from'))
)

select
    unit_list_change.unit_id as scope,
    '' as kpi_id,
    unit_list_change.unit_id,
    unit_list_change.name_before as before,
    'not in the list' as after
from unit_list_change
cross join counted
left join used_unit on unit_list_change.unit_id = used_unit.unit_id
where
    unit_list_change.name is null
    and (
        used_unit.unit_id is not null
        or counted.gone > getvariable('max_units_gone_share') * (counted.gone + counted.still_there)
    )
union all
select
    unit_id as scope,
    '' as kpi_id,
    unit_id,
    '' as before,
    'not in the list' as after
from never_there;
