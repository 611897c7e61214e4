-- Did a group that a plan uses, or many groups, lose more members than they gained?
-- sv: Förlorade en grupp som en plan bygger på, eller många grupper, fler medlemmar än de fick nya?
-- scope: group
with counted as (
    select
        (select count(*) from group_member_change where group_member_change.is_shrunk) as shrunk,
        greatest(2, getvariable('max_texts_changed_share') * count(*)) as most
    from core.municipality_group
)

select
    change.group_id as scope,
    '' as kpi_id,
    change.group_id as unit_id,
    change.members_before || ' members' as before,
    change.members || ' members' as after
from group_member_change as change
cross join counted
left join used_group on change.group_id = used_group.group_id
where change.is_shrunk and (used_group.group_id is not null or counted.shrunk > counted.most);
