-- The goals as they were loaded, each row with its versions: a row that changed in a plan's files closes
-- its version and opens a new one. Order numbers are no part of the comparison, and the files' hash is on
-- the plan alone.
-- Made from goals/file_formats.toml by `make docs`.

create schema if not exists plan;

-- One council's goals for some years.
create table if not exists plan.plan_version (
    plan_id varchar not null,
    municipality_id varchar not null,
    title varchar not null,
    first_year integer not null,
    last_year integer not null,
    first_budget_year integer not null,
    last_budget_year integer not null,
    target_year integer not null,
    document_title varchar,
    document_file varchar,
    document_sha256 varchar,
    document_line_count integer,
    is_made_up boolean not null,
    is_draft boolean,
    files_sha256 varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- The plan's own lists of units to compare with: reference or rank_scope own:<group_name>.
create table if not exists plan.unit_group_version (
    plan_id varchar not null,
    group_name varchar not null,
    municipality_id varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- How each plan's criteria are interpreted.
create table if not exists plan.rule_version (
    plan_id varchar not null,
    rule_name varchar not null,
    rule_value varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- The plan's Swedish words for codes: label_kind is verdict, verdict_reason, role, trend, pace ...
create table if not exists plan.label_version (
    plan_id varchar not null,
    label_kind varchar not null,
    code varchar not null,
    label varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- The day by which a year's outcomes must be published to count at its annual accounts.
create table if not exists plan.bokslut_date_version (
    plan_id varchar not null,
    year integer not null,
    bokslut_date date not null,
    known_from timestamp not null,
    known_to timestamp
);

-- KPIs that are shown next to a manual figure and are never its value.
create table if not exists plan.cross_check_kpi_version (
    plan_id varchar not null,
    goal_id varchar not null,
    kpi_id varchar not null,
    why varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- The goals, verbatim.
create table if not exists plan.goal_version (
    plan_id varchar not null,
    goal_id varchar not null,
    goal_order integer not null,
    section varchar not null,
    title varchar not null,
    focus_area varchar,
    owner varchar,
    counts_in_majority boolean not null,
    compound_rule varchar,
    known_from timestamp not null,
    known_to timestamp
);

-- What each goal is followed by, verbatim, one row for each part. One KPI may serve several indicators with
-- different criteria: the key is the indicator.
create table if not exists plan.indicator_version (
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
    display_decimals integer,
    value_route varchar not null,
    similar_group_topic varchar,
    owner varchar,
    criteria_rule varchar,
    document_page integer,
    document_lines varchar,
    known_from timestamp not null,
    known_to timestamp
);

-- The criteria that indicators are judged by. A null year is a standing criterion: it applies in every year
-- of the plan.
create table if not exists plan.target_version (
    plan_id varchar not null,
    indicator_id varchar not null,
    target_order integer,
    criterion varchar,
    year integer,
    kind varchar,
    operator varchar,
    target_value double,
    target_high double,
    "offset" double,
    offset_unit varchar,
    reference varchar,
    base_year integer,
    rank_scope varchar,
    gender varchar,
    tolerance double,
    tolerance_unit varchar,
    target_text varchar,
    target_decimals integer,
    is_yearly_criterion boolean not null,
    document_lines varchar,
    known_from timestamp not null,
    known_to timestamp
);

-- Breaks after which a KPI's series is not comparable with earlier years.
create table if not exists plan.series_break_version (
    plan_id varchar not null,
    kpi_id varchar not null,
    first_year_after integer,
    voids_target boolean not null,
    rescaled_on date,
    why varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- When the value for a year is usually published.
create table if not exists plan.availability_version (
    plan_id varchar not null,
    kpi_id varchar not null,
    month_day varchar not null,
    year_offset integer not null,
    basis varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- The outcomes that the document prints, with the marker where a value is missing.
create table if not exists plan.outcome_document_version (
    plan_id varchar not null,
    indicator_id varchar not null,
    year integer not null,
    value double,
    raw_marker varchar,
    document_line integer,
    known_from timestamp not null,
    known_to timestamp
);

-- Figures that are not in Kolada, entered by people: outcomes and forecasts. A forecast never becomes a
-- verdict, and neither does an outcome of a part of the year.
create table if not exists plan.outcome_manual_version (
    plan_id varchar not null,
    indicator_id varchar not null,
    year integer not null,
    period varchar,
    value double not null,
    comparison_value double,
    kind varchar not null,
    source_note varchar not null,
    entered_by varchar not null,
    entered_at date not null,
    known_from timestamp not null,
    known_to timestamp
);

-- What people decided about a goal.
create table if not exists plan.assessment_version (
    plan_id varchar not null,
    goal_id varchar not null,
    year integer not null,
    verdict varchar not null,
    text varchar not null,
    decided_by varchar not null,
    decided_at date not null,
    known_from timestamp not null,
    known_to timestamp
);

-- What people wrote about an indicator or a goal.
create table if not exists plan.comment_version (
    plan_id varchar not null,
    item_id varchar not null,
    year integer not null,
    period varchar,
    text varchar not null,
    written_by varchar not null,
    written_at date not null,
    known_from timestamp not null,
    known_to timestamp
);

-- The figures that the document prints in its budget tables. Totals are rows among their lines. year is text,
-- since a line may span several years.
create table if not exists plan.budget_line_version (
    plan_id varchar not null,
    table_name varchar not null,
    row_name varchar not null,
    year varchar not null,
    value double not null,
    unit varchar not null,
    kind varchar not null,
    level varchar not null,
    document_line integer,
    known_from timestamp not null,
    known_to timestamp
);

-- The arithmetic that the budget's figures must satisfy. terms and divided_by name rows of plan.budget_line,
-- separated by |; mart.budget_check has the results.
create table if not exists plan.budget_check_version (
    plan_id varchar not null,
    check_id varchar not null,
    table_name varchar not null,
    result_row varchar not null,
    terms varchar not null,
    divided_by varchar,
    is_same_measure boolean not null,
    tolerance double not null,
    note varchar not null,
    known_from timestamp not null,
    known_to timestamp
);

-- What a reader of the figures should know; indicator_id is null for the whole plan.
create table if not exists plan.note_version (
    plan_id varchar not null,
    indicator_id varchar,
    code varchar not null,
    severity varchar not null,
    text varchar not null,
    known_from timestamp not null,
    known_to timestamp
);
