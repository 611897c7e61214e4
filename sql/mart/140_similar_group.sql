-- The groups of similar municipalities (liknande kommuner) of each plan's municipality, with their members. A group
-- keeps its id while its title, year and members change. The members are the current ones; if none are known, the
-- oldest known ones are used and marked. One row per plan, group and member.
with plans as (
    select * from plan.plan
),

similar_groups as (
    select * from core.municipality_group
),

known_members as (
    select * from core.municipality_group_member
),

oldest_members as (
    select
        group_id,
        municipality_id
    from core.municipality_group_member_version
    where group_id not in (select known_members.group_id from known_members)
    qualify known_from = min(known_from) over (partition by group_id)
),

members as (
    select
        group_id,
        municipality_id,
        false as is_oldest_membership
    from known_members

    union all

    select
        group_id,
        municipality_id,
        true as is_oldest_membership
    from oldest_members
),

owned as (
    select
        plans.plan_id,
        similar_groups.group_id,
        similar_groups.group_name,
        similar_groups.topic,
        similar_groups.vintage_year,
        similar_groups.owner_municipality_id,
        row_number() over (
            partition by plans.plan_id, similar_groups.topic
            order by similar_groups.vintage_year desc nulls last, similar_groups.group_id asc
        ) = 1 as is_latest_vintage
    from similar_groups
    inner join plans on similar_groups.owner_municipality_id = plans.municipality_id
    where similar_groups.topic is not null
),

final as (
    select
        owned.plan_id,
        owned.owner_municipality_id,
        owned.topic,
        owned.group_id,
        owned.group_name,
        owned.vintage_year,
        owned.is_latest_vintage,
        members.municipality_id,
        members.is_oldest_membership,
        cast(count(*) over (partition by owned.plan_id, owned.group_id) as integer) as member_count
    from owned
    inner join members on owned.group_id = members.group_id
)

select * from final
