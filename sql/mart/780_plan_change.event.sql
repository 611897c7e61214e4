-- The edits of a plan between its last version and the one that this publication loaded: each changed cell of its
-- files, before and after, and each added or removed row. A plan that is loaded for the first time has no edits, nor
-- has one that another version of the software read again from the same files. A plan that returns is compared with its
-- last version. Order numbers are not compared.
-- reports: working.changed_plan
create table mart.plan_change (
    run_id varchar,
    known_from timestamp,
    plan_id varchar,
    file_name varchar,
    item_id varchar,
    criterion varchar,
    year integer,
    row_key varchar,
    edit varchar,
    column_name varchar,
    value_before varchar,
    value_after varchar,
    document_lines_before varchar,
    document_lines varchar,
    is_place_unchanged boolean
);

with edited_plans as (
    select * from working.changed_plan
),

-- A row's key, beginning with the item that it is about, and the column that describes the row to a reader.
keys as (
    select
        listed.file_name,
        listed.key_columns,
        listed.main_column
    from (
        values
        ('plan.toml', ['plan_id'], 'title'),
        ('plan.toml [rules]', ['rule_name'], 'rule_value'),
        ('plan.toml [labels]', ['label_kind', 'code'], 'label'),
        ('plan.toml [groups]', ['group_name', 'municipality_id'], 'municipality_id'),
        ('plan.toml [bokslut_dates]', ['year'], 'bokslut_date'),
        ('plan.toml [[cross_check_kpis]]', ['goal_id', 'kpi_id'], 'why'),
        ('goals.csv', ['goal_id'], 'title'),
        ('indicators.csv', ['indicator_id'], 'title'),
        ('targets.csv', ['indicator_id', 'criterion', 'year'], 'target_text'),
        ('breaks.csv', ['kpi_id', 'first_year_after', 'rescaled_on'], 'why'),
        ('availability.csv', ['kpi_id'], 'month_day'),
        ('outcomes_document.csv', ['indicator_id', 'year'], 'value'),
        ('outcomes_manual.csv', ['indicator_id', 'year', 'period', 'kind'], 'value'),
        ('assessments.csv', ['goal_id', 'year'], 'verdict'),
        ('comments.csv', ['item_id', 'year', 'period'], 'text'),
        ('budget_lines.csv', ['table_name', 'row_name', 'year'], 'value'),
        ('budget_checks.csv', ['check_id'], 'note'),
        ('notes.csv', ['indicator_id', 'code'], 'text')
    ) as listed (file_name, key_columns, main_column)
),

plan_rows as (
    select
        'plan.toml' as file_name,
        * exclude (files_sha256)
    from plan.plan_version
    union all by name
    select
        'plan.toml [rules]' as file_name,
        *
    from plan.rule_version
    union all by name
    select
        'plan.toml [labels]' as file_name,
        *
    from plan.label_version
    union all by name
    select
        'plan.toml [groups]' as file_name,
        *
    from plan.unit_group_version
    union all by name
    select
        'plan.toml [bokslut_dates]' as file_name,
        *
    from plan.bokslut_date_version
    union all by name
    select
        'plan.toml [[cross_check_kpis]]' as file_name,
        *
    from plan.cross_check_kpi_version
    union all by name
    select
        'goals.csv' as file_name,
        * exclude (goal_order)
    from plan.goal_version
    union all by name
    select
        'indicators.csv' as file_name,
        * exclude (indicator_order)
    from plan.indicator_version
    union all by name
    select
        'targets.csv' as file_name,
        * exclude (target_order, target_decimals)
    from plan.target_version
    union all by name
    select
        'breaks.csv' as file_name,
        *
    from plan.series_break_version
    union all by name
    select
        'availability.csv' as file_name,
        *
    from plan.availability_version
    union all by name
    select
        'outcomes_document.csv' as file_name,
        *
    from plan.outcome_document_version
    union all by name
    select
        'outcomes_manual.csv' as file_name,
        *
    from plan.outcome_manual_version
    union all by name
    select
        'assessments.csv' as file_name,
        *
    from plan.assessment_version
    union all by name
    select
        'comments.csv' as file_name,
        *
    from plan.comment_version
    union all by name
    select
        'budget_lines.csv' as file_name,
        *
    from plan.budget_line_version
    union all by name
    select
        'budget_checks.csv' as file_name,
        *
    from plan.budget_check_version
    union all by name
    select
        'notes.csv' as file_name,
        *
    from plan.note_version
),

-- The rows before and after, numbered.
sides as (
    select
        plan_rows.*,
        edited_plans.run_id,
        edited_plans.published_at,
        unnest(
            list_filter(
                [
                    case
                        when
                            plan_rows.known_from < edited_plans.last_known_to
                            and coalesce(plan_rows.known_to >= edited_plans.last_known_to, true)
                            then 'before'
                    end,
                    case
                        when
                            plan_rows.known_from <= edited_plans.published_at
                            and coalesce(plan_rows.known_to > edited_plans.published_at, true)
                            then 'after'
                    end
                ],
                lambda side: side is not null  -- noqa: RF02
            )
        ) as side
    from plan_rows
    inner join edited_plans on plan_rows.plan_id = edited_plans.plan_id
),

numbered as (
    select
        * exclude (known_from, known_to),
        row_number() over () as row_id
    from sides
),

cells as (
    unpivot (
        select
            row_id,
            side,
            run_id,
            published_at,
            plan_id as of_plan_id,
            file_name,
            cast(columns(* exclude (row_id, side, run_id, published_at, file_name)) as varchar)
        from numbered
    )
    on columns(* exclude (row_id, side, run_id, published_at, of_plan_id, file_name))
    into name column_name value cell
),

named_cells as (
    select
        cells.* replace (
            case
                when
                    cells.column_name in (
                        'target_value', 'target_high', 'offset', 'tolerance', 'value', 'comparison_value'
                    )
                    then regexp_replace(cells.cell, '\.0$', '')
                else cells.cell
            end as cell
        ),
        list_position(keys.key_columns, cells.column_name) as key_position,
        cells.column_name = keys.main_column as is_main
    from cells
    inner join keys on cells.file_name = keys.file_name
),

keyed as (
    select
        row_id,
        coalesce(max(cell) filter (where key_position = 1), '') as item_id,
        coalesce(
            string_agg(column_name || ' ' || cell, ', ' order by key_position) filter (where key_position > 1), ''
        ) as row_key,
        max(cell) filter (where column_name = 'criterion') as criterion,
        max(try_cast(cell as integer)) filter (where column_name = 'year') as year,
        max(cell) filter (where column_name = 'document_lines') as document_lines,
        string_agg(column_name || ': ' || cell, '; ' order by column_name) filter (
            where key_position is null and column_name not in ('plan_id', 'document_lines', 'document_page')
        ) as row_text,
        max(cell) filter (where is_main) as main_text
    from named_cells
    group by row_id
),

-- Two rows with the same key are distinguished by their order.
told_apart as (
    select
        numbered.row_id,
        numbered.side,
        numbered.run_id,
        numbered.published_at,
        numbered.plan_id,
        numbered.file_name,
        keyed.* exclude (row_id),  -- noqa: RF02
        row_number() over (
            partition by numbered.side, numbered.plan_id, numbered.file_name, keyed.item_id, keyed.row_key
            order by keyed.row_text, numbered.row_id
        ) as place_in_key
    from numbered
    inner join keyed on numbered.row_id = keyed.row_id
),

before as (
    select * from told_apart
    where side = 'before'
),

after as (
    select * from told_apart
    where side = 'after'
),

paired as (
    select
        coalesce(after.run_id, before.run_id) as run_id,
        coalesce(after.published_at, before.published_at) as known_from,
        coalesce(after.plan_id, before.plan_id) as plan_id,
        coalesce(after.file_name, before.file_name) as file_name,
        coalesce(after.item_id, before.item_id) as item_id,
        coalesce(after.criterion, before.criterion) as criterion,
        coalesce(after.year, before.year) as year,
        coalesce(after.row_key, before.row_key) as row_key,
        before.row_id as row_id_before,
        after.row_id as row_id_after,
        coalesce(before.main_text, before.row_text) as told_before,
        coalesce(after.main_text, after.row_text) as told_after,
        before.document_lines as document_lines_before,
        after.document_lines
    from before
    full outer join after
        on
            before.plan_id = after.plan_id
            and before.file_name = after.file_name
            and before.item_id = after.item_id
            and before.row_key = after.row_key
            and before.place_in_key = after.place_in_key
),

-- Every cell of a row that exists before and after, with both contents; null if empty.
compared as (
    select
        paired.row_id_after,
        named_cells.column_name,
        max(named_cells.cell) filter (where named_cells.side = 'before') as value_before,
        max(named_cells.cell) filter (where named_cells.side = 'after') as value_after
    from paired
    inner join named_cells
        on paired.row_id_before = named_cells.row_id or paired.row_id_after = named_cells.row_id
    where
        paired.row_id_before is not null
        and paired.row_id_after is not null
    group by paired.row_id_after, named_cells.column_name
),

final as (
    select
        paired.run_id,
        paired.known_from,
        paired.plan_id,
        paired.file_name,
        paired.item_id,
        paired.criterion,
        paired.year,
        paired.row_key,
        'edited' as edit,
        compared.column_name,
        compared.value_before,
        compared.value_after,
        paired.document_lines_before,
        paired.document_lines,
        (paired.document_lines_before is not distinct from paired.document_lines) as is_place_unchanged
    from paired
    inner join compared on paired.row_id_after = compared.row_id_after
    where
        paired.row_id_before is not null
        and compared.value_before is distinct from compared.value_after
        -- A column that was added later is read as false if the files lack it.
        and not (compared.value_before is null and compared.value_after = 'false')

    union all by name

    select
        run_id,
        known_from,
        plan_id,
        file_name,
        item_id,
        criterion,
        year,
        row_key,
        case when row_id_before is null then 'added' else 'removed' end as edit,
        cast(null as varchar) as column_name,
        told_before as value_before,
        told_after as value_after,
        document_lines_before,
        document_lines
    from paired
    where row_id_before is null or row_id_after is null
)

select * from final
order by plan_id, file_name, item_id, row_key, column_name
