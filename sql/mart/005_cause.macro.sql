-- What the causes of a changed verdict are looked for with: which of the things that changed, put into the place of
-- what was there before, give the new verdict. A choice is a number whose bits say which of them are exchanged.

-- Whether two cells or blocks of them are not the same; nulls are.
create or replace macro mart.differs(one, other) as (
    one is distinct from other
);

-- The choices among some things, but the one of none: all of them, or where they are many each thing, each two, and
-- all.
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

-- Whether a choice has the thing of this number, from 1.
create or replace macro mart.is_chosen(choice, number) as (
    (choice >> (number - 1)) & 1 = 1
);

-- What an item is judged by with a choice of its parts exchanged. A part is a struct of name, before, after (null: it
-- is not there) and causes; kept are those that are the same before and after.
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

-- What the chosen parts were changed by.
create or replace macro mart.causes_of_chosen(parts, choice) as (
    flatten(
        list_transform(
            list_filter(parts, lambda part: mart.is_chosen(choice, list_position(parts, part))),
            lambda part: part.causes
        )
    )
);

-- Causes in the order in which the first is the cause.
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

-- The causes of a changed verdict by the smallest choices that give it: in the order in which the first is the cause.
-- Where the choice of none does, today's software judges what was there before as it now is.
create or replace macro mart.causes_of_smallest(choices, causes) as (
    mart.in_order_of_causes(
        case when list_contains(choices, 0) then ['software_changed'] else coalesce(flatten(causes), []) end
    )
);

-- Which breaks of a series, a list of structs, lie between two years: after the earlier one, up to the later one.
create or replace macro mart.is_broken_between(breaks, earlier, later) as (
    len(list_filter(breaks, lambda each: each.first_year_after > earlier and each.first_year_after <= later)) > 0
);
