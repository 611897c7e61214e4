-- Does an indicator of a plan lack a row for a year, or have more than one?
-- sv: Har en indikator i en plan inte precis en rad för ett år?
-- scope: plan
with wanted as (
    select
        indicator.plan_id,
        indicator.indicator_id,
        calendar.year
    from plan.indicator as indicator
    inner join plan.plan as plan_row on indicator.plan_id = plan_row.plan_id
    cross join unnest(generate_series(plan_row.first_year, plan_row.last_year)) as calendar (year)
)

select
    wanted.plan_id as scope,
    wanted.year as period,
    wanted.indicator_id as before,
    count(judged.indicator_id) || ' rows' as after
from wanted
left join mart.goal_fulfilment as judged
    on
        wanted.plan_id = judged.plan_id
        and wanted.indicator_id = judged.indicator_id
        and wanted.year = judged.year
group by wanted.plan_id, wanted.indicator_id, wanted.year
having count(judged.indicator_id) <> 1;
