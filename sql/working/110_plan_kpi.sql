-- The KPIs that a plan uses: those that it judges by and those that it shows next to an entered figure.
-- Working relation: figures of all municipalities are computed only for these KPIs.
--   available   when a year's value is usually published: from the plan's availability.csv, otherwise from the distance
--               between the catalogue's publication dates and the year that they are about
with plans as (
    select * from plan.plan
),

indicators as (
    select * from plan.indicator
),

cross_checks as (
    select * from plan.cross_check_kpi
),

availability as (
    select * from plan.availability
),

catalogue as (
    select
        kpi_id,
        publ_period,
        coalesce(prel_publication_date, publication_date) as first_date
    from core.kpi
    where publ_period is not null
),

used as (
    select
        plan_id,
        kpi_id,
        direction,
        true as is_indicator
    from indicators
    where kpi_id is not null

    union all

    select
        plan_id,
        kpi_id,
        null as direction,
        false as is_indicator
    from cross_checks
),

grouped as (
    select
        plan_id,
        kpi_id,
        min(direction) as direction,
        bool_or(is_indicator) as is_indicator
    from used
    group by plan_id, kpi_id
),

final as (
    select
        grouped.plan_id,
        plans.municipality_id,
        grouped.kpi_id,
        grouped.direction,
        grouped.is_indicator,
        coalesce(
            availability.month_day,
            -- A day that every year has.
            replace(strftime(catalogue.first_date, '%m-%d'), '02-29', '02-28')
        ) as available_month_day,
        coalesce(
            availability.year_offset,
            cast(year(catalogue.first_date) - catalogue.publ_period as integer)
        ) as available_year_offset,
        coalesce(
            availability.basis,
            'Efter Koladas datum för publiceringen av ' || cast(catalogue.publ_period as varchar) || '.'
        ) as availability_basis
    from grouped
    inner join plans on grouped.plan_id = plans.plan_id
    left join availability
        on grouped.plan_id = availability.plan_id and grouped.kpi_id = availability.kpi_id
    left join catalogue on grouped.kpi_id = catalogue.kpi_id and catalogue.first_date is not null
)

select * from final
