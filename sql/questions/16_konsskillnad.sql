-- Hur stor är könsskillnaden, och till vems fördel?
select
    plan_id,
    kpi_id,
    period,
    value_women,
    value_men,
    gender_gap,
    in_favour_of,
    reference,
    reference_gap
from mart.gender_gap
where period >= 2018
order by abs(gender_gap) desc
