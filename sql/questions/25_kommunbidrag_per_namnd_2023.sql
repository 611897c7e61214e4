-- Hur stor del av kommunbidraget går till varje nämnd 2023, och hur har den ändrats från 2022?
select
    this_year.plan_id,
    this_year.row_name,
    this_year.value,
    round(100 * this_year.value / sum(this_year.value) over (partition by this_year.plan_id), 1)
        as share_percent,
    round(100 * (this_year.value / last_year.value - 1), 1) as increase_percent
from mart.budget_line as this_year
inner join mart.budget_line as last_year
    on
        this_year.plan_id = last_year.plan_id
        and this_year.table_name = last_year.table_name
        and this_year.row_name = last_year.row_name
        and this_year.year_number - 1 = last_year.year_number
where this_year.statement = 'Driftbudget' and this_year.level = 'line' and this_year.year_number = 2023
order by this_year.plan_id, this_year.value desc
