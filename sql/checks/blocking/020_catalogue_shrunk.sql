-- Did more KPIs leave the catalogue, or leave a plan, than Kolada withdraws in a night?
-- sv: Försvann fler nyckeltal ur katalogen, eller ur en plan, än Kolada brukar ta bort på en natt?
-- scope: kpi
with counted as (
    select
        (select count(*) from kpi_left) as left_now,
        (select count(*) from core.kpi where not is_withdrawn) as still_there
),

plan_share as (
    select
        plan_kpi_use.plan_id,
        count(*) as kpi_count,
        count(kpi_left.kpi_id) as left_count
    from plan_kpi_use
    left join kpi_left on plan_kpi_use.kpi_id = kpi_left.kpi_id
    group by plan_kpi_use.plan_id
),

offending as (
    select kpi_left.kpi_id
    from kpi_left
    cross join counted
    where
        counted.left_now > 1
        and counted.left_now > getvariable('max_withdrawn_share') * (counted.left_now + counted.still_there)
    union
    select plan_kpi_use.kpi_id
    from plan_kpi_use
    inner join plan_share on plan_kpi_use.plan_id = plan_share.plan_id
    where plan_share.left_count > greatest(2, getvariable('max_unit_kpi_share') * plan_share.kpi_count)
)

select
    kpi_left.kpi_id as scope,
    kpi_left.kpi_id,
    kpi_left.title as before,
    'not in the catalogue' as after
from kpi_left
semi join offending on kpi_left.kpi_id = offending.kpi_id;
