-- Each known cell with a significant change, before and after, as text that can be compared.
-- class: vanished, deleted, suppressed, rewritten, restored or status; precision and rounding are not significant.

create or replace macro cell_text(value, status) as (
    coalesce(cast(value as varchar), 'no value') || if(status is null or status = '', '', ' (' || status || ')')
);

create or replace temp table cell_change as
select
    difference.kpi_id,
    difference.unit_id,
    difference.period,
    difference.gender,
    case
        when difference.change_kind in ('revised', 'rescaled') then 'rewritten'
        when difference.change_kind in ('restored', 'returned') then 'restored'
        else difference.change_kind
    end as class,
    difference.change_kind,
    difference.known_value,
    difference.value,
    if(difference.was_gone, 'absent', cell_text(difference.known_value, difference.known_status)) as before,
    case difference.change_kind
        when 'vanished' then 'absent'
        when 'deleted' then 'deleted'
        else cell_text(difference.value, difference.status)
    end as after
from difference
-- Cells that an empty response would remove are a separate finding.
anti join staged_doubted on difference.kpi_id = staged_doubted.kpi_id and difference.unit_id = staged_doubted.unit_id
where difference.change_kind not in ('precision', 'rounding');

-- The denominators of the shares: the known cells that the run read, for KPIs and units with lost or rewritten cells,
-- and for the references of plans. Without changes there are none.
create or replace temp table touched_kpi as
select distinct kpi_id
from cell_change
where class in ('vanished', 'deleted', 'suppressed', 'rewritten');

create or replace temp table touched_unit as
with changed as (
    select distinct unit_id
    from cell_change
    where class in ('vanished', 'deleted', 'suppressed', 'rewritten')
)

select unit_id from changed
union
select unit_id from plan_reference_unit
where exists (from changed);

create or replace temp view known_before as
select
    kpi_id,
    unit_id,
    period
from cell_version
where
    known_from < getvariable('known_from')
    and not is_deleted
    and change_kind <> 'vanished'
    and if(known_to is null, confirmed_at = getvariable('known_from'), known_to = getvariable('known_from'));

create or replace temp table known_year as
select
    kpi_id,
    period,
    count(*) as cell_count,
    count(distinct unit_id) as unit_count
from known_before
where kpi_id in (select touched_kpi.kpi_id from touched_kpi)
group by kpi_id, period;

create or replace temp table known_kpi as
select
    kpi_id,
    sum(cell_count) as cell_count,
    max(period) as newest_period
from known_year
group by kpi_id;

create or replace temp table known_unit as
select
    unit_id,
    kpi_id,
    count(*) as cell_count
from known_before
where unit_id in (select touched_unit.unit_id from touched_unit)
group by unit_id, kpi_id;
