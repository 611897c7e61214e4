-- The criteria that each indicator is judged by in each year: for each criterion the year's own target, otherwise a
-- standing one, otherwise the latest earlier one (a target continues to apply after its year), otherwise the next later
-- one. A target of a draft without a kind does not count. Working relation.
-- One row per plan, indicator, criterion, year and gender that is compared (gap: the gap between women and men).
with targets as (
    select * from plan.target
),

plans as (
    select * from plan.plan
),

years as (
    select
        plan_id,
        cast(unnest(range(first_year, last_year + 1)) as integer) as year
    from plans
),

chosen as (
    select
        targets.*,
        years.year as judged_year
    from targets
    inner join years on targets.plan_id = years.plan_id
    qualify row_number() over (
        partition by targets.plan_id, targets.indicator_id, targets.criterion, years.year
        order by
            case
                when targets.year = years.year then 1
                when targets.year is null then 2
                when targets.year < years.year then 3
                else 4
            end,
            abs(targets.year - years.year)
    ) = 1
),

final as (
    select
        plan_id,
        indicator_id,
        criterion,
        coalesce(target_order, 0) as target_order,
        judged_year as year,
        year as target_year,
        kind as target_kind,
        operator,
        target_value,
        target_high,
        "offset" as target_offset,
        offset_unit,
        reference as target_reference,
        base_year,
        rank_scope,
        coalesce(gender, 'T') as target_gender,
        unnest(
            case
                when kind = 'gender_gap' then ['gap']
                when gender = 'both' then ['K', 'M']
                else [coalesce(gender, 'T')]
            end
        ) as gender,
        tolerance,
        tolerance_unit,
        target_text,
        target_decimals,
        is_yearly_criterion and kind is not null as is_yearly_criterion,
        document_lines as target_document_lines,
        known_from
    from chosen
)

select * from final
