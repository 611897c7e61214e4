-- What one run read. Units are municipalities, regions, Riket and groups alike; a null period in the scope means
-- all years.
-- What grows with the run stands in the attached database `staging`, a file beside the working file; the catalogue is
-- small and temporary.

create or replace table staging.staged_observation (
    kpi_id varchar not null,
    unit_id varchar not null,
    period integer not null,
    gender varchar not null,
    value double,
    value_count integer,
    status varchar,
    is_deleted boolean not null,
    request_id varchar
);

create or replace table staging.staged_scope (
    kpi_id varchar not null,
    unit_id varchar not null,
    period integer
);

create or replace table staging.staged_wanted (
    kpi_id varchar not null,
    unit_id varchar not null
);

create or replace table staging.staged_withdrawn (
    kpi_id varchar not null
);

create or replace table staging.staged_failed (
    kpi_id varchar not null,
    unit_id varchar not null,
    reason varchar not null
);

create or replace temp view staged_observation as from staging.staged_observation;

create or replace temp view staged_scope as from staging.staged_scope;

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
