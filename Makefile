# Kuramori's commands. Each one sets up what it needs on a fresh machine: Python 3.11+ with pip and venv, no root.
#
#   make demo     the demo company in your browser
#   make test     the tests (make test-postgres: on PostgreSQL; test-browser, test-faults,
#                 test-servers: the slow ones)
#   make check    the whole gate: format, types, contracts, sizes, both languages, house rules, tests with coverage
#   make faults   power cuts and kill -9 at random points, counted
#   make bench    measured speed
#   make serve    run it on your own data
#   make lock     resolve the dependencies anew
#   make clean    remove everything that these commands made, except your data
#
# VENV=DIR uses an environment that you keep yourself: nothing is installed into it.

PYTHON ?= python3
PORT ?= 8000
JOBS ?= auto
MADE_VENV := .venv
VENV ?= $(MADE_VENV)
BIN := $(VENV)/bin
PY := $(BIN)/python
export PYTHONPATH := src
export PYTHONUTF8 := 1

CATALOGUES := $(wildcard src/*/locale/*/LC_MESSAGES/*.po src/kuramori/*/locale/*/LC_MESSAGES/*.po)
COMPILED := $(CATALOGUES:.po=.mo)
ifeq ($(VENV),$(MADE_VENV))
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
endif

# COVERAGE=1 adds what the run reaches to the files that `coverage combine` gathers.
PYTEST := $(PY) $(if $(COVERAGE),-m coverage run) -m pytest -q -p no:cacheprovider
# Which tests are slow is said by their marker; `make test` names what it leaves out.
QUICK := not browser and not faults and not servers

.PHONY: demo test test-postgres test-browser test-faults test-servers faults check bench serve lock catalogues clean

demo: $(RUNTIME) $(COMPILED)
	$(BIN)/kuramori demo --port $(PORT) $(ARGS)

serve: $(RUNTIME) $(COMPILED)
	$(BIN)/kuramori serve --port $(PORT) $(ARGS)

test: $(DEVELOPMENT) $(COMPILED)
	@echo 'Left out here: tests marked browser (make test-browser), faults (make test-faults), servers (make test-servers).'
	$(PYTEST) -n $(JOBS) -m '$(QUICK)' $(ARGS)

test-postgres: $(DEVELOPMENT) $(COMPILED)
	tools/with_postgres.sh $(PYTEST) -n $(JOBS) -m '$(QUICK)' $(ARGS)

test-browser: $(DEVELOPMENT) $(COMPILED)
	$(PYTEST) -m browser $(ARGS)

test-faults: $(DEVELOPMENT) $(COMPILED)
	$(PYTEST) -m faults $(ARGS)

test-servers: $(DEVELOPMENT) $(COMPILED)
	$(PYTEST) -m servers tests/servers $(ARGS)

# Power cuts and kills at random points: ARGS='--points 240 --seed 7'.
faults: $(DEVELOPMENT) $(COMPILED)
	PYTHONPATH=src:. $(PY) -m tests.faults.power $(ARGS)

check: $(DEVELOPMENT) $(COMPILED)
	$(PY) -m tools.check $(ARGS)

bench: $(DEVELOPMENT) $(COMPILED)
	$(PY) -m benchmarks $(ARGS)

# Bring new English strings into the Japanese catalogues.
catalogues: $(DEVELOPMENT)
	$(PY) tools/catalogues.py --update

# One resolution for all platforms and Pythons; the run-time lock is a part of the development one.
LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --group build pyproject.toml
lock: $(DEVELOPMENT)
	$(LOCK) --group dev $(ARGS) --output-file requirements-dev.lock
	$(LOCK) $(ARGS) --constraint requirements-dev.lock --output-file requirements.lock

clean:
	rm -rf $(MADE_VENV) build dist .coverage coverage.json .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find src -name '*.mo' -delete
	find src tools tests benchmarks -name __pycache__ -type d -exec rm -rf {} + 2>/dev/null || true

# The development environment holds all that the run-time one does, so it serves both.
$(MADE_VENV)/.development: requirements-dev.lock pyproject.toml tools/install.sh
	@tools/install.sh $(MADE_VENV) requirements-dev.lock $(PYTHON)
	@touch $(MADE_VENV)/.runtime $@

$(MADE_VENV)/.runtime: requirements.lock pyproject.toml tools/install.sh
	@rm -f $(MADE_VENV)/.development
	@tools/install.sh $(MADE_VENV) requirements.lock $(PYTHON)
	@touch $@

# The environment comes first: every target names it before the catalogues.
.NOTPARALLEL:
%.mo: %.po
	@$(PY) tools/catalogues.py
