-- Each goal judged with the values that were published by the year's bokslut date. One row per plan, goal and year that
-- has one.
with goal_judgements as (
    select * from working.goal_judgement
),

final as (
    select * exclude (basis)
    from goal_judgements
    where basis = 'bokslut'
)

select * from final
order by plan_id, goal_order, year
