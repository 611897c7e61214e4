-- sqlfluff:exclude_rules:RF02,AL03,RF04,AM04,ST06,RF05,RF06,AM03,ST07,LT14
-- KPIs without known values: every received cell is a first version, and no comparison is needed.
-- A unit id that starts with a letter is a group's.

create or replace temp view first_version as
select
    kpi_id,
    unit_id,
    period,
    gender,
    value,
    value_count,
    status,
    is_deleted,
    'first' as change_kind,
    getvariable('run_id') as run_id,
    request_id,
    getvariable('known_from') as known_from,
    cast(null as timestamp) as known_to,
    getvariable('known_from') as confirmed_at
from staged_observation
where kpi_id between getvariable('first_kpi') and getvariable('last_kpi');

insert into core.observation_version by name
select * rename (unit_id as municipality_id)
from first_version
where not starts_with(unit_id, 'G');

insert into core.group_observation_version by name
select * rename (unit_id as group_id)
from first_version
where starts_with(unit_id, 'G');

insert into load_count
select
    'first' as change_kind,
    coalesce(sum(row_count), 0) as cell_count
from received_kpi
where kpi_id between getvariable('first_kpi') and getvariable('last_kpi');
