-- The goals as they were loaded. Every row belongs to one version of a plan: a plan whose files changed
-- closes all its rows and opens new ones, so that a verdict can be replayed with that night's goals.

create schema if not exists plan;

create table if not exists plan.plan (
    plan_id varchar not null,
    municipality_id varchar not null,
    title varchar not null,
    first_year integer not null,
    last_year integer not null,
    first_budget_year integer not null,
    last_budget_year integer not null,
    target_year integer not null,
    document_title varchar not null,
    document_sha256 varchar not null,
    document_line_count integer,
    is_made_up boolean not null,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists plan.rule (
    plan_id varchar not null,
    rule_name varchar not null,
    rule_value varchar not null,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- The Swedish words of a plan: label_kind is verdict, verdict_reason, role, trend, pace ...
create table if not exists plan.label (
    plan_id varchar not null,
    label_kind varchar not null,
    code varchar not null,
    label varchar not null,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists plan.bokslut_date (
    plan_id varchar not null,
    year integer not null,
    bokslut_date date not null,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- KPIs that are read to be shown beside a manual figure, never as its value.
create table if not exists plan.cross_check_kpi (
    plan_id varchar not null,
    goal_id varchar not null,
    kpi_id varchar not null,
    why varchar not null,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists plan.goal (
    plan_id varchar not null,
    goal_id varchar not null,
    goal_order integer not null,
    section varchar not null,
    title varchar not null,
    focus_area varchar,
    counts_in_majority boolean not null,
    compound_rule varchar,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists plan.indicator (
    plan_id varchar not null,
    indicator_id varchar not null,
    indicator_order integer not null,
    goal_id varchar not null,
    role varchar not null,
    title varchar not null,
    part varchar,
    kpi_id varchar,
    source varchar,
    unit varchar,
    direction varchar,
    display_decimals integer not null,
    value_route varchar not null,
    similar_group_topic varchar,
    document_page integer,
    document_lines varchar,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- A null year is a standing criterion: it applies in every year of the plan.
create table if not exists plan.target (
    plan_id varchar not null,
    indicator_id varchar not null,
    year integer,
    kind varchar not null,
    operator varchar not null,
    target_value double,
    target_text varchar,
    target_decimals integer,
    reference varchar,
    is_yearly_criterion boolean not null,
    document_lines varchar,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists plan.series_break (
    plan_id varchar not null,
    kpi_id varchar not null,
    first_year_after integer not null,
    voids_target boolean not null,
    why varchar not null,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists plan.availability (
    plan_id varchar not null,
    kpi_id varchar not null,
    month_day varchar not null,
    year_offset integer not null,
    basis varchar not null,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists plan.outcome_document (
    plan_id varchar not null,
    indicator_id varchar not null,
    year integer not null,
    value double,
    raw_marker varchar,
    document_line integer,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists plan.outcome_manual (
    plan_id varchar not null,
    indicator_id varchar not null,
    year integer not null,
    value double,
    comparison_value double,
    kind varchar not null,
    source_note varchar not null,
    entered_by varchar not null,
    entered_at date not null,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists plan.assessment (
    plan_id varchar not null,
    goal_id varchar not null,
    year integer not null,
    verdict varchar not null,
    text varchar not null,
    decided_by varchar not null,
    decided_at date not null,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- year is text since one line of the document spans several years (2022-2026).
create table if not exists plan.budget_line (
    plan_id varchar not null,
    table_name varchar not null,
    row_name varchar not null,
    year varchar not null,
    value double not null,
    unit varchar not null,
    kind varchar not null,
    level varchar not null,
    document_line integer,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

create table if not exists plan.note (
    plan_id varchar not null,
    indicator_id varchar,
    code varchar not null,
    severity varchar not null,
    text varchar not null,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);
