-- Runs get a number, since a clock that is set back does not give their order. Earlier runs have none.
alter table ops.run add column if not exists run_number integer;
