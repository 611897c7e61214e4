-- Did a status word arrive that nobody has described?
select
    status,
    count(*) as cell_count
from core.observation
where status not in ('', 'Missing', 'Privacy', 'Not applicable')
group by status;
