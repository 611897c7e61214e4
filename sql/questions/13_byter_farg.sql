-- Vilka nyckeltal byter färg från ett år till nästa?
select
    plan.plan_id,
    this_year.kpi_id,
    this_year.period,
    last_year.colour as colour_before,
    this_year.colour as colour_after,
    last_year.rank as rank_before,
    this_year.rank as rank_after
from mart.ranking as this_year
inner join mart.ranking as last_year
    on
        this_year.kpi_id = last_year.kpi_id
        and this_year.municipality_id = last_year.municipality_id
        and this_year.period - 1 = last_year.period
inner join plan.plan as plan
    on this_year.municipality_id = plan.municipality_id
where this_year.colour <> last_year.colour
order by plan.plan_id, this_year.kpi_id, this_year.period
