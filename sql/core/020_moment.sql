-- The meaning of a moment: a timestamp is UTC unless it has an offset; a bare date is the end of that day in
-- Europe/Stockholm. Summer time is computed by the rule in force since 1996, so that a client needs no time zone
-- extension to read the file. Every as-of macro contains these expressions, so they are short.

-- Summer time is from the last Sunday of March to the last Sunday of October: at the end of a day, the next Sunday is
-- in one of the months from April to October.
create or replace macro core.end_of_swedish_day(day) as (
    day
    + case
        when date_part('month', day + 7 - cast(dayofweek(day) as integer)) between 4 and 10 then interval 22 hour
        else interval 23 hour
    end
    - interval 1 microsecond
);

create or replace macro core.moment(given) as (
    case
        when regexp_full_match(cast(given as varchar), '\d{4}-\d{2}-\d{2}')
            then core.end_of_swedish_day(cast(left(cast(given as varchar), 10) as date))
        when regexp_matches(cast(given as varchar), '(Z|[+-]\d{2}(:?\d{2})?)$')
            then make_timestamp(epoch_us(cast(cast(given as varchar) as timestamptz)))
        else cast(cast(given as varchar) as timestamp)
    end
);

-- Whether a version is current at an instant: begun by then, and not yet ended. Every as-of macro uses this.
create or replace macro core.holds_at(known_from, known_to, instant) as (
    known_from <= instant and (known_to is null or instant < known_to)
);
