-- Each indicator of each plan judged in each year, as known now. One row per plan, indicator and year.
-- Key: plan_id, indicator_id, year. A goal can have several indicators: count goals in mart.goal_verdict.
with judgements as (
    select * from working.judgement
),

final as (
    select * exclude (basis, bokslut_date, is_estimated)
    from judgements
    where basis = 'today'
)

select * from final
order by plan_id, indicator_order, year
