-- The units that the criterion of a changed verdict compares with, before and after, by the plan's name for their list.
-- Working relation of the causes. One row per plan, indicator, list, side (before, after) and unit.
with clock as (
    select * from working.clock
),

judged as (
    select * from working.judged_side
),

plans as (
    select * from plan.plan
),

units as (
    select * from core.municipality
),

similar_groups as (
    select * from mart.similar_group_version
),

group_members as (
    select * from core.municipality_group_member_version
),

unit_groups as (
    select * from plan.unit_group_version
),

sides as (
    select unnest(['before', 'after']) as side
),

wanted as (
    select distinct
        judged.plan_id,
        judged.indicator_id,
        judged.list_name,
        own.municipality_id,
        own.municipality_type,
        own.county_code
    from judged
    inner join plans on judged.plan_id = plans.plan_id
    inner join units as own on plans.municipality_id = own.municipality_id
    where judged.list_name is not null
),

-- The group of similar municipalities on each side, where either side names it: an edited target may be new to it.
groups as (
    select distinct
        judged.plan_id,
        judged.indicator_id,
        judged.side,
        judged.similar_group_id
    from judged
    inner join wanted
        on
            judged.plan_id = wanted.plan_id
            and judged.indicator_id = wanted.indicator_id
            and wanted.list_name = 'similar'
),

-- Lists whose members do not change between publications are the same on both sides.
final as (
    select distinct
        wanted.plan_id,
        wanted.indicator_id,
        wanted.list_name,
        sides.side,
        units.municipality_id
    from wanted
    cross join sides
    inner join units
        on
            wanted.municipality_type = units.municipality_type
            and not units.is_riket
            and (wanted.list_name <> 'county' or wanted.county_code = units.county_code)
    where wanted.list_name in ('all', 'unweighted_mean', 'median', 'p25', 'p75', 'county')

    union

    select
        groups.plan_id,
        groups.indicator_id,
        'similar' as list_name,
        groups.side,
        similar_groups.municipality_id
    from groups
    cross join clock
    inner join similar_groups
        on
            groups.plan_id = similar_groups.plan_id
            and groups.similar_group_id = similar_groups.group_id
            and case
                when groups.side = 'after' then similar_groups.published_to is null
                else
                    clock.published_at > similar_groups.published_from
                    and coalesce(clock.published_at <= similar_groups.published_to, true)
            end

    union

    select
        wanted.plan_id,
        wanted.indicator_id,
        wanted.list_name,
        sides.side,
        group_members.municipality_id
    from wanted
    cross join clock
    cross join sides
    inner join group_members
        on
            wanted.list_name = 'group:' || group_members.group_id
            and case
                when sides.side = 'after' then group_members.known_to is null
                else
                    clock.published_at > group_members.known_from
                    and coalesce(clock.published_at <= group_members.known_to, true)
            end

    union

    select
        wanted.plan_id,
        wanted.indicator_id,
        wanted.list_name,
        sides.side,
        unit_groups.municipality_id
    from wanted
    cross join clock
    cross join sides
    inner join unit_groups
        on
            wanted.plan_id = unit_groups.plan_id
            and wanted.list_name = 'own:' || unit_groups.group_name
            and case
                when sides.side = 'after' then unit_groups.known_to is null
                else
                    clock.published_at > unit_groups.known_from
                    and coalesce(clock.published_at <= unit_groups.known_to, true)
            end
)

select * from final
