-- Each indicator judged with what was out at the year's bokslut date. One row per plan, indicator and year
-- that has a bokslut date. Same judgement as mart.goal_fulfilment. Where our own history doesn't reach back
-- to the date, what was out is estimated from the plan's availability list, and marked is_estimated.
with judgements as (
    select * from mart.judgement_as_of(moment)
),

sights as (
    select * from mart.sight_as_of(moment)
),

final as (
    select
        judgements.* exclude (basis, sight_id),  -- noqa: RF02
        sights.seen_at
    from judgements
    inner join sights
        on judgements.sight_id = sights.sight_id and judgements.plan_id = sights.plan_id
    where judgements.basis = 'bokslut'
)

select * from final
order by plan_id, indicator_order, year
