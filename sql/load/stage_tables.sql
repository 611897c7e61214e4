-- The values and scopes that one run read, and the versions of the cells that they are compared with. Units are
-- municipalities, regions, Riket and groups; a null period in a scope means all years. The values are in Parquet files
-- (warehouse/stage.py), numbered in the order received; the other tables are small and temporary.

create or replace temp view staged_observation as
select
    staged_number,
    kpi_id,
    unit_id,
    period,
    gender,
    value,
    value_count,
    status,
    is_deleted,
    request_id
from read_parquet(getvariable('staged_files'));

-- Every version of every cell, of municipalities and groups together.
create or replace temp view cell_version as
select
    * rename (municipality_id as unit_id),
    rowid as version_rowid,
    false as is_group
from core.observation_version
union all by name
select
    * rename (group_id as unit_id),
    rowid as version_rowid,
    true as is_group
from core.group_observation_version;

-- One row per request: all its KPIs for all its units.
create or replace temp table read_scope (
    kpi_ids varchar[] not null,
    unit_ids varchar[] not null,
    years integer[] not null,
    reason varchar,
    error varchar
);

create or replace temp table wanted_scope as from read_scope;

create or replace temp table withdrawn_scope as from read_scope;

create or replace temp table failed_scope as from read_scope;

-- Scopes with empty responses, contrary to known values; they are in read_scope too.
create or replace temp table doubted_scope as from read_scope;

create or replace temp view staged_scope as
with per_kpi as (
    select
        unnest(kpi_ids) as kpi_id,
        unit_ids,
        years
    from read_scope
),

per_pair as (
    select
        kpi_id,
        unnest(unit_ids) as unit_id,
        years
    from per_kpi
)

select
    kpi_id,
    unit_id,
    unnest(if(len(years) = 0, [null], years)) as period
from per_pair;

create or replace temp view staged_wanted as
with per_kpi as (
    select
        unnest(kpi_ids) as kpi_id,
        unit_ids
    from wanted_scope
)

select
    kpi_id,
    unnest(unit_ids) as unit_id
from per_kpi;

create or replace temp view staged_withdrawn as
select unnest(kpi_ids) as kpi_id
from withdrawn_scope;

create or replace temp view staged_failed as
with per_kpi as (
    select
        rowid as failure_number,
        unnest(kpi_ids) as kpi_id,
        unit_ids,
        reason,
        error
    from failed_scope
)

select
    failure_number,
    kpi_id,
    unnest(unit_ids) as unit_id,
    reason,
    error
from per_kpi;

create or replace temp view staged_doubted as
with per_kpi as (
    select
        unnest(kpi_ids) as kpi_id,
        unit_ids,
        years,
        reason
    from doubted_scope
),

per_pair as (
    select
        kpi_id,
        unnest(unit_ids) as unit_id,
        years,
        reason
    from per_kpi
)

select
    kpi_id,
    unit_id,
    unnest(if(len(years) = 0, [null], years)) as period,
    reason
from per_pair;

create or replace temp table staged_kpi (
    kpi_id varchar not null,
    title varchar not null,
    description varchar not null,
    is_divided_by_gender boolean not null,
    municipality_type varchar not null,
    auspice varchar,
    operating_area varchar,
    perspective varchar,
    prel_publication_date date,
    publication_date date,
    publ_period integer,
    has_ou_data boolean not null
);

create or replace temp table staged_municipality (
    municipality_id varchar not null,
    municipality_name varchar not null,
    municipality_type varchar not null
);

create or replace temp table staged_group (
    group_id varchar not null,
    group_name varchar not null,
    member_id varchar,
    member_name varchar
);
