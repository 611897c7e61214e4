-- The rules that judge a goal by its indicators, and god ekonomisk hushållning by the goals. All judgements use them:
-- today's, those at the bokslut, and the causes of a changed verdict.

-- The verdict of a goal that needs all its parts; a part without a verdict leaves the goal without one.
create or replace macro mart.all_parts(verdicts) as (
    case
        when len(verdicts) = 0 then null
        when list_contains(verdicts, 'no_data') then 'no_data'
        when list_contains(verdicts, 'not_comparable') then 'not_comparable'
        when list_contains(verdicts, 'not_assessable') then 'not_assessable'
        when list_contains(verdicts, 'not_yet_due') then 'not_yet_due'
        when len(list_filter(verdicts, lambda verdict: verdict <> 'met')) = 0 then 'met'
        when list_contains(verdicts, 'met') or list_contains(verdicts, 'partly_met') then 'partly_met'
        else 'not_met'
    end
);

-- The verdict of a goal for which one part is enough.
create or replace macro mart.any_part(verdicts) as (
    case
        when len(verdicts) = 0 then null
        when list_contains(verdicts, 'met') then 'met'
        when list_contains(verdicts, 'no_data') then 'no_data'
        when list_contains(verdicts, 'not_comparable') then 'not_comparable'
        when list_contains(verdicts, 'not_assessable') then 'not_assessable'
        when list_contains(verdicts, 'not_yet_due') then 'not_yet_due'
        when list_contains(verdicts, 'partly_met') then 'partly_met'
        else 'not_met'
    end
);

-- The computed verdict of a goal; a prioritised goal has none.
create or replace macro mart.computed_verdict(verdicts, section, compound_rule) as (
    case
        when section = 'prioritized' then 'assessment_required'
        when compound_rule = 'any_part' then mart.any_part(verdicts)
        else mart.all_parts(verdicts)
    end
);

-- A goal's verdict: the assessment if there is no computed verdict.
create or replace macro mart.decided_verdict(computed, assessed) as (
    case when computed in ('assessment_required', 'not_assessable') then coalesce(assessed, computed) else computed end
);

-- The number of given verdicts, and of verdicts that are still unknown.
create or replace macro mart.count_met(verdicts) as (
    len(list_filter(verdicts, lambda verdict: verdict = 'met'))
);

create or replace macro mart.count_possible(verdicts) as (
    len(list_filter(verdicts, lambda verdict: verdict not in ('not_met', 'partly_met')))
);

-- A group without goals needs none for its majority.
create or replace macro mart.majority_of(n) as (
    case when n = 0 then 0 else cast(floor(n / 2) as integer) + 1 end
);

-- God ekonomisk hushållning by the goals of either group: a majority of each, or of all together.
create or replace macro mart.majority_verdict(variant, financial, operational) as (
    case
        when len(financial) + len(operational) = 0 then 'undetermined'
        when variant = 'each_group'
            then
                case
                    when
                        mart.count_met(financial) >= mart.majority_of(len(financial))
                        and mart.count_met(operational) >= mart.majority_of(len(operational))
                        then 'met'
                    when
                        mart.count_possible(financial) >= mart.majority_of(len(financial))
                        and mart.count_possible(operational) >= mart.majority_of(len(operational))
                        then 'undetermined'
                    else 'not_met'
                end
        when
            mart.count_met(financial) + mart.count_met(operational)
            >= mart.majority_of(len(financial) + len(operational))
            then 'met'
        when
            mart.count_possible(financial) + mart.count_possible(operational)
            >= mart.majority_of(len(financial) + len(operational))
            then 'undetermined'
        else 'not_met'
    end
);
