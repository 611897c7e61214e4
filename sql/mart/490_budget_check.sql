-- Whether the budget's figures are consistent. One row per plan, check and year for which the document has both sides.
-- The plan defines the checks (budget_checks.csv); goals/README.md describes the syntax of terms.
--   agrees             both sides are equal
--   rounding           they differ by no more than the rounding of the figures printed
--   differs            they differ
--   different_measure  the two sides look alike but are not the same measure: shown so that they are not swapped
with budget_lines as (
    select * from mart.budget_line
),

checks as (
    select * from plan.budget_check
),

-- Figures in one unit of money, so that tkr and mnkr can be added; other units are unchanged.
lines as (
    select
        *,
        case unit when 'tkr' then 1000 when 'mnkr' then 1000000 when 'mdkr' then 1000000000 else 1 end as unit_size,
        cast(left(year, 4) as integer) as first_year,
        cast(right(year, 4) as integer) as last_year
    from budget_lines
),

written as (
    select
        plan_id,
        check_id,
        table_name,
        false as is_divisor,
        unnest(string_split(terms, '|')) as term
    from checks

    union all

    select
        plan_id,
        check_id,
        table_name,
        true as is_divisor,
        unnest(string_split(divided_by, '|')) as term
    from checks
),

terms as (
    select
        plan_id,
        check_id,
        is_divisor,
        term,
        case when ltrim(term) like '-%' then -1 else 1 end as sign,
        case when contains(term, '[last year]') then 1 else 0 end as years_back,
        coalesce(nullif(regexp_extract(replace(term, '[last year]', ''), '\[([^\]]+)\]', 1), ''), table_name)
            as table_name,
        trim(regexp_replace(term, '^\s*[+-]|\[[^\]]+\]', '', 'g')) as row_name,
        count(*) over (partition by plan_id, check_id) as term_count
    from written
),

summed as (
    select
        checks.plan_id,
        checks.check_id,
        results.year,
        results.value as left_value,
        results.unit_size,
        sum(terms.sign * lines.value * lines.unit_size) filter (where not terms.is_divisor) as term_sum,
        sum(terms.sign * lines.value * lines.unit_size) filter (where terms.is_divisor) as divisor_sum,
        count(distinct struct_pack(d := terms.is_divisor, t := terms.term, y := lines.year_number)) as found_count,
        any_value(terms.term_count) * (results.last_year - results.first_year + 1) as wanted_count
    from checks
    inner join lines as results
        on
            checks.plan_id = results.plan_id
            and checks.table_name = results.table_name
            and checks.result_row = results.row_name
    inner join terms on checks.plan_id = terms.plan_id and checks.check_id = terms.check_id
    inner join lines
        on
            terms.plan_id = lines.plan_id
            and terms.table_name = lines.table_name
            and (
                terms.row_name = lines.row_name
                or (
                    terms.row_name = '*'
                    and lines.level = 'line'
                    and (checks.table_name <> lines.table_name or checks.result_row <> lines.row_name)
                )
            )
            and lines.year_number between results.first_year - terms.years_back
            and results.last_year - terms.years_back
    group by
        checks.plan_id,
        checks.check_id,
        results.year,
        results.value,
        results.unit_size,
        results.first_year,
        results.last_year
),

compared as (
    select
        plan_id,
        check_id,
        year,
        left_value,
        case
            when divisor_sum is null then mart.difference(term_sum / unit_size, 0)
            when divisor_sum <> 0 then 100 * term_sum / divisor_sum
        end as right_value
    from summed
    where found_count = wanted_count
),

final as (
    select
        compared.plan_id,
        compared.check_id as check_code,
        checks.note as title,
        compared.year,
        compared.left_value,
        compared.right_value,
        mart.difference(compared.left_value, compared.right_value) as difference,
        checks.tolerance,
        case
            when not checks.is_same_measure then 'different_measure'
            when mart.difference(compared.left_value, compared.right_value) = 0 then 'agrees'
            when
                abs(mart.difference(compared.left_value, compared.right_value)) <= checks.tolerance + 1e-9
                then 'rounding'
            else 'differs'
        end as result
    from compared
    inner join checks on compared.plan_id = checks.plan_id and compared.check_id = checks.check_id
    where compared.right_value is not null
)

select * from final
order by plan_id, check_code, year
