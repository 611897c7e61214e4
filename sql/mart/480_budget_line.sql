-- The figures of the budget document, as printed. One row per plan, table, row and year. year is text, since a line can
-- span several years. Totals are stored among their lines: add up only level = 'line'.
with budget_lines as (
    select * from plan.budget_line
),

plans as (
    select * from plan.plan
),

final as (
    select
        budget_lines.plan_id,
        budget_lines.table_name,
        regexp_replace(budget_lines.table_name, ' \d{4}-\d{4}$', '') as statement,
        budget_lines.row_name,
        budget_lines.year,
        try_cast(budget_lines.year as integer) as year_number,
        budget_lines.value,
        budget_lines.unit,
        budget_lines.kind,
        budget_lines.level,
        budget_lines.document_line,
        'Källa: ' || plans.document_title as source_label
    from budget_lines
    inner join plans on budget_lines.plan_id = plans.plan_id
)

select * from final
order by plan_id, document_line, row_name, year
