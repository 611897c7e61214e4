-- The runs of the pipeline, derived from the manifests in the raw store at each publication. An interrupted run also
-- has a manifest, and therefore rows here.

create schema if not exists ops;

create table if not exists ops.schema_version (
    version integer primary key,
    name varchar not null,
    applied_at timestamp not null
);

create table if not exists ops.run (
    run_id varchar primary key,
    run_number integer,
    flow_run_id varchar,
    kind varchar not null,
    plans varchar[] not null,
    source_kind varchar,
    base_url varchar not null,
    software_version varchar not null,
    started_at timestamp not null,
    resumed_at timestamp,
    published_at timestamp,
    finished_at timestamp,
    state varchar not null,
    message varchar
);

create table if not exists ops.request (
    run_id varchar not null,
    request_id varchar not null,
    url varchar not null,
    http_status integer not null,
    attempts integer not null,
    elapsed_seconds double not null,
    fetched_at timestamp not null,
    body_sha256 varchar not null,
    byte_count bigint not null,
    row_count integer,
    state varchar not null,
    reason varchar
);

create table if not exists ops.coverage (
    run_id varchar not null,
    kpi_id varchar not null,
    outcome varchar not null,
    unit_count integer not null
);

create table if not exists ops.coverage_pair (
    run_id varchar not null,
    kpi_id varchar not null,
    unit_id varchar not null,
    outcome varchar not null,
    row_count integer not null,
    reason varchar
);

create table if not exists ops.check_result (
    run_id varchar not null,
    check_name varchar not null,
    severity varchar not null,
    scope varchar,
    plan_ids varchar[],
    offending_count integer not null,
    example varchar,
    approved_by varchar,
    reason varchar
);

create table if not exists ops.broken_plan (
    run_id varchar not null,
    plan_id varchar not null,
    problem varchar not null,
    version_from timestamp
);

-- The one clock of the marts: a publication is recorded here before its marts are built.
create table if not exists ops.publication (
    run_id varchar not null,
    published_at timestamp not null,
    marts_by varchar not null,
    is_worked_out_later boolean not null,
    version_count integer not null,
    observation_count bigint not null,
    verdict_change_count integer not null,
    accepted_loss varchar
);

-- The fingerprint of the definitions of mart, so that they are created again only when it changed.
create table if not exists ops.mart_definition (
    sha256 varchar not null
);
