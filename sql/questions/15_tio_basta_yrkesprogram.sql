-- Vilka tio kommuner är bäst på behörighet till yrkesprogram 2022?
select
    rank,
    municipality_name,
    value
from mart.ranking
where kpi_id = 'N15436' and period = 2022
order by rank, municipality_id
limit 10
