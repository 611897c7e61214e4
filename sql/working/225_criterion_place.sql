-- The place of the plan's own unit among the units of a criterion's scope, from each sight: values as received, best
-- first by the indicator's direction, ties share the better place. The own unit always counts; n is the number of units
-- of the scope with a value, including the own one. Working relation.
-- One row per plan, sight, indicator, scope, gender and period in which the own unit has a value.
with indicators as (
    select * from working.followed_indicator
),

targets as (
    select * from plan.target
),

seen_kpis as (
    select * from working.seen_kpi
),

units as (
    select * from core.municipality
),

similar_members as (
    select * from working.seen_similar_member
),

listed_units as (
    select * from working.listed_unit
),

wanted as (
    select distinct
        targets.plan_id,
        targets.indicator_id,
        targets.rank_scope,
        unnest(case when targets.gender = 'both' then ['K', 'M'] else [coalesce(targets.gender, 'T')] end) as gender,
        indicators.kpi_id,
        indicators.direction,
        indicators.similar_group_topic,
        indicators.municipality_id,
        own.municipality_type,
        own.county_code
    from targets
    inner join indicators
        on targets.plan_id = indicators.plan_id and targets.indicator_id = indicators.indicator_id
    inner join units as own on indicators.municipality_id = own.municipality_id
    where targets.rank_scope is not null and indicators.direction in ('higher', 'lower')
),

cells as (
    select * from working.seen_cell
    where kpi_id in (select wanted.kpi_id from wanted)
),

scoped as (
    select
        wanted.*,
        seen_kpis.sight_id,
        seen_kpis.sighting_id,
        units.municipality_id as member_id
    from wanted
    inner join seen_kpis on wanted.plan_id = seen_kpis.plan_id and wanted.kpi_id = seen_kpis.kpi_id
    inner join units
        on
            wanted.municipality_type = units.municipality_type
            and not units.is_riket
            and (
                wanted.rank_scope = 'all'
                or (wanted.rank_scope = 'county' and wanted.county_code = units.county_code)
                or wanted.municipality_id = units.municipality_id
            )

    union

    select
        wanted.*,
        seen_kpis.sight_id,
        seen_kpis.sighting_id,
        similar_members.municipality_id as member_id
    from wanted
    inner join seen_kpis on wanted.plan_id = seen_kpis.plan_id and wanted.kpi_id = seen_kpis.kpi_id
    inner join similar_members
        on
            seen_kpis.plan_id = similar_members.plan_id
            and seen_kpis.sight_id = similar_members.sight_id
            and wanted.similar_group_topic = similar_members.topic
            and wanted.rank_scope = 'similar'

    union

    select
        wanted.*,
        seen_kpis.sight_id,
        seen_kpis.sighting_id,
        listed_units.municipality_id as member_id
    from wanted
    inner join seen_kpis on wanted.plan_id = seen_kpis.plan_id and wanted.kpi_id = seen_kpis.kpi_id
    inner join listed_units
        on
            seen_kpis.plan_id = listed_units.plan_id
            and seen_kpis.sight_id = listed_units.sight_id
            and listed_units.list = case
                when wanted.rank_scope like 'own:%' then 'own:' || wanted.plan_id || ':' || wanted.rank_scope[5:]
                else wanted.rank_scope
            end
),

final as (
    select
        scoped.plan_id,
        scoped.sight_id,
        scoped.indicator_id,
        scoped.rank_scope,
        scoped.gender,
        own.period,
        cast(
            1 + count(*) filter (
                where case scoped.direction when 'lower' then others.value < own.value else others.value > own.value end
            ) as integer
        ) as place,
        cast(count(*) as integer) as place_n
    from scoped
    inner join cells as own
        on
            scoped.sighting_id = own.sighting_id
            and scoped.kpi_id = own.kpi_id
            and scoped.gender = own.gender
            and scoped.municipality_id = own.municipality_id
    inner join cells as others
        on
            scoped.sighting_id = others.sighting_id
            and scoped.kpi_id = others.kpi_id
            and scoped.gender = others.gender
            and scoped.member_id = others.municipality_id
            and own.period = others.period
    group by
        scoped.plan_id, scoped.sight_id, scoped.indicator_id, scoped.rank_scope, scoped.gender, own.period
)

select * from final
