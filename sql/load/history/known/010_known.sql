-- sqlfluff:exclude_rules:RF02,AL03,RF04,AM04,ST06,RF05,RF06,AM03,ST07,LT14
-- The open versions of the KPIs from first_kpi to last_kpi, municipalities and groups together, and those that were
-- received unchanged: on most nights nearly all, so they are separated first.

create or replace temp view open_cell as
select
    * exclude (change_kind, run_id, request_id, known_from, known_to, confirmed_at),
    change_kind = 'vanished' as is_vanished
from cell_version
where known_to is null and kpi_id between getvariable('first_kpi') and getvariable('last_kpi');

create or replace temp table same_cell as
select
    received.staged_number,
    known.version_rowid,
    known.is_group,
    known.is_deleted
from staged_observation as received
inner join open_cell as known
    on
        received.kpi_id = known.kpi_id
        and received.unit_id = known.unit_id
        and received.period = known.period
        and received.gender = known.gender
where
    received.kpi_id between getvariable('first_kpi') and getvariable('last_kpi')
    and case
        when received.is_deleted then known.is_deleted
        else
            not known.is_deleted
            and not known.is_vanished
            and received.value is not distinct from known.value
            and received.status is not distinct from known.status
            and received.value_count is not distinct from known.value_count
    end;
