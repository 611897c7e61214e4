-- The cells that exceed a limit for their KPI: the share of lost or rewritten cells, of the KPI's known cells, of one
-- year's units, or of all cells that the run read, is larger than Kolada changes in a night.
-- A single unit's series, or a few cells, are no finding about the KPI, unless the limit is 0, which allows none.

create or replace temp table class_limit (
    class varchar not null,
    max_share double not null,
    max_kpi_share double not null
);

insert into class_limit values
('vanished', getvariable('max_vanished_share'), getvariable('max_kpi_vanished_share')),
('deleted', getvariable('max_deleted_share'), getvariable('max_kpi_deleted_share')),
('suppressed', getvariable('max_suppressed_share'), getvariable('max_kpi_suppressed_share')),
('rewritten', getvariable('max_rewritten_share'), getvariable('max_kpi_rewritten_share'));

-- A KPI's newest year is rewritten once a year, when preliminary values become final; then values change a little.
create or replace temp table counted_change as
with final_year as (
    select
        cell_change.kpi_id,
        median(abs(cell_change.value - cell_change.known_value) / nullif(abs(cell_change.known_value), 0)) as moved
    from cell_change
    inner join known_kpi on cell_change.kpi_id = known_kpi.kpi_id and cell_change.period = known_kpi.newest_period
    where cell_change.class = 'rewritten'
    group by cell_change.kpi_id
)

select
    cell_change.*,
    known_kpi.cell_count as known_cells,
    cell_change.class = 'rewritten'
    and cell_change.period = known_kpi.newest_period
    and coalesce(final_year.moved <= getvariable('max_final_move'), false) as is_made_final
from cell_change
inner join class_limit on cell_change.class = class_limit.class
inner join known_kpi on cell_change.kpi_id = known_kpi.kpi_id
left join final_year on cell_change.kpi_id = final_year.kpi_id;

create or replace temp table offending_kpi as
with per_kpi as (
    select
        kpi_id,
        class,
        count(*) as changed_cells,
        count(distinct unit_id) as changed_units,
        any_value(known_cells) as known_cells
    from counted_change
    where not is_made_final
    group by kpi_id, class
),

over_all as (
    select class_limit.class
    from counted_change
    inner join class_limit on counted_change.class = class_limit.class
    where not counted_change.is_made_final
    group by class_limit.class, class_limit.max_share
    having
        (
            (count(distinct counted_change.kpi_id) >= 3 and count(distinct counted_change.unit_id) >= 3)
            or class_limit.max_share = 0
        )
        and count(*) > class_limit.max_share * (select sum(known_count.cell_count) from known_count)
),

lost_in_year as (
    select
        kpi_id,
        class,
        period,
        count(distinct unit_id) as changed_units
    from counted_change
    where class in ('vanished', 'deleted')
    group by kpi_id, class, period
),

lost_year as (
    select distinct
        lost_in_year.kpi_id,
        lost_in_year.class
    from lost_in_year
    inner join known_year on lost_in_year.kpi_id = known_year.kpi_id and lost_in_year.period = known_year.period
    where
        lost_in_year.changed_units >= 3
        and lost_in_year.changed_units > getvariable('max_year_lost_share') * known_year.unit_count
)

select
    per_kpi.kpi_id,
    per_kpi.class
from per_kpi
inner join class_limit on per_kpi.class = class_limit.class
left join over_all on per_kpi.class = over_all.class
left join lost_year on per_kpi.kpi_id = lost_year.kpi_id and per_kpi.class = lost_year.class
where
    over_all.class is not null
    or lost_year.kpi_id is not null
    or (
        class_limit.max_kpi_share < 1
        and per_kpi.changed_cells = per_kpi.known_cells
        and per_kpi.changed_units >= 2
    )
    or (
        ((per_kpi.changed_cells >= 10 and per_kpi.changed_units >= 3) or class_limit.max_kpi_share = 0)
        and per_kpi.changed_cells > class_limit.max_kpi_share * per_kpi.known_cells
    );

create or replace temp table offending_cell as
select counted_change.*
from counted_change
semi join offending_kpi on counted_change.kpi_id = offending_kpi.kpi_id and counted_change.class = offending_kpi.class;

-- The remaining cells, for the checks of units and references.
create or replace temp table other_change as
select counted_change.*
from counted_change
anti join offending_kpi on counted_change.kpi_id = offending_kpi.kpi_id and counted_change.class = offending_kpi.class
where not counted_change.is_made_final;
