-- Did a group that a plan uses change in an unusual way, or another group lose members or change its title?
-- sv: Ändrades en grupp som en plan bygger på på annat sätt än varje år, eller förlorade en annan grupp medlemmar?
-- scope: group
select
    group_id as scope,
    '' as kpi_id,
    group_id as unit_id,
    members_before || ' members' as before,
    members || ' members, ' || members_kept || ' of them as before' as after
from group_member_change
where
    is_shrunk
    or (members_kept = 0 and group_id in (select plan_group_use.group_id from plan_group_use))
union all
select
    group_id as scope,
    '' as kpi_id,
    group_id as unit_id,
    title_before as before,
    coalesce(title, 'not in the list') as after
from group_title_change
where is_gone or is_retitled;
