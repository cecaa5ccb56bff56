# Every target sets up what it needs; nothing has to be installed by hand but Python 3.11+ and make.
# `make serve` is the first command, `make test` the second.

PYTHON ?= python3
INSTANCE ?= data/buskerud
PORT ?= 8000
BIN = .venv/bin

.PHONY: serve test coverage lint format release bench clean

serve: release            ## build the instance's release and serve it
	$(BIN)/planverk serve $(INSTANCE) --port $(PORT)

release: .venv/installed
	$(BIN)/planverk release $(INSTANCE)

test: .venv/test lint     ## everything CI runs
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

coverage: .venv/test      ## which lines no test reaches; the same tests, at twice the time
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: .venv/test
	$(BIN)/ruff check service tests benchmarks
	$(BIN)/ruff format --check service tests benchmarks
	$(BIN)/mypy

format: .venv/test
	$(BIN)/ruff check --fix service tests benchmarks
	$(BIN)/ruff format service tests benchmarks

bench: .venv/installed    ## measured comparisons; what each prints is explained at its top
	$(BIN)/python benchmarks/isolation.py
	$(BIN)/python benchmarks/peers.py --write docs/performance.md
	$(BIN)/python benchmarks/scale.py

clean:                    ## what is made again by itself; not releases, which tell what has been published
	rm -rf .venv build dist .coverage .mypy_cache .pytest_cache .ruff_cache

# constraints.txt holds the versions that were tested together: names and numbers, no addresses.
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/test: .venv/installed tests/setup tests/java/pom.xml tests/npm/package-lock.json
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group test
	tests/setup
	touch $@
