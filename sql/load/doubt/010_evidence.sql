-- Evidence for or against empty responses. Reads doubted_request (request_number, kpi_ids, unit_ids), unit_kind
-- (unit_id, kind), the stage, and the variable doubted_years: the requested years, empty for all years.

create or replace temp table doubted_pair as
with per_kpi as (
    select
        request_number,
        unnest(kpi_ids) as kpi_id,
        unit_ids
    from doubted_request
),

per_pair as (
    select
        request_number,
        kpi_id,
        unnest(unit_ids) as unit_id
    from per_kpi
)

select
    per_pair.*,
    coalesce(unit_kind.kind, 'G') as kind
from per_pair
left join unit_kind on per_pair.unit_id = unit_kind.unit_id;

create or replace temp table doubted_kpi as
select distinct kpi_id from doubted_pair;

create or replace temp table known_pair as
select distinct
    known.kpi_id,
    known.unit_id
from cell_version as known
semi join doubted_kpi on known.kpi_id = doubted_kpi.kpi_id
where
    known.known_to is null
    and not known.is_deleted
    and known.change_kind <> 'vanished'
    and (len(getvariable('doubted_years')) = 0 or list_contains(getvariable('doubted_years'), known.period));

-- Per KPI and kind of unit: the number that report, of those requested in this run or known to report.
create or replace temp table reporting as
with received as (
    select distinct
        observation.kpi_id,
        observation.unit_id
    from staged_observation as observation
    semi join doubted_kpi on observation.kpi_id = doubted_kpi.kpi_id
    where len(getvariable('doubted_years')) = 0 or list_contains(getvariable('doubted_years'), observation.period)
),

asked as (
    select
        scope.kpi_id,
        scope.unit_id
    from staged_scope as scope
    semi join doubted_kpi on scope.kpi_id = doubted_kpi.kpi_id
    where
        scope.period is null
        or len(getvariable('doubted_years')) = 0
        or list_contains(getvariable('doubted_years'), scope.period)
    union
    select
        known_pair.kpi_id,
        known_pair.unit_id
    from known_pair
)

select
    asked.kpi_id,
    coalesce(unit_kind.kind, 'G') as kind,
    count(*) as asked_count,
    count(received.unit_id) as received_count,
    count(known_pair.unit_id) as known_count,
    count(*) filter (where received.unit_id is not null or known_pair.unit_id is not null) as reporting_count
from asked
left join unit_kind on asked.unit_id = unit_kind.unit_id
left join received on asked.kpi_id = received.kpi_id and asked.unit_id = received.unit_id
left join known_pair on asked.kpi_id = known_pair.kpi_id and asked.unit_id = known_pair.unit_id
group by all;

-- Pairs that were empty in an earlier publication. A backfill of some years does not count for the other years. A KPI
-- that no unit reported when it was last read completely is empty for every unit.
create or replace temp table empty_before as
with quiet_kpi as (
    select coverage.kpi_id
    from ops.coverage as coverage
    inner join ops.run as run on coverage.run_id = run.run_id
    semi join doubted_kpi on coverage.kpi_id = doubted_kpi.kpi_id
    where run.state = 'published' and run.kind <> 'backfill'
    group by coverage.kpi_id
    having
        coalesce(max(run.published_at) filter (where coverage.outcome <> 'nothing_published'), timestamp '1900-01-01')
        < max(run.published_at)
)

select distinct
    pair.kpi_id,
    pair.unit_id
from doubted_pair as pair
semi join quiet_kpi on pair.kpi_id = quiet_kpi.kpi_id
union
select distinct
    pair.kpi_id,
    pair.unit_id
from ops.coverage_pair as pair
inner join ops.run as run on pair.run_id = run.run_id
semi join doubted_kpi on pair.kpi_id = doubted_kpi.kpi_id
where run.state = 'published' and run.kind <> 'backfill' and pair.outcome = 'nothing_published';
