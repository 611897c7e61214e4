-- The schema of the first release; there is nothing to migrate.
select 1 as version;
