-- The one mart that is kept from night to night: how verdicts changed between publications.

create schema if not exists mart;

create table if not exists mart.verdict_change (
    run_id varchar not null,
    known_from timestamp not null,
    plan_id varchar not null,
    level varchar not null,
    item_id varchar not null,
    year integer not null,
    variant varchar not null,
    verdict_before varchar not null,
    verdict varchar not null,
    verdict_reason_before varchar,
    verdict_reason varchar,
    value_before double,
    value double,
    reference_value_before double,
    reference_value double,
    cause varchar not null,
    causes varchar[] not null
);
