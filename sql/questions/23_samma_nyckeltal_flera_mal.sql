-- Vilka nyckeltal används i flera mål med olika kriterier?
select
    indicator.plan_id,
    indicator.kpi_id,
    count(distinct indicator.indicator_id) as n,
    string_agg(
        indicator.indicator_id || ': ' || target.kind || ' ' || target.operator || ' '
        || coalesce(target.target_text, ''),
        ' | '
        order by indicator.indicator_order
    ) as criteria
from plan.indicator as indicator
inner join plan.target as target
    on indicator.plan_id = target.plan_id and indicator.indicator_id = target.indicator_id
where indicator.kpi_id is not null
group by indicator.plan_id, indicator.kpi_id
having count(distinct indicator.indicator_id) > 1
order by indicator.plan_id, indicator.kpi_id
