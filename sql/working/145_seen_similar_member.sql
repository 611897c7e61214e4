-- The members of each plan's groups of similar municipalities, as seen from each sight: at a bokslut the members known
-- then, or, if our own history doesn't reach back, the oldest known ones, marked. Working relation. One row per plan,
-- sight, group and member; only the group that comparisons use.
with similar_groups as (
    select * from mart.similar_group
    where is_latest_vintage
),

sights as (
    select * from working.sight
),

today as (
    select
        plan_id,
        'today' as sight_id,
        topic,
        group_id,
        municipality_id,
        is_oldest_membership
    from similar_groups
),

versions as (
    select
        *,
        min(known_from) over (partition by group_id) as group_known_from
    from core.municipality_group_member_version
    where group_id in (select similar_groups.group_id from similar_groups)
),

bokslut as (
    select distinct
        similar_groups.plan_id,
        sights.sight_id,
        similar_groups.topic,
        similar_groups.group_id,
        versions.municipality_id,
        sights.seen_at < versions.group_known_from as is_oldest_membership
    from similar_groups
    inner join sights on similar_groups.plan_id = sights.plan_id and sights.basis = 'bokslut'
    inner join versions
        on
            similar_groups.group_id = versions.group_id
            and case
                when sights.seen_at < versions.group_known_from
                    then versions.known_from = versions.group_known_from
                else core.holds_at(versions.known_from, versions.known_to, sights.seen_at)
            end
),

members as (
    select * from today
    union all
    select * from bokslut
),

final as (
    select
        plan_id,
        sight_id,
        topic,
        group_id,
        municipality_id,
        is_oldest_membership,
        cast(count(*) over (partition by plan_id, sight_id, group_id) as integer) as member_count
    from members
)

select * from final
