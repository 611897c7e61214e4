-- The groups of similar municipalities (liknande kommuner) of each plan's municipality, with their members.
-- A group keeps its id while its title, year and members change: membership is taken as known at the moment, and
-- where none was known yet, the oldest that we hold stands in, marked. One row per plan, group and member.
with plans as (
    select * from plan.plan_as_of(moment)
),

groups as (
    select * from core.municipality_group_as_of(moment)
),

known_members as (
    select * from core.municipality_group_member_as_of(moment)
),

oldest_members as (
    select
        group_id,
        municipality_id
    from core.municipality_group_member_version
    where group_id not in (select group_id from known_members)
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
        groups.group_id,
        groups.group_name,
        groups.topic,
        groups.vintage_year,
        groups.owner_municipality_id,
        row_number() over (
            partition by plans.plan_id, groups.topic
            order by groups.vintage_year desc nulls last, groups.group_id
        ) = 1 as is_latest_vintage
    from groups
    inner join plans on groups.owner_municipality_id = plans.municipality_id
    where groups.topic is not null
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
