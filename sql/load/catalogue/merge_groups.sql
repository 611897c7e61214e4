-- A group keeps its id when its title and members change every year: each title and each member has versions.
-- Titles like 'Liknande kommuner grundskola, Ale, 2024' and 'Liknande kommuner, övergripande, Ale, 2025' give the
-- topic, the owner and the vintage.

create or replace temp table incoming_group as
with staged as (
    select distinct
        group_id,
        group_name
    from staged_group
),

named as (
    select
        group_id,
        group_name,
        regexp_extract(
            group_name, '^Liknande kommuner,? ([^,]+), (.+), (\d{4})$', ['topic', 'owner_name', 'vintage_year']
        ) as title_part
    from staged
)

select
    named.group_id,
    named.group_name,
    nullif(named.title_part.topic, '') as topic,
    owner.municipality_id as owner_municipality_id,
    cast(nullif(named.title_part.vintage_year, '') as integer) as vintage_year
from named
left join core.municipality as owner
    on named.title_part.owner_name = owner.municipality_name and owner.municipality_type = 'K';

update core.municipality_group_version
set known_to = getvariable('known_from')
where
    known_to is null
    and (group_id, group_name) not in (select (group_id, group_name) from incoming_group);

insert into core.municipality_group_version by name
select
    incoming_group.*,
    getvariable('run_id') as run_id,
    getvariable('known_from') as known_from,
    cast(null as timestamp) as known_to
from incoming_group
where
    incoming_group.group_id not in (
        select known.group_id from core.municipality_group as known
    );

create or replace temp table incoming_member as
select distinct
    group_id,
    member_id as municipality_id
from staged_group
where member_id is not null;

update core.municipality_group_member_version
set known_to = getvariable('known_from')
where
    known_to is null
    and (group_id, municipality_id) not in (select (group_id, municipality_id) from incoming_member);

insert into core.municipality_group_member_version by name
select
    new_member.*,
    getvariable('run_id') as run_id,
    getvariable('known_from') as known_from,
    cast(null as timestamp) as known_to
from (
    select * from incoming_member
    except
    select
        group_id,
        municipality_id
    from core.municipality_group_member
) as new_member;
