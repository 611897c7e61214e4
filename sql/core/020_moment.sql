-- The meaning of a moment: a timestamp is UTC unless it has an offset; a bare date is the end of that day in
-- Europe/Stockholm. Summer time is computed by the rule in force since 1996 (last Sunday of March to last Sunday of
-- October), so that a client needs no time zone extension to read the file.

create or replace macro core.last_sunday(year_number, month_number) as (
    last_day(make_date(year_number, month_number, 1))
    - cast(dayofweek(last_day(make_date(year_number, month_number, 1))) as integer)
);

create or replace macro core.end_of_swedish_day(day) as (
    cast(day + 1 as timestamp)
    - case
        when
            day + 1 > core.last_sunday(year(day + 1), 3)
            and day + 1 <= core.last_sunday(year(day + 1), 10)
            then interval 2 hour
        else interval 1 hour
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
