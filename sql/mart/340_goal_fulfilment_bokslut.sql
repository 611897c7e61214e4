-- Each indicator judged with the values that were published by the year's bokslut date. One row per plan, indicator and
-- year that has a bokslut date. The judgement is the same as in mart.goal_fulfilment. If our own history doesn't reach
-- back to the date, the plan's availability list decides which values were published, and the row is marked
-- is_estimated.
with judgements as (
    select * from working.judgement
),

final as (
    select
        * exclude (basis),
        core.end_of_swedish_day(bokslut_date) as seen_at
    from judgements
    where basis = 'bokslut'
)

select * from final
order by plan_id, indicator_order, year
