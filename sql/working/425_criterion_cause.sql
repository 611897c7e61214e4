-- Each criterion of an indicator with a changed verdict: its old verdict by the current function, its new verdict, and
-- the causes of the difference: each input that alone gives it, or the smallest sets that do. Working relation.
-- One row per plan, indicator, criterion and year that the indicator had before or has now.
with exchanged as (
    select * from working.exchanged
),

now as (
    select * from working.judged_criterion
    where basis = 'today'
),

sides as (
    select * from working.judged_side
),

inputs_before as (  -- noqa: ST03
    select * from working.input_side
    where side = 'before'
),

judged_before as (
    select * from mart.judged('inputs_before')
),

as_it_was as (
    select *
    from judged_before
    qualify row_number() over (
        partition by plan_id, indicator_id, criterion, year
        order by value is not null, compared_with is not null, margin, gender
    ) = 1
),

-- If women and men must both meet it: the gender that lacks a value, otherwise the one with the smaller margin.
of_criterion as (
    select *
    from exchanged
    qualify row_number() over (
        partition by plan_id, indicator_id, criterion, year, exchanged
        order by value is not null, compared_with is not null, margin, gender
    ) = 1
),

giving as (
    select
        of_criterion.plan_id,
        of_criterion.indicator_id,
        of_criterion.criterion,
        of_criterion.year,
        list_distinct(flatten(list(of_criterion.exchanged))) as causes
    from (
        select of_criterion.*
        from of_criterion
        inner join now
            on
                of_criterion.plan_id = now.plan_id
                and of_criterion.indicator_id = now.indicator_id
                and of_criterion.criterion is not distinct from now.criterion
                and of_criterion.year = now.year
                and of_criterion.verdict = now.verdict
        qualify len(of_criterion.exchanged) = min(len(of_criterion.exchanged)) over (
            partition by of_criterion.plan_id, of_criterion.indicator_id, of_criterion.criterion, of_criterion.year
        )
    ) as of_criterion
    group by of_criterion.plan_id, of_criterion.indicator_id, of_criterion.criterion, of_criterion.year
),

every_criterion as (
    select
        plan_id,
        indicator_id,
        criterion,
        year,
        bool_or(side = 'before') as was,
        bool_or(side = 'after') as is_now
    from sides
    group by plan_id, indicator_id, criterion, year
),

final as (
    select
        every_criterion.plan_id,
        every_criterion.indicator_id,
        every_criterion.criterion,
        every_criterion.year,
        as_it_was.verdict as verdict_before,
        now.verdict,
        case
            when every_criterion.was and every_criterion.is_now then coalesce(giving.causes, []) else ['target_edited']
        end
            as causes
    from every_criterion
    left join as_it_was
        on
            every_criterion.plan_id = as_it_was.plan_id
            and every_criterion.indicator_id = as_it_was.indicator_id
            and every_criterion.criterion is not distinct from as_it_was.criterion
            and every_criterion.year = as_it_was.year
    left join giving
        on
            every_criterion.plan_id = giving.plan_id
            and every_criterion.indicator_id = giving.indicator_id
            and every_criterion.criterion is not distinct from giving.criterion
            and every_criterion.year = giving.year
    left join now
        on
            every_criterion.plan_id = now.plan_id
            and every_criterion.indicator_id = now.indicator_id
            and every_criterion.criterion is not distinct from now.criterion
            and every_criterion.year = now.year
)

select * from final
