-- The lists of the catalogue compared with those of the last publication: entries that were removed or added, or whose
-- text or members changed. Every version that ends or begins at this run's instant is a change of this run.

create or replace temp table kpi_text_change as
with ended as (
    select * from core.kpi_version
    where known_to = getvariable('known_from') and not is_withdrawn
)

select
    ended.kpi_id,
    ended.title as title_before,
    begun.title,
    ended.description as description_before,
    begun.description,
    -- When a KPI is closed, its last year is added to its title; that happens every year.
    regexp_replace(ended.title, ' *\(- ?\d{4}\) *$', '')
    <> regexp_replace(begun.title, ' *\(- ?\d{4}\) *$', '') as is_retitled,
    trim(begun.title) = '' as is_blank,
    ended.municipality_type <> begun.municipality_type
    or ended.is_divided_by_gender <> begun.is_divided_by_gender as is_other_kind,
    ended.municipality_type || if(ended.is_divided_by_gender, ', by gender', '') as kind_before,
    begun.municipality_type || if(begun.is_divided_by_gender, ', by gender', '') as kind
from ended
inner join core.kpi_version as begun
    on ended.kpi_id = begun.kpi_id and begun.known_from = getvariable('known_from') and not begun.is_withdrawn;

create or replace temp table kpi_left as
select
    begun.kpi_id,
    begun.title
from core.kpi_version as begun
inner join core.kpi_version as ended on begun.kpi_id = ended.kpi_id and begun.known_from = ended.known_to
where begun.known_from = getvariable('known_from') and begun.is_withdrawn and not ended.is_withdrawn;

create or replace temp table unit_list_change as
select
    ended.municipality_id as unit_id,
    ended.municipality_name as name_before,
    ended.municipality_type as type_before,
    begun.municipality_name as name,
    begun.municipality_type as type
from core.municipality_version as ended
left join core.municipality_version as begun
    on ended.municipality_id = begun.municipality_id and begun.known_from = getvariable('known_from')
where ended.known_to = getvariable('known_from');

-- The year at the end of a group's title and some of its members change every year; neither is a finding.
create or replace temp table group_title_change as
select
    ended.group_id,
    ended.group_name as title_before,
    begun.group_name as title,
    begun.group_id is null as is_gone,
    coalesce(trim(begun.group_name) = '', false) as is_blank,
    coalesce(
        regexp_replace(ended.group_name, '\d{4}$', '') <> regexp_replace(begun.group_name, '\d{4}$', ''), false
    ) as is_retitled
from core.municipality_group_version as ended
left join core.municipality_group_version as begun
    on ended.group_id = begun.group_id and begun.known_from = getvariable('known_from')
where ended.known_to = getvariable('known_from');

create or replace temp table group_member_change as
with touched as (
    select distinct group_id
    from core.municipality_group_member_version
    where known_to = getvariable('known_from')
),

counted as (
    select
        member.group_id,
        count(*) filter (
            where member.known_from < getvariable('known_from')
        ) as members_before,
        count(*) filter (where member.known_to is null) as members,
        count(*) filter (
            where member.known_to is null and member.known_from < getvariable('known_from')
        ) as members_kept
    from core.municipality_group_member_version as member
    where
        member.group_id in (select touched.group_id from touched)
        and (member.known_to is null or member.known_to = getvariable('known_from'))
    group by member.group_id
)

select
    *,
    members < (1 - getvariable('max_members_lost_share')) * members_before as is_shrunk
from counted
where group_id in (select known.group_id from core.municipality_group as known);
