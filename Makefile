# The daily tasks. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OLDEST_DUCKDB := 1.5.5
# Older versions that must open the published file, in addition to the pinned one.
READING_DUCKDBS := 1.1.3 1.2.2 1.3.2 1.4.4
OLDEST_TESTS := tests/mart tests/warehouse
# A file goes to a worker as a whole, in the order of tests/longest_first.py.
TWO_AT_A_TIME := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 20 -rs
PEERS := .venv-peers
UV := $(shell command -v uv 2>/dev/null)
# Installs pinned packages into a folder of their own: `$(INTO) FOLDER PACKAGES`.
ifdef UV
INTO := uv pip install --quiet --compile-bytecode --python $(BIN)/python --target
else
INTO := $(BIN)/python -m pip install --quiet --disable-pip-version-check --target
endif

.DEFAULT_GOAL := help

# The data of `make bench-night`: sample, or a folder of recorded data.
DATA ?= sample

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# The lock file is complete, so nothing is resolved: with `--no-deps` an older pip does not look for newer releases of the
# pinned packages, and cannot fail on one. `pip check` verifies that the lock file is complete.
$(READY): requirements.lock pyproject.toml
	@echo "Installing $$(grep -c "==" requirements.lock) packages into $(VENV): a minute with uv, some minutes with pip alone"
	$(PYTHON) -m venv $(VENV)
ifdef UV
	uv pip install --compile-bytecode --python $(BIN)/python --no-deps --require-hashes -r requirements.lock
	uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	$(BIN)/python -m pip install --progress-bar off --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
	$(BIN)/python -m pip check --disable-pip-version-check
	@touch $(READY)

install: $(READY)  ## Make .venv with the pinned packages
	@echo "Installed: $$($(BIN)/kolada --version). Next: source $(BIN)/activate, then kolada refresh --sample"

demo: $(READY)  ## Run the whole pipeline on the built-in sample, through Prefect; print the goal table, write the report
	@echo "Running the whole pipeline on the built-in sample; all its values are made up"
	$(BIN)/kolada refresh --sample
	$(BIN)/kolada report --sample --output data/sample/demo.html
	@echo "Open data/sample/demo.html in a browser: the report. The rest: docs/controllers.md, docs/analysts.md"

test: $(READY)  ## Run the tests except the slow ones
	$(TWO_AT_A_TIME) -m "not slow"

# The flows' tests share one Prefect server and mostly wait for it: with `--jobs 2` they run next to the others.
slow: slow-flows slow-others  ## Run the slow tests

slow-flows: $(READY)
	$(BIN)/python -m pytest -m slow --durations 20 -rs tests/flows

slow-others: $(READY) $(VENV)/older-duckdb/.ready
	$(TWO_AT_A_TIME) -m slow --ignore tests/flows

# With the oldest DuckDB that pyproject.toml allows, in place of the pinned one.
oldest: $(VENV)/oldest-duckdb  ## Run the tests of writing and reading on the oldest supported DuckDB
	PYTHONPATH=$(VENV)/oldest-duckdb $(BIN)/python -c 'import duckdb; assert duckdb.__version__ == "$(OLDEST_DUCKDB)"'
	PYTHONPATH=$(VENV)/oldest-duckdb $(TWO_AT_A_TIME) -m "not slow" $(OLDEST_TESTS)

# DuckDB's extensions exist as wheels for this version.
lake: $(VENV)/lake-duckdb  ## Run the tests of a lake: PostgreSQL, an S3 server, DuckDB with its extensions
	PYTHONPATH=$(VENV)/lake-duckdb $(BIN)/python -m pytest -m slow tests/sharing/test_lake.py

sweep: $(READY)  ## Run the sweeps at every point, not at a tenth: kill points, mutated bodies, nights (an hour)
	KOLADA_SWEEP=whole $(BIN)/python -m pytest -n 2 --dist load -m sweep

test-all: test slow oldest lake  ## Run all the tests

$(VENV)/older-duckdb/.ready: $(READY)
	for version in $(READING_DUCKDBS); do \
		$(INTO) $(@D)/$$version --no-deps --upgrade duckdb==$$version || exit 1; \
	done
	@touch $@

$(VENV)/oldest-duckdb: $(READY)
	$(INTO) $@ --no-deps duckdb==$(OLDEST_DUCKDB)

$(VENV)/lake-duckdb: $(READY)
	$(INTO) $@ --no-deps duckdb==$(OLDEST_DUCKDB) \
		duckdb-extension-ducklake==$(OLDEST_DUCKDB) duckdb-extension-postgres-scanner==$(OLDEST_DUCKDB) \
		duckdb-extension-httpfs==$(OLDEST_DUCKDB)

docs: $(READY)  ## Write the generated pages
	$(BIN)/python -m goals.declared_texts
	$(BIN)/python -m warehouse.dictionary_page > docs/data-dictionary.md
	$(BIN)/kolada settings --markdown > docs/settings.md
	$(BIN)/python -m tests.docs.stand_in_page
	$(BIN)/python -m tests.docs.house_picture

site: $(READY)  ## Build the documentation as a site into build/site; fail on a dead link
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "Open build/site/index.html, or: $(BIN)/mkdocs serve"

coverage: $(READY)  ## Measure the share of the code that `make test` runs; write build/coverage, print the rest
	mkdir -p build
	$(TWO_AT_A_TIME) -m "not slow" --cov --cov-report term:skip-covered --cov-report html

pictures: $(READY)  ## Make the pictures in docs/images again (needs Chromium)
	$(BIN)/python -m tests.reports.pictures

lint: $(READY)  ## Check style, types, imports between the rooms, and the SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 0 sql

format: $(READY)  ## Format the code and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# pip-audit is not in the lock file, since it audits the lock file.
$(VENV)/audit: $(READY)
	$(INTO) $@ pip-audit==2.10.1

audit: $(VENV)/audit  ## Look up known vulnerabilities of the pinned packages, if the service responds
	PYTHONPATH=$(VENV)/audit $(BIN)/python .ci/audit.py

wheel: $(READY)  ## Build the wheel and the sdist into dist/
	$(BIN)/python -m hatchling build -d dist

lock: $(READY)  ## Update the pinned dependencies (needs uv)
	uv pip compile pyproject.toml --group dev --extra mcp --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock --upgrade
	uv pip compile pyproject.toml --extra mcp --extra s3 --constraint requirements.lock --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" --output-file deploy/container.lock
	cd benchmarks/peers && uv pip compile requirements.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file requirements.txt --upgrade

# The benchmark's peers have an environment of their own.
$(PEERS)/.ready: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv $(PEERS)
ifdef UV
	uv pip install --quiet --compile-bytecode --python $(PEERS)/bin/python --no-deps --require-hashes -r $<
else
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
endif
	@touch $@

bench: $(READY) $(PEERS)/.ready  ## Measure against the floor, dlt and koladapy, and write docs/benchmarks.md (half an hour)
	$(BIN)/python -m benchmarks.bench_load --peers $(PEERS)/bin/python

gauntlet: $(READY) $(PEERS)/.ready  ## Run ours and the peers on the same lies and faults, write docs/gauntlet.md (half an hour)
	$(BIN)/python -m benchmarks.bench_gauntlet --peers $(PEERS)/bin/python

bench-mirror: $(READY)  ## Mirror 6,000 KPIs and 10 million values, with two kills, and check the result
	$(BIN)/python -m benchmarks.bench_mirror

bench-start: $(READY)  ## Measure the time from a command to its first request, with a running Prefect server
	$(BIN)/python -m benchmarks.bench_start

bench-report: $(READY)  ## Measure the time and the size of reports and exports
	$(BIN)/python -m benchmarks.bench_documents

bench-night: $(READY)  ## Measure a night without its fetching, the marts, every question; write docs/benchmarks-night.md
	$(BIN)/python -m benchmarks.bench_night --data $(DATA)

bench-versions: $(READY)  ## Compare nights with those of OLDER, a checkout of an older version with its .venv
	$(BIN)/python -m benchmarks.bench_versions --older $(OLDER) --data $(DATA)

bench-year: $(READY)  ## Measure a year of nights in one home: the file and a night, at the beginning and at the end
	$(BIN)/python -m benchmarks.bench_year --data $(DATA)

bench-plans: $(READY)  ## Measure nights of one plan and of twenty in a home; write docs/benchmarks-plans.md
	$(BIN)/python -m benchmarks.bench_plans --data $(DATA)

bench-lake: $(READY) $(VENV)/lake-duckdb  ## Measure the cost of a lake (needs PostgreSQL); write docs/benchmarks-lake.md
	PYTHONPATH=$(VENV)/lake-duckdb $(BIN)/python -m benchmarks.bench_lake

bench-web: $(READY)  ## Measure the pages of kolada web, with one reader and with a hundred at the same time
	$(BIN)/python -m benchmarks.bench_web --data $(DATA)

clean:  ## Remove everything that make created, except the data
	rm -rf $(VENV) $(PEERS) build benchmarks/.pages .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.PHONY: help install demo test slow slow-flows slow-others oldest lake sweep test-all docs site coverage pictures bench gauntlet bench-mirror bench-night bench-start bench-report bench-versions bench-year bench-plans bench-lake bench-web lint format wheel audit lock clean
