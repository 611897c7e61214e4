-- Remarks for readers of the figures: found by a rule if the data shows it, otherwise noted in the plan. One row per
-- plan and finding; kpi_id, indicator_id and year are null if the finding is wider.
with plan_kpis as (
    select * from working.plan_kpi
),

plans as (
    select * from plan.plan
),

indicators as (
    select * from plan.indicator
),

notes as (
    select * from plan.note
),

observations as (
    select * from core.observation
    where kpi_id in (select plan_kpis.kpi_id from plan_kpis)
),

group_observations as (
    select * from core.group_observation
    where group_id = 'G2328' and value is not null
),

units as (
    select * from core.municipality
),

revisions as (
    select * from mart.revision
    where is_plan_kpi
),

calendar as (
    select * from mart.publication_calendar
),

kpi_versions as (
    select
        *,
        lag(title) over versions as title_before,
        lag(description) over versions as description_before
    from core.kpi_version
    window versions as (partition by kpi_id order by known_from)
),

reconciliations as (
    select * from mart.reconciliation
),

reference_values as (
    select * from mart.reference_value
),

judgements as (
    select * from mart.goal_fulfilment
),

histories as (
    select * from mart.indicator_history
    where gender = 'T'
),

rescaled as (
    select
        plan_kpis.plan_id,
        revisions.kpi_id,
        'kpi_rescaled' as code,
        'high' as severity,
        'Kolada räknade om alla värden för ' || revisions.kpi_id || ' '
        || cast(mart.swedish_date(revisions.known_from) as varchar) || ' (' || cast(count(*) as varchar)
        || ' värden ändrades, i median till ' || mart.swedish_number(
            mart.rounded(median(revisions.new_value / revisions.old_value), 2)
        )
        || ' gånger det gamla): enhet eller definition har bytts under samma id. Mål som skrevs dessförinnan jämförs '
        || 'inte förrän de ändras, eller breaks.csv säger att de står kvar (rescaled_on).' as text
    from revisions
    inner join plan_kpis on revisions.kpi_id = plan_kpis.kpi_id
    where revisions.change_kind = 'rescaled' and revisions.old_value <> 0
    group by plan_kpis.plan_id, revisions.kpi_id, revisions.known_from
),

false_zeros as (
    select
        plan_kpis.plan_id,
        revisions.kpi_id,
        revisions.period as year,
        'false_zero' as code,
        case
            when bool_or(revisions.municipality_id = plan_kpis.municipality_id) then 'high' else 'medium'
        end as severity,
        'Ett dolt värde blev 0 för ' || revisions.kpi_id || ' ' || cast(revisions.period as varchar) || ': '
        || string_agg(distinct revisions.municipality_name, ', ' order by revisions.municipality_name)
        || '. Nollan är troligen falsk.' as text
    from revisions
    inner join plan_kpis on revisions.kpi_id = plan_kpis.kpi_id
    where revisions.old_value is null and revisions.new_value = 0
    group by plan_kpis.plan_id, revisions.kpi_id, revisions.period
),

riket_zeros as (
    select
        plan_kpis.plan_id,
        riket.kpi_id,
        riket.period as year,
        'riket_zero' as code,
        'medium' as severity,
        'Riket är 0 för ' || riket.kpi_id || ' ' || cast(riket.period as varchar)
        || ' fast kommunernas median är ' || mart.swedish_number(mart.rounded(middle.value, 1))
        || ': nollan är troligen ett saknat värde.' as text
    from reference_values as riket
    inner join reference_values as middle
        on
            riket.kpi_id = middle.kpi_id
            and riket.period = middle.period
            and riket.gender = middle.gender
            and middle.reference = 'median'
    inner join plan_kpis on riket.kpi_id = plan_kpis.kpi_id
    where riket.reference = 'riket' and riket.gender = 'T' and riket.value = 0 and middle.value > 0
),

equal_years as (
    select
        this_year.plan_id,
        this_year.kpi_id,
        this_year.indicator_id,
        this_year.year,
        'equal_years' as code,
        'low' as severity,
        'Samma värde två år i rad (' || mart.swedish_number(this_year.value) || ', '
        || cast(last_year.year as varchar) || ' och ' || cast(this_year.year as varchar)
        || '): antingen sant eller en mätning redovisad två gånger.' as text
    from histories as this_year
    inner join histories as last_year
        on
            this_year.plan_id = last_year.plan_id
            and this_year.indicator_id = last_year.indicator_id
            and this_year.year - 1 = last_year.year
            and this_year.value = last_year.value
    inner join plans on this_year.plan_id = plans.plan_id
    where last_year.year >= plans.first_year
),

-- The last time that Kolada changed the text of a plan's KPI.
retitled as (
    select
        plan_kpis.plan_id,
        versions.kpi_id,
        'kpi_text_changed' as code,
        'medium' as severity,
        concat_ws(
            ' ',
            'Kolada ändrade orden för nyckeltalet ' || versions.kpi_id || ' '
            || cast(mart.swedish_date(versions.known_from) as varchar) || '.',
            case
                when versions.title <> versions.title_before
                    then 'Titeln löd ”' || versions.title_before || '” och lyder nu ”' || versions.title || '”.'
            end,
            case
                when versions.description <> versions.description_before
                    then
                        'Beskrivningen löd ”' || versions.description_before || '” och lyder nu ”'
                        || versions.description || '”.'
            end
        ) as text
    from kpi_versions as versions
    inner join plan_kpis on versions.kpi_id = plan_kpis.kpi_id
    where versions.title <> versions.title_before or versions.description <> versions.description_before
    qualify row_number() over (
        partition by plan_kpis.plan_id, versions.kpi_id
        order by versions.known_from desc
    ) = 1
),

-- UTF-8 that was read in another encoding and encoded again: then å, ä and ö begin with Ã.
garbled as (
    select
        plan_kpis.plan_id,
        versions.kpi_id,
        'kpi_text_garbled' as code,
        'medium' as severity,
        'Titel eller beskrivning för nyckeltalet ' || versions.kpi_id || ' ser ut att vara felkodad hos Kolada: ”'
        || versions.title || '”.' as text
    from kpi_versions as versions
    inner join plan_kpis on versions.kpi_id = plan_kpis.kpi_id
    where
        versions.known_to is null
        and regexp_matches(versions.title || versions.description, 'Ã[\x{80}-\x{BF}„…–]|Â[\x{A0}-\x{BF}]')
),

closings as (
    select
        plan_id,
        kpi_id,
        closed_after_year as year,
        'kpi_closed' as code,
        'medium' as severity,
        'Nyckeltalet ' || kpi_id || ' är stängt efter ' || cast(closed_after_year as varchar)
        || ' (' || kpi_title || ').' as text
    from calendar
    where lifecycle = 'closed' and is_indicator
),

withdrawals as (
    select
        plan_id,
        kpi_id,
        'kpi_withdrawn' as code,
        'high' as severity,
        'Nyckeltalet ' || kpi_id || ' finns inte i Koladas katalog.' as text
    from calendar
    where lifecycle = 'withdrawn'
),

late as (
    select
        plan_id,
        kpi_id,
        next_period as year,
        'publication_late' as code,
        'low' as severity,
        'Värdena för ' || cast(next_period as varchar) || ' skulle ha kommit '
        || cast(coalesce(prel_publication_date, publication_date) as varchar)
        || ' för '
        || kpi_id
        || '.' as text
    from calendar
    where publication_state = 'late'
),

thin_references as (
    select
        plan_id,
        kpi_id,
        indicator_id,
        year,
        'reference_weak' as code,
        'medium' as severity,
        'Jämförelsevärdet för ' || cast(year as varchar) || ' vilar på bara '
        || cast(reference_n as varchar)
        || case
            when mart.is_region(municipality_id) and reference_n = 1 then ' region.'
            when mart.is_region(municipality_id) then ' regioner.'
            when reference_n = 1 then ' kommun.'
            else ' kommuner.'
        end as text
    from judgements
    where is_reference_weak and verdict in ('met', 'partly_met', 'not_met')
),

sensitive_verdicts as (
    select
        plan_id,
        kpi_id,
        indicator_id,
        year,
        'verdict_sensitive' as code,
        'high' as severity,
        'Bedömningen för ' || cast(year as varchar) || ' hänger på vilket medelvärde som avses: '
        || 'Riket och det ovägda medlet ger olika svar.' as text
    from judgements
    where is_sensitive
),

revised_outcomes as (
    select
        plan_id,
        kpi_id,
        indicator_id,
        year,
        'document_revised' as code,
        'medium' as severity,
        'Dokumentet anger ' || mart.swedish_number(document_value) || ' för ' || cast(year as varchar)
        || ', Kolada i dag ' || mart.swedish_number(kolada_value) || '.' as text
    from reconciliations
    where result = 'revised'
),

unknown_statuses as (
    select
        plan_kpis.plan_id,
        observations.kpi_id,
        observations.period as year,
        'status_unknown' as code,
        'medium' as severity,
        'Okänd statuskod i Kolada: '
        || string_agg(distinct observations.status, ', ' order by observations.status)
        || ' för ' || observations.kpi_id || ' ' || cast(observations.period as varchar) || '.' as text
    from observations
    inner join plan_kpis
        on
            observations.kpi_id = plan_kpis.kpi_id
            and observations.municipality_id = plan_kpis.municipality_id
    where observations.status not in ('', 'Missing', 'Privacy', 'Not applicable')
    group by plan_kpis.plan_id, observations.kpi_id, observations.period
),

totals_outside_genders as (
    select
        plan_kpis.plan_id,
        observations.kpi_id,
        observations.period as year,
        'total_outside_genders' as code,
        'medium' as severity,
        'Totalen för ' || units.municipality_name || ' ligger inte mellan kvinnors och mäns värden ('
        || observations.kpi_id || ' ' || cast(observations.period as varchar) || ').' as text
    from observations
    inner join units on observations.municipality_id = units.municipality_id
    inner join plan_kpis
        on
            observations.kpi_id = plan_kpis.kpi_id
            and (observations.municipality_id = plan_kpis.municipality_id or units.is_riket)
    group by
        plan_kpis.plan_id,
        observations.kpi_id,
        observations.period,
        units.municipality_name
    having
        max(case when observations.gender = 'T' then observations.value end)
        not between
        least(
            max(case when observations.gender = 'K' then observations.value end),
            max(case when observations.gender = 'M' then observations.value end)
        ) - 0.1
        and greatest(
            max(case when observations.gender = 'K' then observations.value end),
            max(case when observations.gender = 'M' then observations.value end)
        ) + 0.1
        and count(observations.value) = 3
),

group_means as (
    select
        plan_kpis.plan_id,
        group_observations.kpi_id,
        group_observations.period as year,
        'group_mean_differs' as code,
        'medium' as severity,
        'Koladas ovägda medel för alla kommuner (' || mart.swedish_number(group_observations.value)
        || ') är ett annat än vårt (' || mart.swedish_number(reference_values.value) || ') för '
        || group_observations.kpi_id || ' ' || cast(group_observations.period as varchar) || '.' as text
    from group_observations
    inner join reference_values
        on
            group_observations.kpi_id = reference_values.kpi_id
            and group_observations.period = reference_values.period
            and group_observations.gender = reference_values.gender
            and reference_values.reference = 'unweighted_mean'
    inner join plan_kpis on group_observations.kpi_id = plan_kpis.kpi_id
    where
        group_observations.gender = 'T'
        and abs(group_observations.value - reference_values.value)
        > 1e-6 * greatest(1, abs(reference_values.value))
),

direction_conflicts as (
    select
        plan_id,
        kpi_id,
        'direction_conflict' as code,
        'high' as severity,
        'Planerna är inte ense om vilken riktning som är bra för ' || kpi_id
        || ': plats och färg visas per plan, efter dess egen riktning.' as text
    from plan_kpis
    where direction is not null
    qualify min(direction) over (partition by kpi_id) <> max(direction) over (partition by kpi_id)
),

remarked as (
    select
        notes.plan_id,
        indicators.kpi_id,
        notes.indicator_id,
        notes.code,
        notes.severity,
        notes.text,
        'note' as found_by
    from notes
    left join indicators
        on notes.plan_id = indicators.plan_id and notes.indicator_id = indicators.indicator_id
),

-- A finding has no column for what it is not about.
found as (
    select * from rescaled
    union all by name
    select * from false_zeros
    union all by name
    select * from riket_zeros
    union all by name
    select * from equal_years
    union all by name
    select * from retitled
    union all by name
    select * from garbled
    union all by name
    select * from closings
    union all by name
    select * from withdrawals
    union all by name
    select * from late
    union all by name
    select * from thin_references
    union all by name
    select * from sensitive_verdicts
    union all by name
    select * from revised_outcomes
    union all by name
    select * from unknown_statuses
    union all by name
    select * from totals_outside_genders
    union all by name
    select * from group_means
    union all by name
    select * from direction_conflicts
    union all by name
    select * from remarked
),

final as (
    select
        plan_id,
        kpi_id,
        indicator_id,
        year,
        code,
        severity,
        text,
        coalesce(found_by, 'rule') as found_by
    from found
)

select * from final
order by
    plan_id,
    case severity when 'high' then 1 when 'medium' then 2 else 3 end,
    code,
    indicator_id,
    kpi_id,
    year
