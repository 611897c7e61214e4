-- Are units members of groups although the list of municipalities and regions lacks them?
-- sv: Är enheter medlemmar i grupper men saknas i listan över kommuner och regioner?
-- scope: unit
with absent as (
    select
        member_id as unit_id,
        any_value(member_name) as unit_name,
        count(distinct group_id) as group_count
    from staged_group
    where
        member_id is not null
        and member_id not in (select staged_municipality.municipality_id from staged_municipality)
        and member_id not in (
            select known.municipality_id from core.municipality_version as known
            where known.known_from < getvariable('known_from')
        )
    group by member_id
),

counted as (
    select
        count(*) as absent_units,
        (select count(*) from staged_municipality) as listed_units
    from absent
)

select
    absent.unit_id as scope,
    '' as kpi_id,
    absent.unit_id,
    absent.unit_name as before,
    'not in the list' as after,
    'member of ' || absent.group_count || ' groups' as note
from absent
cross join counted
where counted.absent_units > greatest(1, getvariable('max_texts_changed_share') * counted.listed_units);
