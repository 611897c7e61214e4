-- Hur många indikatorer är uppfyllda, ej uppfyllda eller utan data per prioriterat mål 2023?
select
    plan_id,
    goal_id,
    goal_title,
    n_met,
    n_not_met,
    n_no_data,
    n_indicators,
    share_met,
    verdict
from mart.goal_verdict
where section = 'prioritized' and year = 2023
order by plan_id, goal_order
