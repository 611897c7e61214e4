-- The facts from Kolada, versioned: only the end of a version is ever updated in place.
-- known_from is the instant (UTC) of the run that published the fact, known_to that of the run that ended it:
-- half-open, null while the version is current.

create schema if not exists core;

create table if not exists core.observation_version (
    kpi_id varchar not null,
    municipality_id varchar not null,
    period integer not null,
    gender varchar not null,
    value double,
    value_count integer,
    status varchar,
    is_deleted boolean not null,
    change_kind varchar not null,
    run_id varchar not null,
    request_id varchar,
    known_from timestamp not null,
    known_to timestamp,
    confirmed_at timestamp not null
);

create table if not exists core.group_observation_version (
    kpi_id varchar not null,
    group_id varchar not null,
    period integer not null,
    gender varchar not null,
    value double,
    value_count integer,
    status varchar,
    is_deleted boolean not null,
    change_kind varchar not null,
    run_id varchar not null,
    request_id varchar,
    known_from timestamp not null,
    known_to timestamp,
    confirmed_at timestamp not null
);

create table if not exists core.kpi_version (
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
    has_ou_data boolean not null,
    is_withdrawn boolean not null,
    closed_after_year integer,
    run_id varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists core.municipality_version (
    municipality_id varchar not null,
    municipality_name varchar not null,
    municipality_type varchar not null,
    is_riket boolean not null,
    county_code varchar,
    run_id varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists core.municipality_group_version (
    group_id varchar not null,
    group_name varchar not null,
    topic varchar,
    owner_municipality_id varchar,
    vintage_year integer,
    run_id varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists core.municipality_group_member_version (
    group_id varchar not null,
    municipality_id varchar not null,
    run_id varchar not null,
    known_from timestamp not null,
    known_to timestamp
);
