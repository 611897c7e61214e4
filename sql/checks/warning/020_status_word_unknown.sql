-- Was an undocumented status word received?
-- sv: Kom ett statusord som ingen har beskrivit?
-- scope: word
select
    status as scope,
    count(*) || ' cells' as after
from core.observation
where status not in ('', 'Missing', 'Privacy', 'Not applicable')
group by status;
