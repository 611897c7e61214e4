-- Each indicator judged with what was out at the year's bokslut date. One row per plan, indicator and year
-- that has a bokslut date. Same judgement as mart.goal_fulfilment. Where our own history doesn't reach back
-- to the date, what was out is estimated from the plan's availability list, and marked is_estimated.
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
