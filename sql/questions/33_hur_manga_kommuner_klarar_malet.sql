-- Hur många av kommunerna skulle klara samma kriterium som vi har satt?
select
    plan_id,
    indicator_id,
    year,
    operator,
    compared_with,
    n_meeting,
    n,
    round(100 * share_meeting, 1) as share_percent,
    is_own_meeting
from mart.national_outcome
where n > 0
order by plan_id, year, share_meeting
