-- Did more units lose their name, or get another name or type, than in a year?
-- sv: Förlorade fler enheter sitt namn, eller fick ett annat namn eller en annan typ, än på ett år?
-- scope: unit
with changed as (
    select
        *,
        trim(name) = '' as is_blank,
        unit_id in (select used_unit.unit_id from used_unit) as is_used,
        count(*) over () as changed_units
    from unit_list_change
    where name is not null
),

counted as (
    select greatest(2, getvariable('max_texts_changed_share') * count(*)) as most from core.municipality
)

select
    changed.unit_id as scope,
    '' as kpi_id,
    changed.unit_id,
    changed.name_before || ' (' || changed.type_before || ')' as before,
    changed.name || ' (' || changed.type || ')' as after
from changed
cross join counted
where changed.is_used or changed.is_blank or changed.changed_units > counted.most;
