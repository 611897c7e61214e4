-- The cells that differ from their known version, each with the kind of its change: the first kind that applies.

create or replace macro decimals_of(number) as (
    case
        when contains(cast(number as varchar), 'e') then 17
        else length(nullif(regexp_extract(cast(number as varchar), '\.(\d*[1-9])0*$', 1), ''))
    end
);

create or replace temp table differing_cell as
select
    *,
    case
        when not is_known then 'first'
        when (was_deleted or was_vanished) and is_received and not is_deleted then 'returned'
        when is_deleted then 'deleted'
        when not is_received then 'vanished'
        when known_value is not null and value is null then 'suppressed'
        when known_value is null and value is not null then 'restored'
        when value is null or value = known_value then 'status'
        when abs(value - known_value) <= 1e-6 * greatest(1, abs(known_value)) then 'precision'
        when
            coalesce(decimals_of(value), 0) < coalesce(decimals_of(known_value), 0)
            and abs(value - known_value) <= 0.5 * pow(10, -coalesce(decimals_of(value), 0)) * (1 + 1e-9)
            then 'rounding'
        else 'revised'
    end as simple_kind
from compared_cell
where is_received or (not was_deleted and not was_vanished);

-- A KPI that got a new unit or a new definition under its old id. Of its cells that this run read, with a number other
-- than zero before and after, at least half and at least twenty changed by more than precision or rounding; nine in ten
-- of the ratios of new to old are beyond 1.5 on one side; and their median is beyond 3. The factor can vary.
create or replace temp table rescaled_now as
with changed as (
    select
        kpi_id,
        value / known_value as ratio
    from differing_cell
    where simple_kind = 'revised' and known_value <> 0 and value <> 0
),

comparable as (
    select
        kpi_id,
        count(*) as cell_count
    from (
        select kpi_id from compared_cell
        where is_received and value <> 0 and known_value <> 0 and not was_deleted and not was_vanished
        union all
        select open_cell.kpi_id
        from open_cell
        semi join same_cell using (version_rowid, is_group)
        where open_cell.value <> 0 and open_cell.kpi_id in (select changed.kpi_id from changed)
    ) as either
    group by kpi_id
),

spread as (
    select
        kpi_id,
        count(*) as cell_count,
        median(ratio) as median_ratio,
        count(*) filter (where ratio > 1.5) as grown_count,
        count(*) filter (where ratio < 1 / 1.5) as shrunk_count
    from changed
    group by kpi_id
)

select
    spread.kpi_id,
    spread.median_ratio
from spread
inner join comparable on spread.kpi_id = comparable.kpi_id
where
    spread.cell_count >= 20
    and spread.cell_count * 2 >= comparable.cell_count
    and (
        (spread.grown_count * 10 >= spread.cell_count * 9 and spread.median_ratio > 3)
        or (spread.shrunk_count * 10 >= spread.cell_count * 9 and spread.median_ratio < 1 / 3)
    );

create or replace temp table changed_cell as
select
    differing_cell.* exclude (simple_kind),  -- noqa: RF02
    case
        when differing_cell.simple_kind = 'revised' and rescaled_now.kpi_id is not null then 'rescaled'
        else differing_cell.simple_kind
    end as change_kind
from differing_cell
left join rescaled_now on differing_cell.kpi_id = rescaled_now.kpi_id;
