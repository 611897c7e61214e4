-- KPIs by words, best first; warehouse/kpi_search.py describes the weights and sets the parameters.
with said as (
    select
        given_word,
        translate(given_word, getvariable('letters'), getvariable('plain')) as word
    from
        unnest(
            string_split(translate(lower(getvariable('text')), getvariable('signs'), getvariable('blanks')), ' ')
        ) as each (given_word)
),

-- Words that do not identify a KPI; they count only if the query has no others.
filler (word) as (
    values
    ('av'), ('den'), ('det'), ('dom'), ('ett'), ('for'), ('fran'), ('har'), ('hos'), ('hur'), ('inom'), ('med'),
    ('och'), ('om'), ('pa'), ('per'), ('som'), ('till'), ('vad'), ('vid'), ('ar')
),

wanted as (
    select distinct
        word,
        regexp_replace(word, getvariable('endings'), '\1') as stem,
        left(given_word, length(regexp_replace(word, getvariable('endings'), '\1'))) as given_stem
    from said
    where
        (length(word) > 1 or word between '0' and '9')
        and (word not in (from filler) or not exists (from said where length(word) > 2 and word not in (from filler)))
),

-- Words that users write, with the words of Kolada's titles for the same thing.
other_word (said_word, title_word) as (
    values
    ('aldreboende', 'boende'), ('arskurs', 'ak'), ('bistand', 'forsorjningsstod'), ('folkmangd', 'invanare'),
    ('forsorjningsstod', 'bistand'), ('kundnojdhet', 'brukarbedomning'), ('nojdhet', 'brukarbedomning'),
    ('koldioxid', 'co2'), ('koldioxidutslapp', 'co2'), ('invanarantal', 'invanare'), ('fyra', '4'), ('tre', '3'),
    ('malen', 'betygskriterierna'), ('kunskapskraven', 'betygskriterierna'), ('nar', 'uppnatt')
),

form as (
    select
        word,
        word as form_word,
        stem,
        1.0 as weight
    from wanted
    union all
    select
        wanted.word,
        other_word.title_word as form_word,
        regexp_replace(other_word.title_word, getvariable('endings'), '\1') as stem,
        0.8 as weight
    from wanted
    inner join other_word on wanted.stem = regexp_replace(other_word.said_word, getvariable('endings'), '\1')
),

entry as materialized (
    select
        kpi_id,
        lower(description) as plain_text,
        lower(coalesce(operating_area, '')) as plain_area
    from core.kpi
),

title_word as materialized (
    select
        kpi_id,
        unnest(
            string_split(
                translate(
                    lower(title),
                    getvariable('letters') || getvariable('signs'),
                    getvariable('plain') || getvariable('blanks')
                ),
                ' '
            )
        ) as title_word
    from core.kpi
),

vocabulary as (
    select
        title_word,
        regexp_replace(title_word, getvariable('endings'), '\1') as stem
    from
        (select distinct title_word from title_word where length(title_word) > 1 or title_word between '0' and '9')
            as each
),

near as (
    select
        form.word,
        vocabulary.title_word,
        form.weight * case
            when vocabulary.stem = form.stem then 1.0
            when length(form.stem) >= 4 and starts_with(vocabulary.stem, form.stem) then 0.9
            -- Remains of an ending: yrkesprogramm and yrkesprogram.
            when
                length(vocabulary.stem) >= 4
                and starts_with(form.stem, vocabulary.stem)
                and length(form.stem) - length(vocabulary.stem) <= 2
                then 0.9
            when length(form.stem) >= 5 and contains(vocabulary.title_word, form.stem) then 0.8
            -- The last part of a compound is the main word: koldioxidutsläpp is a kind of utsläpp.
            when length(vocabulary.stem) >= 5 and ends_with(form.stem, vocabulary.stem) then 0.75
            when length(vocabulary.title_word) >= 5 and ends_with(form.form_word, vocabulary.title_word) then 0.75
            when length(vocabulary.stem) >= 5 and starts_with(form.stem, vocabulary.stem) then 0.5
            when
                length(form.stem) >= 4
                and abs(length(vocabulary.stem) - length(form.stem)) <= 2
                and jaro_winkler_similarity(vocabulary.stem, form.stem) >= 0.9
                then 0.75 * jaro_winkler_similarity(vocabulary.stem, form.stem)
            when length(form.stem) = 3 and starts_with(vocabulary.stem, form.stem) then 0.4
            else 0.0
        end as likeness
    from form
    cross join vocabulary
),

met_in_title as (
    select
        title_word.kpi_id,
        near.word,
        max(near.likeness) as likeness
    from near
    inner join title_word on near.title_word = title_word.title_word
    where near.likeness > 0
    group by title_word.kpi_id, near.word
),

met_in_text as (
    select
        entry.kpi_id,
        wanted.word,
        case when contains(entry.plain_text, wanted.given_stem) then 0.35 else 0.0 end as in_description,
        case when contains(entry.plain_area, wanted.given_stem) then 0.3 else 0.0 end as in_area
    from entry
    cross join wanted
    where
        length(wanted.stem) >= 4
        and (contains(entry.plain_text, wanted.given_stem) or contains(entry.plain_area, wanted.given_stem))
),

met as (
    select
        coalesce(met_in_title.kpi_id, met_in_text.kpi_id) as kpi_id,
        coalesce(met_in_title.word, met_in_text.word) as word,
        greatest(coalesce(met_in_title.likeness, 0), coalesce(met_in_text.in_description, 0))
        + coalesce(met_in_text.in_area, 0) as likeness
    from met_in_title
    full outer join met_in_text
        on
            met_in_title.kpi_id = met_in_text.kpi_id
            and met_in_title.word = met_in_text.word
),

-- A match of a rare word counts more than one of a common word.
weight as (
    select
        word,
        ln(1 + (select count(*) from entry) / sum(least(likeness, 1))) as rarity
    from met
    group by word
),

scored as (
    select
        met.kpi_id,
        sum(met.likeness * weight.rarity)
        * pow(sum(weight.rarity) / (select sum(each.rarity) from weight as each), 2) as score
    from met
    inner join weight on met.word = weight.word
    group by met.kpi_id
),

final as (
    select
        kpi.kpi_id,
        kpi.title,
        kpi.operating_area,
        kpi.municipality_type,
        kpi.publication_date,
        kpi.closed_after_year,
        kpi.is_withdrawn,
        scored.score
        -- Of two titles with the words, the shorter one matches better; and a query that names no part means the whole.
        * (1 + 5.0 / (20 + length(kpi.title)))
        * case when kpi.is_withdrawn then 0.5 when kpi.closed_after_year is not null then 0.8 else 1.0 end
        * case when regexp_matches(kpi.title, '\btotalt?\b') then 1.05 else 1.0 end
        -- A KPI about the uncertainty of another KPI.
        * case when starts_with(kpi.title, 'Osäkerhetstal') then 0.5 else 1.0 end
        -- Most users are municipalities.
        * case
            when kpi.municipality_type = 'L' and not exists (from wanted where starts_with(wanted.stem, 'region'))
                then 0.85
            else 1.0
        end as score
    from scored
    inner join core.kpi as kpi on scored.kpi_id = kpi.kpi_id
)

select * from final
order by score desc, kpi_id
