-- What the whole load did, added up part by part (warehouse/history.py): the checks read it.

create or replace temp table load_count (
    change_kind varchar not null,
    cell_count bigint not null
);

create or replace temp table known_count (
    cell_count bigint not null
);

create or replace temp table rescaled_kpi (
    kpi_id varchar not null,
    median_ratio double not null
);
