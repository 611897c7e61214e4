-- Do the budget's figures hang together? One row per plan, check and year for which the document has both
-- sides.
--   agrees             both sides are equal
--   rounding           they differ by no more than the rounding of the figures printed
--   differs            they differ
--   different_measure  the two sides look alike and are not the same measure: shown so that nobody swaps them
with lines as (
    select * from mart.budget_line_as_of(moment)
),

-- Sums: the left side equals the sum of its terms. A null row means all rows of the statement with level
-- 'line'; lag is how many years back the term is read; divisor brings tkr to mnkr.
terms (
    check_code, title, left_statement, left_row, right_statement, right_row, sign, lag, divisor, tolerance
) as (
    values
    (
        'net_cost', 'Verksamhetens nettokostnader är summan av sina rader',
        'Resultatbudget', 'Verksamhetens nettokostnader',
        'Resultatbudget', 'Verksamhetens nettokostnader exkl. avskrivningar', 1, 0, 1, 1
    ),
    (
        'net_cost', 'Verksamhetens nettokostnader är summan av sina rader',
        'Resultatbudget', 'Verksamhetens nettokostnader',
        'Resultatbudget', 'Avskrivningar', 1, 0, 1, 1
    ),
    (
        'operating_result', 'Verksamhetens resultat är nettokostnader, skatter och bidrag',
        'Resultatbudget', 'Verksamheten resultat',
        'Resultatbudget', 'Verksamhetens nettokostnader', 1, 0, 1, 1
    ),
    (
        'operating_result', 'Verksamhetens resultat är nettokostnader, skatter och bidrag',
        'Resultatbudget', 'Verksamheten resultat',
        'Resultatbudget', 'Skatteintäkter', 1, 0, 1, 1
    ),
    (
        'operating_result', 'Verksamhetens resultat är nettokostnader, skatter och bidrag',
        'Resultatbudget', 'Verksamheten resultat',
        'Resultatbudget', 'Generella statsbidrag och utjämning', 1, 0, 1, 1
    ),
    (
        'result_after_financial', 'Resultatet efter finansiella poster är summan av sina rader',
        'Resultatbudget', 'Resultat efter finansiella poster',
        'Resultatbudget', 'Verksamheten resultat', 1, 0, 1, 1
    ),
    (
        'result_after_financial', 'Resultatet efter finansiella poster är summan av sina rader',
        'Resultatbudget', 'Resultat efter finansiella poster',
        'Resultatbudget', 'Finansiella intäkter', 1, 0, 1, 1
    ),
    (
        'result_after_financial', 'Resultatet efter finansiella poster är summan av sina rader',
        'Resultatbudget', 'Resultat efter finansiella poster',
        'Resultatbudget', 'Finansiella kostnader', 1, 0, 1, 1
    ),
    (
        'result', 'Årets resultat är resultatet efter finansiella poster',
        'Resultatbudget', 'Årets resultat',
        'Resultatbudget', 'Resultat efter finansiella poster', 1, 0, 1, 1
    ),
    (
        'assets', 'Tillgångarna är anläggnings- och omsättningstillgångar',
        'Balansbudget', 'Summa tillgångar',
        'Balansbudget', 'Anläggningstillgångar', 1, 0, 1, 1
    ),
    (
        'assets', 'Tillgångarna är anläggnings- och omsättningstillgångar',
        'Balansbudget', 'Summa tillgångar',
        'Balansbudget', 'Omsättningstillgångar', 1, 0, 1, 1
    ),
    (
        'equity_and_debt', 'Eget kapital, avsättningar och skulder är summan av sina rader',
        'Balansbudget', 'Summa eget kapital, avsättningar och skulder',
        'Balansbudget', 'Eget kapital', 1, 0, 1, 1
    ),
    (
        'equity_and_debt', 'Eget kapital, avsättningar och skulder är summan av sina rader',
        'Balansbudget', 'Summa eget kapital, avsättningar och skulder',
        'Balansbudget', 'Avsättningar', 1, 0, 1, 1
    ),
    (
        'equity_and_debt', 'Eget kapital, avsättningar och skulder är summan av sina rader',
        'Balansbudget', 'Summa eget kapital, avsättningar och skulder',
        'Balansbudget', 'Långfristiga skulder', 1, 0, 1, 1
    ),
    (
        'equity_and_debt', 'Eget kapital, avsättningar och skulder är summan av sina rader',
        'Balansbudget', 'Summa eget kapital, avsättningar och skulder',
        'Balansbudget', 'Kortfristiga skulder', 1, 0, 1, 1
    ),
    (
        'balance', 'Balansräkningens båda sidor är lika',
        'Balansbudget', 'Summa tillgångar',
        'Balansbudget', 'Summa eget kapital, avsättningar och skulder', 1, 0, 1, 1
    ),
    (
        'equity_growth', 'Eget kapital växer med årets resultat',
        'Balansbudget', 'Eget kapital',
        'Balansbudget', 'Eget kapital', 1, 1, 1, 0
    ),
    (
        'equity_growth', 'Eget kapital växer med årets resultat',
        'Balansbudget', 'Eget kapital',
        'Resultatbudget', 'Årets resultat', 1, 0, 1, 0
    ),
    (
        'cash_flow', 'Årets kassaflöde är summan av sina rader',
        'Kassaflödesbudget', 'Årets kassaflöde',
        'Kassaflödesbudget', null, 1, 0, 1, 1
    ),
    (
        'cash_flow_investments', 'Kassaflödet från investeringar är investeringsbudgeten med minustecken',
        'Kassaflödesbudget', 'Kassaflöde från investeringsverksamheten',
        'Investeringsbudget', 'Summa investeringar', -1, 0, 1, 0
    ),
    (
        'operating_budget', 'Kommunbidragen är summan av nämndernas',
        'Driftbudget', 'Summa kommunbidrag',
        'Driftbudget', null, 1, 0, 1, 1
    ),
    (
        'investment_budget', 'Investeringarna är summan av nämndernas',
        'Investeringsbudget', 'Summa investeringar',
        'Investeringsbudget', null, 1, 0, 1, 1
    ),
    (
        'investment_volume', 'Investeringsvolymen är summan av sina rader (mnkr)',
        'Investeringsvolym', 'Investeringsvolym, totalt (mnkr)',
        'Investeringsvolym', null, 1, 0, 1, 0.1
    ),
    (
        'investment_volume_tkr', 'Investeringsvolymen i mnkr är investeringsbudgeten i tkr, avrundad',
        'Investeringsvolym', 'Investeringsvolym, totalt (mnkr)',
        'Investeringsbudget', 'Summa investeringar', 1, 0, 1000, 0.05
    ),
    (
        'investment_fee_tkr', 'Avgiftsfinansierade investeringar i mnkr är raden i tkr, avrundad',
        'Investeringsvolym', 'Investeringsvolym, avgiftsfinansierad verksamhet (mnkr)',
        'Investeringsbudget', 'Avgiftsfinansierad verksamhet', 1, 0, 1000, 0.05
    ),
    (
        'investment_tax_tkr', 'Skattefinansierade investeringar i mnkr är raderna i tkr, avrundade',
        'Investeringsvolym', 'Investeringsvolym, skattefinansierad verksamhet (mnkr)',
        'Investeringsbudget', 'Summa investeringar', 1, 0, 1000, 0.05
    ),
    (
        'investment_tax_tkr', 'Skattefinansierade investeringar i mnkr är raderna i tkr, avrundade',
        'Investeringsvolym', 'Investeringsvolym, skattefinansierad verksamhet (mnkr)',
        'Investeringsbudget', 'Avgiftsfinansierad verksamhet', -1, 0, 1000, 0.05
    )
),

left_sides as (
    select distinct
        lines.plan_id,
        terms.check_code,
        lines.year_number,
        lines.value as left_value
    from terms
    inner join lines on terms.left_statement = lines.statement and terms.left_row = lines.row_name
    where lines.year_number is not null
),

summed as (
    select
        left_sides.plan_id,
        terms.check_code,
        terms.title,
        left_sides.year_number,
        left_sides.left_value,
        sum(terms.sign * lines.value / terms.divisor) as right_value,
        max(terms.tolerance) as tolerance,
        count(distinct terms.right_statement || coalesce(terms.right_row, '')) as terms_found
    from left_sides
    inner join terms on left_sides.check_code = terms.check_code
    inner join lines
        on
            left_sides.plan_id = lines.plan_id
            and terms.right_statement = lines.statement
            and left_sides.year_number - terms.lag = lines.year_number
            and (
                terms.right_row = lines.row_name
                or (terms.right_row is null and lines.level = 'line')
            )
    group by left_sides.plan_id, terms.check_code, terms.title, left_sides.year_number, left_sides.left_value
),

term_counts as (
    select
        check_code,
        count(*) as terms_wanted
    from terms
    group by check_code
),

sums as (
    select
        summed.plan_id,
        summed.check_code,
        summed.title,
        cast(summed.year_number as varchar) as year,
        summed.left_value,
        mart.difference(summed.right_value, 0) as right_value,
        cast(summed.tolerance as double) as tolerance,
        true as is_same_measure
    from summed
    inner join term_counts on summed.check_code = term_counts.check_code
    where summed.terms_found = term_counts.terms_wanted
),

figures as (
    select
        plan_id,
        year_number,
        max(case when row_name = 'Årets resultat' then value end) as result,
        max(case when statement = 'Resultatbudget' and row_name = 'Avskrivningar' then value end)
            as depreciation,
        max(case when row_name = 'Verksamhetens nettokostnader' then value end) as net_cost,
        max(case when statement = 'Resultatbudget' and row_name = 'Skatteintäkter' then value end)
        + max(case when row_name = 'Generella statsbidrag och utjämning' then value end) as income,
        max(case when row_name = 'Finansiella intäkter' then value end)
        + max(case when row_name = 'Finansiella kostnader' then value end) as financial_net,
        max(case when row_name = 'Summa investeringar' then value end) as investments,
        max(case when row_name = 'Skatteintäktsutveckling (%)' then value end) as printed_income_growth,
        max(case when row_name = 'Nettokostnadsutveckling (%)' then value end) as printed_net_cost_growth,
        max(case when row_name like 'Årets resultat i förhållande till%' then value end)
            as printed_result_share,
        max(case when row_name like 'Självfinansieringsgrad, skattefinansierad%' then value end)
            as printed_self_financing
    from lines
    where year_number is not null
    group by plan_id, year_number
),

figures_with_last_year as (
    select
        figures.*,
        last_year.income as last_income,
        last_year.net_cost as last_net_cost,
        last_year.financial_net as last_financial_net
    from figures
    left join figures as last_year
        on figures.plan_id = last_year.plan_id and figures.year_number - 1 = last_year.year_number
),

ratios as (
    select
        plan_id,
        'result_share' as check_code,
        'Årets resultat i procent av skatter och generella statsbidrag' as title,
        year_number,
        printed_result_share as left_value,
        100 * result / income as right_value,
        true as is_same_measure
    from figures_with_last_year

    union all

    select
        plan_id,
        'income_growth' as check_code,
        'Skatteintäkternas och bidragens ökning i procent' as title,
        year_number,
        printed_income_growth as left_value,
        100 * (income / last_income - 1) as right_value,
        true as is_same_measure
    from figures_with_last_year

    union all

    select
        plan_id,
        'net_cost_growth' as check_code,
        'Nettokostnadens ökning i procent, finansnettot inräknat' as title,
        year_number,
        printed_net_cost_growth as left_value,
        100 * ((net_cost + financial_net) / (last_net_cost + last_financial_net) - 1) as right_value,
        true as is_same_measure
    from figures_with_last_year

    union all

    select
        plan_id,
        'net_cost_growth_without_financial' as check_code,
        'Nettokostnadens ökning mot verksamhetens nettokostnader utan finansnetto: ett annat mått' as title,
        year_number,
        printed_net_cost_growth as left_value,
        100 * (net_cost / last_net_cost - 1) as right_value,
        false as is_same_measure
    from figures_with_last_year

    union all

    select
        plan_id,
        'self_financing_whole_municipality' as check_code,
        'Självfinansiering av skattefinansierad verksamhet mot hela kommunens: ett annat mått' as title,
        year_number,
        printed_self_financing as left_value,
        100 * (result - depreciation) / investments as right_value,
        false as is_same_measure
    from figures_with_last_year
),

-- Sums and figures that the running text repeats.
texts as (
    select
        stated.plan_id,
        'text_investments' as check_code,
        'Textens investeringar under perioden är summan av åren' as title,
        stated.year,
        stated.value as left_value,
        sum(yearly.value) as right_value,
        0.1 as tolerance,
        true as is_same_measure
    from lines as stated
    inner join lines as yearly
        on
            stated.plan_id = yearly.plan_id
            and yearly.row_name = 'Investeringsvolym, totalt (mnkr)'
            and yearly.year between split_part(stated.year, '-', 1) and split_part(stated.year, '-', 2)
    where stated.row_name like 'Investeringar totalt under perioden%'
    group by stated.plan_id, stated.year, stated.value

    union all

    select
        stated.plan_id,
        'text_result' as check_code,
        'Textens budgeterade resultat i mnkr är resultatbudgeten i tkr, avrundad' as title,
        stated.year,
        stated.value as left_value,
        figures.result / 1000 as right_value,
        0.05 as tolerance,
        true as is_same_measure
    from lines as stated
    inner join figures on stated.plan_id = figures.plan_id and stated.year_number = figures.year_number
    where stated.row_name like 'Budgeterat resultat%'
),

checks as (
    select * from sums

    union all

    select
        plan_id,
        check_code,
        title,
        cast(year_number as varchar) as year,
        left_value,
        right_value,
        0.05 as tolerance,
        is_same_measure
    from ratios

    union all

    select
        plan_id,
        check_code,
        title,
        year,
        left_value,
        mart.difference(right_value, 0) as right_value,
        tolerance,
        is_same_measure
    from texts
),

final as (
    select
        plan_id,
        check_code,
        title,
        year,
        left_value,
        right_value,
        mart.difference(left_value, right_value) as difference,
        cast(tolerance as double) as tolerance,
        case
            when not is_same_measure then 'different_measure'
            when mart.difference(left_value, right_value) = 0 then 'agrees'
            when abs(mart.difference(left_value, right_value)) <= tolerance + 1e-9 then 'rounding'
            else 'differs'
        end as result
    from checks
    where left_value is not null and right_value is not null
)

select * from final
order by plan_id, check_code, year
