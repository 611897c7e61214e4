-- sqlfluff:exclude_rules:RF02,AL03,RF04,AM04,ST06,RF05,RF06,AM03,ST07,LT14
-- Close the versions that changed, confirm the others, and open new versions. Versions are found by their rowid, which
-- is stable as long as no row is deleted.

update core.observation_version
set known_to = getvariable('known_from')
where
    kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
    and rowid in (select version_rowid from changed_cell where not is_group);

update core.observation_version
set confirmed_at = getvariable('known_from')
where
    kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
    and rowid in (select version_rowid from same_cell where not is_group);

update core.group_observation_version
set known_to = getvariable('known_from')
where
    kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
    and rowid in (select version_rowid from changed_cell where is_group);

update core.group_observation_version
set confirmed_at = getvariable('known_from')
where
    kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
    and rowid in (select version_rowid from same_cell where is_group);

create or replace temp table opened_version as
select
    kpi_id,
    unit_id,
    period,
    gender,
    value,
    value_count,
    status,
    is_deleted,
    change_kind,
    getvariable('run_id') as run_id,
    request_id,
    getvariable('known_from') as known_from,
    cast(null as timestamp) as known_to,
    getvariable('known_from') as confirmed_at
from changed_cell;

insert into core.observation_version by name
select * rename (unit_id as municipality_id)
from opened_version
where not starts_with(unit_id, 'G');

insert into core.group_observation_version by name
select * rename (unit_id as group_id)
from opened_version
where starts_with(unit_id, 'G');

insert into load_count
select
    change_kind,
    count(*) as cell_count
from changed_cell
group by change_kind;

insert into difference
select
    kpi_id,
    unit_id,
    period,
    gender,
    change_kind,
    known_value,
    known_status,
    was_deleted or was_vanished as was_gone,
    value,
    status
from changed_cell
where is_known;

insert into known_count
select
    (select count(*) from same_cell where not is_deleted)
    + (select count(*) from known_cell where not is_deleted and not is_vanished) as cell_count;

insert into rescaled_kpi
select
    kpi_id,
    median_ratio
from rescaled_now;
