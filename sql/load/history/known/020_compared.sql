-- sqlfluff:exclude_rules:RF02,AL03,RF04,AM04,ST06,RF05,RF06,AM03,ST07,LT14
-- Each other cell that this run received or should have received, next to its known version.
-- A missing cell is a change only within a scope that was read completely.

create or replace temp table received_cell as
select received.*
from staged_observation as received
where
    received.kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
    and received.staged_number not in (select staged_number from same_cell);

create or replace temp table known_cell as
with read_pair as (
    select
        kpi_id,
        unit_id
    from staged_scope
    where kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
    union
    select
        kpi_id,
        unit_id
    from received_cell
)

select *
from open_cell
anti join same_cell using (version_rowid, is_group)
semi join read_pair using (kpi_id, unit_id);

create or replace temp table compared_cell as
with paired as (
    select
        coalesce(received.kpi_id, known.kpi_id) as kpi_id,
        coalesce(received.unit_id, known.unit_id) as unit_id,
        coalesce(received.period, known.period) as period,
        coalesce(received.gender, known.gender) as gender,
        known.version_rowid,
        known.is_group,
        received.kpi_id is not null as is_received,
        known.kpi_id is not null as is_known,
        received.value,
        received.value_count,
        received.status,
        coalesce(received.is_deleted, false) as is_deleted,
        received.request_id,
        known.value as known_value,
        known.status as known_status,
        coalesce(known.is_deleted, false) as was_deleted,
        coalesce(known.is_vanished, false) as was_vanished
    from received_cell as received
    full join known_cell as known
        on
            received.kpi_id = known.kpi_id
            and received.unit_id = known.unit_id
            and received.period = known.period
            and received.gender = known.gender
),

whole_series as (
    select distinct
        kpi_id,
        unit_id
    from staged_scope
    where period is null and kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
),

whole_year as (
    select distinct
        kpi_id,
        unit_id,
        period
    from staged_scope
    where period is not null and kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
)

select paired.*
from paired
left join whole_series
    on paired.kpi_id = whole_series.kpi_id and paired.unit_id = whole_series.unit_id
left join whole_year
    on
        paired.kpi_id = whole_year.kpi_id
        and paired.unit_id = whole_year.unit_id
        and paired.period = whole_year.period
where paired.is_received or whole_series.kpi_id is not null or whole_year.kpi_id is not null;
