-- Vilken plats av hur många har kommunen, per nyckeltal och år?
select
    plan.plan_id,
    ranking.kpi_id,
    ranking.period,
    ranking.value,
    ranking.rank,
    ranking.rank_n,
    ranking.quartile,
    ranking.colour
from mart.ranking as ranking
inner join plan.plan as plan
    on ranking.municipality_id = plan.municipality_id
order by plan.plan_id, ranking.kpi_id, ranking.period
