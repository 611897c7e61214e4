-- The sights from which each year of a plan is judged: today (current values), and the year's bokslut (the values that
-- were published when the annual accounts were written). The following relations have a column for their sight. A
-- bokslut in the future uses the current values. One row per plan, basis and year.
with plans as (
    select * from plan.plan
),

bokslut_dates as (
    select * from plan.bokslut_date
),

years as (
    select
        plan_id,
        municipality_id,
        cast(unnest(range(first_year, last_year + 1)) as integer) as year
    from plans
),

today as (
    select
        plan_id,
        municipality_id,
        'today' as basis,
        year,
        'today' as sight_id,
        cast(null as timestamp) as seen_at,
        cast(null as date) as bokslut_date
    from years
),

bokslut as (
    select
        years.plan_id,
        years.municipality_id,
        'bokslut' as basis,
        years.year,
        years.plan_id || ' bokslut ' || cast(years.year as varchar) as sight_id,
        core.end_of_swedish_day(bokslut_dates.bokslut_date) as seen_at,
        bokslut_dates.bokslut_date
    from years
    inner join bokslut_dates on years.plan_id = bokslut_dates.plan_id and years.year = bokslut_dates.year
),

final as (
    select * from today
    union all
    select * from bokslut
)

select * from final
