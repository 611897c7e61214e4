-- The schema of the first release; a file that has it needs nothing.
select 1 as version;
