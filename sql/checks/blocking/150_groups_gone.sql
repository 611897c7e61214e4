-- Is a group that a plan uses missing from the list of groups, or did more groups leave the list than in a year?
-- sv: Saknas en grupp som en plan bygger på, eller försvann fler grupper än på ett år?
-- scope: group
with counted as (
    select
        (select count(*) from group_title_change where is_gone) as gone,
        (select count(*) from core.municipality_group) as still_there
)

select
    group_title_change.group_id as scope,
    '' as kpi_id,
    group_title_change.group_id as unit_id,
    group_title_change.title_before as before,
    'not in the list' as after
from group_title_change
cross join counted
left join used_group on group_title_change.group_id = used_group.group_id
where
    group_title_change.is_gone
    and (
        used_group.group_id is not null
        or counted.gone > getvariable('max_groups_gone_share') * (counted.gone + counted.still_there)
    );
