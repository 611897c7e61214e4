-- Macros for finding the causes of a changed verdict: the changed inputs that, exchanged in the old judgement, give the
-- new verdict. A choice is a number whose bits select the inputs that are exchanged.

-- Whether two cells, or blocks of cells, differ; nulls are equal.
create or replace macro mart.differs(one, other) as (
    one is distinct from other
);

-- The non-empty choices among some inputs: all of them; or, if there are many inputs, each input, each pair, and all.
create or replace macro mart.choices(n) as (
    case
        when n <= 8 then range(1, cast(1 as bigint) << n)
        else
            list_distinct(
                list_concat(
                    flatten(
                        list_transform(
                            range(0, n),
                            lambda i: list_transform(
                                range(0, n), lambda j: (cast(1 as bigint) << i) | (cast(1 as bigint) << j)
                            )
                        )
                    ),
                    [(cast(1 as bigint) << n) - 1]
                )
            )
    end
);

-- Whether a choice contains the input with this number, from 1.
create or replace macro mart.is_chosen(choice, number) as (
    (choice >> (number - 1)) & 1 = 1
);

-- The parts of an item with a choice of them exchanged. A part is a struct of name, before, after (null: missing) and
-- causes; unchanged parts are kept.
create or replace macro mart.with_chosen(kept, parts, choice) as (
    list_concat(
        kept,
        list_filter(
            list_transform(
                parts,
                lambda part: case
                    when mart.is_chosen(choice, list_position(parts, part)) then part.after
                    else part.before
                end
            ),
            lambda each: each is not null
        )
    )
);

-- The causes of the chosen parts.
create or replace macro mart.causes_of_chosen(parts, choice) as (
    flatten(
        list_transform(
            list_filter(parts, lambda part: mart.is_chosen(choice, list_position(parts, part))),
            lambda part: part.causes
        )
    )
);

-- Causes in order of precedence: the first is the cause.
create or replace macro mart.in_order_of_causes(found) as (
    list_filter(
        [
            'target_edited',
            'indicator_edited',
            'rule_changed',
            'break_edited',
            'manual_figure_edited',
            'kpi_rescaled',
            'new_year',
            'own_value_withdrawn',
            'own_value_suppressed',
            'own_value_restored',
            'own_value_revised',
            'group_changed',
            'reference_revised',
            'software_changed'
        ],
        lambda cause: list_contains(found, cause)
    )
);

-- The causes of a changed verdict, from the smallest choices that give it, in order of precedence. If the empty choice
-- gives it, the current software gives the old inputs the new verdict: the software is the cause.
create or replace macro mart.causes_of_smallest(choices, causes) as (
    mart.in_order_of_causes(
        case when list_contains(choices, 0) then ['software_changed'] else coalesce(flatten(causes), []) end
    )
);

-- The series breaks, a list of structs, between two years: after the earlier one, up to the later one.
create or replace macro mart.is_broken_between(breaks, earlier, later) as (
    len(list_filter(breaks, lambda each: each.first_year_after > earlier and each.first_year_after <= later)) > 0
);
