-- Did the title of a group that a plan uses, or of many groups, change by more than its year?
-- sv: Fick en grupp som en plan bygger på, eller många grupper, en annan rubrik än ett nytt årtal?
-- scope: group
with changed as (
    select
        *,
        group_id in (select used_group.group_id from used_group) as is_used,
        count(*) over () as changed_groups
    from group_title_change
    where is_retitled
),

counted as (
    select greatest(2, getvariable('max_texts_changed_share') * count(*)) as most from core.municipality_group
)

select
    changed.group_id as scope,
    '' as kpi_id,
    changed.group_id as unit_id,
    changed.title_before as before,
    changed.title as after
from changed
cross join counted
where changed.is_used or changed.changed_groups > counted.most;
