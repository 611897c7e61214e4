-- The units of the lists that plans compare with: groups of Kolada, with their members as seen from each sight (where
-- our own history doesn't reach back, the oldest known ones), and the plans' own lists. Working relation.
-- One row per plan, sight, list and unit; list is written as a target's reference is, an own one with its plan.
with targets as (
    select * from plan.target
),

unit_groups as (
    select * from plan.unit_group
),

sights as (
    select distinct
        plan_id,
        sight_id,
        seen_at
    from working.sight
),

named as (
    select
        plan_id,
        reference as list
    from targets
    where reference like 'group:%'

    union

    select
        plan_id,
        rank_scope as list
    from targets
    where rank_scope like 'group:%'
),

versions as (
    select
        *,
        'group:' || group_id as list,
        min(known_from) over (partition by group_id) as group_known_from
    from core.municipality_group_member_version
),

of_kolada as (
    select distinct
        sights.plan_id,
        sights.sight_id,
        named.list,
        versions.municipality_id
    from named
    inner join sights on named.plan_id = sights.plan_id
    inner join versions
        on
            named.list = versions.list
            and case
                when sights.seen_at is null then versions.known_to is null
                when sights.seen_at < versions.group_known_from
                    then versions.known_from = versions.group_known_from
                else core.holds_at(versions.known_from, versions.known_to, sights.seen_at)
            end
),

own as (
    select
        sights.plan_id,
        sights.sight_id,
        'own:' || unit_groups.plan_id || ':' || unit_groups.group_name as list,
        unit_groups.municipality_id
    from unit_groups
    inner join sights on unit_groups.plan_id = sights.plan_id
),

final as (
    select * from of_kolada
    union all
    select * from own
)

select * from final
