-- Each goal of each plan in each year, as known now: the verdicts of its indicators, counted, and the goal's own
-- verdict. One row per plan, goal and year. n_indicators = n_met + n_partly_met + n_not_met + n_not_yet_due + n_no_data
-- + n_not_comparable + n_not_assessable. A prioritised goal is assessed by people, who can use the counts.
with goal_judgements as (
    select * from working.goal_judgement
),

final as (
    select * exclude (basis, is_estimated)
    from goal_judgements
    where basis = 'today'
)

select * from final
order by plan_id, goal_order, year
