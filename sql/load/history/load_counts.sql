-- The counts of the whole load, summed over its parts (warehouse/history.py): the checks read them.

create or replace temp table load_count (
    change_kind varchar not null,
    cell_count bigint not null
);

create or replace temp table known_count (
    cell_count bigint not null
);

-- Each known cell that differs, before and after: read by the checks and by the review of a held run.
create or replace temp table difference (
    kpi_id varchar not null,
    unit_id varchar not null,
    period integer not null,
    gender varchar not null,
    change_kind varchar not null,
    known_value double,
    known_status varchar,
    was_gone boolean not null,
    value double,
    status varchar
);

create or replace temp table rescaled_kpi (
    kpi_id varchar not null,
    median_ratio double not null
);

-- Every KPI that the run read or received: the number of received rows, and whether it has known values.
create or replace temp table received_kpi as
with received as (
    select
        kpi_id,
        count(*) as row_count
    from staged_observation
    group by kpi_id
    union all
    select
        unnest(kpi_ids) as kpi_id,
        0 as row_count
    from read_scope
),

known as (
    select distinct kpi_id from cell_version
    where known_to is null
)

select
    received.kpi_id,
    sum(received.row_count) as row_count,
    received.kpi_id in (select known.kpi_id from known) as is_known
from received
group by received.kpi_id;
