-- The one clock of the marts: the publication that they are built for, and its date in Sweden. One row.
with publications as (
    select * from ops.publication
),

final as (
    select
        run_id,
        published_at,
        mart.swedish_date(published_at) as today
    from publications
    order by published_at desc
    limit 1
)

select * from final
