-- Each plan's municipality compared with Riket, all municipalities, its county, and each of its groups of similar
-- municipalities. One row per plan, KPI, period, gender and reference, if both have a value. difference is signed by
-- the KPI's direction, so that plus is good; without a direction it is own minus reference.
with plans as (
    select * from plan.plan
),

plan_kpis as (
    select * from working.plan_kpi
),

reference_values as (
    select * from mart.reference_value
),

similar_groups as (
    select distinct
        plan_id,
        group_id,
        group_name,
        topic,
        vintage_year,
        is_latest_vintage,
        member_count,
        is_oldest_membership
    from mart.similar_group
),

observations as (
    select * from core.observation
),

units as (
    select * from core.municipality
),

-- First the few cells of the plans' units: otherwise every unit's cells are joined with every reference value.
own as materialized (
    select
        plan_kpis.plan_id,
        plan_kpis.municipality_id,
        plan_kpis.kpi_id,
        plan_kpis.direction,
        observations.period,
        observations.gender,
        observations.value as own_value
    from plan_kpis
    inner join observations
        on
            plan_kpis.kpi_id = observations.kpi_id
            and plan_kpis.municipality_id = observations.municipality_id
    where observations.value is not null
),

own_references as (
    select
        plans.plan_id,
        unnest(
            case
                when mart.is_region(plans.municipality_id)
                    then
                        [
                            'riket',
                            'regions:unweighted_mean',
                            'regions:median',
                            'regions:p25',
                            'regions:p75',
                            'county:' || units.county_code
                        ]
                else ['riket', 'unweighted_mean', 'median', 'p25', 'p75', 'county:' || units.county_code]
            end
        ) as reference,
        cast(null as varchar) as group_id
    from plans
    inner join units on plans.municipality_id = units.municipality_id

    union all

    select
        plan_id,
        'similar:' || group_id as reference,
        group_id
    from similar_groups
),

final as (
    select
        own.plan_id,
        own.municipality_id,
        own.kpi_id,
        own.period,
        own.gender,
        reference_values.reference,
        reference_values.reference_kind,
        similar_groups.topic,
        similar_groups.group_name,
        similar_groups.vintage_year,
        similar_groups.is_latest_vintage,
        similar_groups.is_oldest_membership,
        own.own_value,
        reference_values.value as reference_value,
        reference_values.n as reference_n,
        similar_groups.member_count as reference_member_count,
        case when own.direction = 'lower' then -1 else 1 end
        * mart.difference(own.own_value, reference_values.value) as difference,
        case
            when own.direction = 'lower' then own.own_value < reference_values.value
            when own.direction = 'higher' then own.own_value > reference_values.value
        end as is_better,
        mart.derived_label() as source_label
    from own
    inner join own_references on own.plan_id = own_references.plan_id
    inner join reference_values
        on
            own.kpi_id = reference_values.kpi_id
            and own.period = reference_values.period
            and own.gender = reference_values.gender
            and own_references.reference = reference_values.reference
    left join similar_groups
        on own.plan_id = similar_groups.plan_id and own_references.group_id = similar_groups.group_id
)

select * from final
order by plan_id, kpi_id, period, gender, reference
