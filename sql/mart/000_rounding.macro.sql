-- Macros for rounding, comparing and dating numbers, used by all relations.

create schema if not exists mart;

-- The shortest decimal text of a double, without an exponent.
create or replace macro mart.plain_text(number) as (
    case
        when abs(number) < 0.001 then cast(cast(cast(number as varchar) as decimal(38, 25)) as varchar)
        else cast(number as varchar)
    end
);

-- Rounds half away from zero, in decimal arithmetic, on the number as it is written: the shortest decimal text of the
-- double is shifted by `decimals` places, truncated to a whole number, and shifted back. A plain cast uses the binary
-- value and turns 1.005 into 1.00. Null decimals: unchanged. From 1e16 on a double has no decimals to round.
create or replace macro mart.rounded(number, decimals) as (
    case
        when decimals is null or number is null or abs(number) >= 1e16 then number
        else cast(
            cast(
                cast(mart.plain_text(number) || 'e' || cast(decimals as varchar) as decimal(38, 0)) as varchar
            )
            || 'e-' || cast(decimals as varchar)
            as double
        )
    end
);

-- The number of decimals of a number as it is written: 4.0 has none, 3.96878 has five.
create or replace macro mart.decimals_in(number) as (
    cast(length(rtrim(split_part(mart.plain_text(number), '.', 2), '0')) as integer)
);

-- The fewest decimals, at least `fewest`, at which two unequal numbers look unequal; 20 distinguish any two.
create or replace macro mart.telling_decimals(number, other, fewest) as (
    case
        when number is null or other is null or number = other then fewest
        when mart.rounded(number, fewest) <> mart.rounded(other, fewest) then fewest
        else coalesce(
            cast(
                list_filter(
                    range(fewest + 1, 21), lambda tried: mart.rounded(number, tried) <> mart.rounded(other, tried)
                )[1] as integer
            ),
            20
        )
    end
);

-- A difference in decimal arithmetic, without the error of binary subtraction: 84.2 - 83.3 is 0.9, not
-- 0.9000000000000057. It has ten decimals, but is never 0 for unequal numbers. The error of the binary difference is at
-- most 1e-5 of the tenth decimal for each unit of the greater number: where it cannot change the rounding, the rounded
-- binary difference is the same, and faster.
create or replace macro mart.difference(minuend, subtrahend) as (
    case
        when minuend = subtrahend then 0.0
        when greatest(abs(minuend), abs(subtrahend)) >= 1e16 then minuend - subtrahend
        when
            abs((minuend - subtrahend) * 1e10 - round((minuend - subtrahend) * 1e10))
            < 0.5 - greatest(abs(minuend), abs(subtrahend)) * 1e-5
            and abs(minuend - subtrahend) > 1e-10
            then round(minuend - subtrahend, 10)
        else coalesce(
            nullif(
                cast(
                    round(
                        cast(cast(minuend as varchar) as decimal(38, 20))
                        - cast(cast(subtrahend as varchar) as decimal(38, 20)),
                        10
                    ) as double
                ),
                0
            ),
            minuend - subtrahend
        )
    end
);

-- Whether a value meets a criterion; null if either side is missing, since unknown does not mean not met.
create or replace macro mart.meets(number, operator, criterion) as (
    case operator
        when '>=' then number >= criterion
        when '>' then number > criterion
        when '<=' then number <= criterion
        when '<' then number < criterion
    end
);

-- A double as the decimal number of its shortest text; null from 1e24 on.
create or replace macro mart.as_decimal(number) as (
    try_cast(cast(number as varchar) as decimal(38, 10))
);

-- A decimal sum divided by a count. If the result has finitely many decimals, it is exact: 650.3 / 7 is 92.9, not the
-- 92.89999999999999 of binary division, which 92.9 would exceed. Every double keeps 15 digits. A quotient below 1e4
-- that is clearly between two numbers of ten decimals, the decimals of a sum, has more: it needs no test in text.
create or replace macro mart.shared(total, number_of) as (
    case
        when number_of = 0 then null
        when
            abs(cast(total as double) / number_of) < 1e4
            and abs(
                cast(total as double) / number_of * 1e10 - round(cast(total as double) / number_of * 1e10)
            ) > 0.1
            then cast(total as double) / number_of
        when cast(printf('%.15g', cast(total as double) / number_of) as decimal(38, 10)) * number_of = total
            then cast(printf('%.15g', cast(total as double) / number_of) as double)
        else cast(total as double) / number_of
    end
);

-- The decimal number of a double that a mean adds up; null from 1e24 on.
create or replace macro mart.summand(number) as (
    case when abs(number) < 1e24 then mart.as_decimal(number) end
);

-- The mean of values, independent of the order of the rows. `summand` is mart.summand(number): a caller can compute it
-- once for several means. Beyond 1e24, the limit of decimal sums, it is the mean of doubles, scaled so that the sum of
-- a thousand stays finite.
create or replace macro mart.steady_mean(number, summand) as (
    case
        when max(abs(number)) < 1e24 then mart.shared(sum(summand), count(number))
        else avg(number / 1024) * 1024
    end
);

-- A number as Swedish text: with a decimal comma, a true minus sign, and only the decimals that it has.
create or replace macro mart.swedish_number(number) as (
    replace(
        replace(regexp_replace(mart.plain_text(number), '(\.\d*[1-9])0+$|\.0*$', '\1'), '.', ','),
        '-',
        '−'
    )
);

-- The date in Sweden at an instant (UTC).
create or replace macro mart.swedish_date(instant) as (
    case
        when cast(instant as timestamp) > core.end_of_swedish_day(cast(instant as date))
            then cast(instant as date) + 1
        else cast(instant as date)
    end
);

-- The date by which the value for a year is usually published, by plan.availability.
create or replace macro mart.available_date(period, month_day, year_offset) as (
    try_cast(cast(period + year_offset as varchar) || '-' || month_day as date)
);

-- Whether the value for a period was published by a date. If the plan doesn't give the KPI's date, the years up to the
-- judged one count as published.
create or replace macro mart.was_out(period, month_day, year_offset, on_date, judged_year) as (
    coalesce(mart.available_date(period, month_day, year_offset) <= on_date, period <= judged_year)
);

-- Whether an id is a region's: 00 and the code of its county. 0000 is Riket.
create or replace macro mart.is_region(unit) as (
    unit like '00%' and unit <> '0000'
);

-- The last month of a period: T1 ends in April, Q2 in June, 09 in September.
create or replace macro mart.last_month(period) as (
    case left(period, 1)
        when 'T' then 4 * cast(right(period, 1) as integer)
        when 'Q' then 3 * cast(right(period, 1) as integer)
        else cast(period as integer)
    end
);

-- The plan's word for a code, or the code itself. `words` maps the kind and the code, such as `verdict:met`; of a
-- reference such as `group:G2328` the first part has a word.
create or replace macro mart.worded(words, kind, code) as (
    coalesce(map_extract(words, kind || ':' || split_part(code, ':', 1))[1], code)
);

-- The verdict of several criteria that must all be met. not_yet_due counts only if no criterion is due.
create or replace macro mart.all_of(verdicts) as (
    case
        when list_contains(verdicts, 'not_met') then 'not_met'
        when list_contains(verdicts, 'no_data') then 'no_data'
        when list_contains(verdicts, 'not_comparable') then 'not_comparable'
        when list_contains(verdicts, 'not_assessable') then 'not_assessable'
        when list_contains(verdicts, 'partly_met') then 'partly_met'
        when list_contains(verdicts, 'met') then 'met'
        else 'not_yet_due'
    end
);

-- The verdict of several criteria if one is enough.
create or replace macro mart.any_of(verdicts) as (
    case
        when list_contains(verdicts, 'met') then 'met'
        when list_contains(verdicts, 'no_data') then 'no_data'
        when list_contains(verdicts, 'not_comparable') then 'not_comparable'
        when list_contains(verdicts, 'not_assessable') then 'not_assessable'
        when list_contains(verdicts, 'partly_met') then 'partly_met'
        when list_contains(verdicts, 'not_met') then 'not_met'
        else 'not_yet_due'
    end
);

-- A figure plus a criterion's offset, in points or in percent of its absolute value; a percentage of 0 is null.
create or replace macro mart.with_offset(base, added, added_unit) as (
    case
        when coalesce(added, 0) = 0 then base
        when added_unit = 'percent' then case when base <> 0 then mart.difference(base, -abs(base) * added / 100) end
        else mart.difference(base, -added)
    end
);

-- The distance of a value from a criterion: from its number, or outside its range. For indicators for which a smaller
-- distance is better.
create or replace macro mart.distance_to(number, kind, low, high, aim) as (
    case when kind = 'range' then greatest(low - number, number - high, 0) else abs(mart.difference(number, aim)) end
);
