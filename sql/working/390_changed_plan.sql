-- The plans whose files this publication changed, with the end of their last version. Working relation.
-- One row per plan.
with clock as (
    select * from working.clock
),

plan_versions as (
    select
        plan_id,
        files_sha256,
        known_from,
        lag(files_sha256) over versions as last_files_sha256,
        lag(known_to) over versions as last_known_to
    from plan.plan_version
    window versions as (partition by plan_id order by known_from)
),

final as (
    select
        plan_versions.plan_id,
        plan_versions.last_known_to,
        clock.run_id,
        clock.published_at
    from plan_versions
    inner join clock on plan_versions.known_from = clock.published_at
    where plan_versions.last_files_sha256 <> plan_versions.files_sha256
)

select * from final
