-- Units with more lost or rewritten cells than Kolada changes for one unit in a night.
-- For a plan's own unit and Riket a loss in several KPIs at the same time is a finding; for any other unit, a loss of
-- most of its cells in most of its KPIs. A loss in one KPI is not: units leave surveys, and series are revised. Nor is
-- a loss that all units share: a unit's loss counts if it is more than four standard deviations above that of the
-- others. A group's mean changes whenever a member's value changes, so a group's cells count only if they are lost.

create or replace temp table unit_change as
with per_kpi as (
    select
        known_unit.unit_id,
        known_unit.kpi_id,
        known_unit.cell_count,
        count(other_change.kpi_id) filter (where other_change.class <> 'rewritten') as lost_cells,
        count(other_change.kpi_id) filter (
            where other_change.class = 'rewritten' and not starts_with(known_unit.unit_id, 'G')
        ) as rewritten_cells
    from known_unit
    left join other_change on known_unit.unit_id = other_change.unit_id and known_unit.kpi_id = other_change.kpi_id
    group by known_unit.unit_id, known_unit.kpi_id, known_unit.cell_count
),

lost_of_kpi as (
    select
        kpi_id,
        count(*) as lost_cells
    from other_change
    where class <> 'rewritten'
    group by kpi_id
),

beside_others as (
    select
        per_kpi.*,
        coalesce(
            per_kpi.cell_count * (lost_of_kpi.lost_cells - per_kpi.lost_cells)
            / nullif(known_kpi.cell_count - per_kpi.cell_count, 0),
            0
        ) as expected_cells
    from per_kpi
    left join lost_of_kpi on per_kpi.kpi_id = lost_of_kpi.kpi_id
    left join known_kpi on per_kpi.kpi_id = known_kpi.kpi_id
),

judged as (
    select
        *,
        sum(lost_cells) over (partition by unit_id)
        > sum(expected_cells) over (partition by unit_id)
        + 4 * sqrt(sum(expected_cells) over (partition by unit_id)) as is_unusual
    from beside_others
)

select
    unit_id,
    count(*) as kpi_count,
    count(*) filter (where (lost_cells > 0 and is_unusual) or rewritten_cells * 2 >= cell_count) as changed_kpis,
    count(*) filter (where (lost_cells + rewritten_cells) * 2 >= cell_count) as mostly_changed_kpis
from judged
group by unit_id;

create or replace temp table offending_unit as
select unit_change.unit_id
from unit_change
left join used_unit on unit_change.unit_id = used_unit.unit_id
where
    (
        used_unit.unit_id is not null
        and (
            unit_change.changed_kpis > greatest(1, getvariable('max_unit_kpi_share') * unit_change.kpi_count)
            or (
                unit_change.mostly_changed_kpis = unit_change.kpi_count
                and getvariable('max_unit_kpi_share') < 1
            )
        )
    )
    or (
        unit_change.mostly_changed_kpis >= 3
        and unit_change.mostly_changed_kpis > getvariable('max_unit_share') * unit_change.kpi_count
    );

-- References of a plan whose units have more lost or rewritten cells, in several KPIs, than Kolada changes in a night.
create or replace temp table offending_reference as
with known_cells as (
    select
        reference.plan_id,
        reference.reference_name,
        plan_kpi_use.kpi_id,
        sum(known_unit.cell_count) as cell_count
    from plan_reference_unit as reference
    inner join plan_kpi_use on reference.plan_id = plan_kpi_use.plan_id
    inner join known_unit on reference.unit_id = known_unit.unit_id and plan_kpi_use.kpi_id = known_unit.kpi_id
    group by reference.plan_id, reference.reference_name, plan_kpi_use.kpi_id
),

changed_cells as (
    select
        reference.plan_id,
        reference.reference_name,
        other_change.kpi_id,
        count(*) as cell_count,
        count(distinct other_change.unit_id) as unit_count
    from plan_reference_unit as reference
    inner join other_change on reference.unit_id = other_change.unit_id
    anti join offending_unit on other_change.unit_id = offending_unit.unit_id
    group by reference.plan_id, reference.reference_name, other_change.kpi_id
)

select
    known_cells.plan_id,
    known_cells.reference_name
from known_cells
left join changed_cells
    on
        known_cells.plan_id = changed_cells.plan_id
        and known_cells.reference_name = changed_cells.reference_name
        and known_cells.kpi_id = changed_cells.kpi_id
group by known_cells.plan_id, known_cells.reference_name
having
    count(*) filter (
        where
        changed_cells.unit_count >= 2
        and changed_cells.cell_count > getvariable('max_reference_share') * known_cells.cell_count
    )
    > greatest(1, getvariable('max_unit_kpi_share') * count(*));
