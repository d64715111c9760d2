# Everything happens in environments inside this folder; git ignores them.
PYTHON ?= python3
SOURCES := $(shell find runner schema -type f -not -name '*.pyc')
IN = .venv/bin/python -m
TOOLS = .venv-tools/bin
CHROMIUM ?= /usr/bin/chromium

# The real ones send no word home, and their own warnings are no errors of ours.
ORCHESTRATOR = ORCHESTRATORS=1 DO_NOT_TRACK=1 PREFECT_SERVER_ANALYTICS_ENABLED=false \
	PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS=120
ORCHESTRATOR_TEST = -m pytest -n 0 -W default tests/examples/test_orchestrators.py

# -qq: of pip's words, only errors. Where packages come from is up to the user's PIP_* settings.
PIP_INSTALL = -m pip install -qq

.PHONY: help demo test crash-test fault-test test-oldest sdk-test editor-test browser-test pictures orchestrator-test dask-test fuzz mutation-test bench bench-page lint wheel-check workflow-check check clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | \
		while IFS='|' read -r name text; do printf '%-22s %s\n' "$$name" "$$text"; done

demo: .venv/.installed ## Run examples/quickstart against the sandbox and write report.json
	@echo 'campaign-runner run examples/quickstart --sandbox'
	@.venv/bin/campaign-runner run examples/quickstart --sandbox

test: .venv/.test ## Run the tests; fail under 95 % branch coverage
	@$(IN) pytest -n auto --dist loadgroup --cov --cov-report=term-missing:skip-covered

test-oldest: .venv-oldest/.test ## Run the tests with the oldest dependencies that pyproject.toml allows
	@.venv-oldest/bin/python -m pytest -n auto --dist loadgroup

sdk-test: .venv/.test tests/sdk/node_modules ## Drive the sandbox with Adobe's own SDK (needs Node)
	@$(IN) pytest -m sdk tests/sdk

editor-test: .venv/.test tests/editor/node_modules ## Show the schemas to the YAML language server of editors (needs Node)
	@$(IN) pytest -n 0 -m editor tests/editor

browser-test: .venv/.browser tests/browser/node_modules ## Look at the pages in a real Chromium (needs it, and Node)
	@command -v "$(CHROMIUM)" >/dev/null || \
		{ echo 'Chromium is missing. On Debian: apt install chromium; or name another: make CHROMIUM=PATH ...' >&2; exit 1; }
	@CHROMIUM=$(CHROMIUM) $(IN) pytest -n 0 -m browser tests/browser

pictures: .venv/.browser ## Make the pictures of the README again
	@CHROMIUM=$(CHROMIUM) $(IN) tests.browser.pictures

orchestrator-test: .venv-airflow/.test .venv-prefect/.test ## Run the examples for Airflow and Prefect with the real ones (minutes to install)
	@AIRFLOW_HOME=$(CURDIR)/.venv-airflow/home $(ORCHESTRATOR) .venv-airflow/bin/python $(ORCHESTRATOR_TEST) -k Airflow
	@PREFECT_LOGGING_LEVEL=ERROR PREFECT_HOME=$(CURDIR)/.venv-prefect/home $(ORCHESTRATOR) .venv-prefect/bin/python $(ORCHESTRATOR_TEST) -k Prefect

dask-test: .venv-dask/.test ## Let workers of a real dask cluster send, and kill some (minutes)
	@.venv-dask/bin/python -m pytest -n 0 tests/dask

fuzz: .venv/.test ## Run 50,000 random files and 20,000 random answers through it (half an hour)
	@HYPOTHESIS_PROFILE=long $(IN) pytest -n 0 tests/fuzz

crash-test: .venv/.test ## Kill a run at every point, and resume it (some minutes)
	@CRASH_POINTS=all $(IN) pytest -n auto tests/crash $(CRASH)

fault-test: .venv/.test ## Send 20,000 commands through random faults, and judge the reports (minutes)
	@$(IN) tests.faults --commands 10000 --seed 7
	@$(IN) tests.faults --commands 10000 --seed 7 --parallel 16

mutation-test: .venv/.mutation ## Change the code in small ways: does a test notice? (half an hour)
	@.venv/bin/python .ci/mutation.py
	@.venv/bin/python .ci/mutation_of_tables.py

bench: .venv-bench/.installed benchmarks/node_modules ## Measure the speed as ratios, into bench.json (needs Node; 25 minutes)
	@.venv-bench/bin/python -m benchmarks $(BENCH) --json bench.json

bench-page: .venv/.browser ## Measure how long a browser takes to open the page of 10,000 commands
	@CHROMIUM=$(CHROMIUM) $(IN) benchmarks.page_load

lint: .venv/.lint ## Run ruff and mypy
	@$(IN) ruff check
	@$(IN) ruff format --check
	@$(IN) mypy

wheel-check: .venv-tools/.installed ## Build the wheel, install it elsewhere, and use it there
	@$(TOOLS)/python .ci/check_wheel.py

workflow-check: .venv-tools/.installed .venv/.test ## Check .github and the pipelines that init writes
	@$(TOOLS)/python .ci/check_pipelines.py .venv/bin/campaign-runner

check: ## Run everything that CI runs
	@bash .ci/run

clean: ## Remove all that the other targets made
	@rm -rf .venv .venv-oldest .venv-tools .venv-airflow .venv-prefect .venv-dask .venv-bench build dist *.egg-info
	@rm -rf tests/*/node_modules benchmarks/node_modules bench.json
	@rm -rf .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache report.json
	@find runner schema tests .ci -type d -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/python .venv-oldest/bin/python .venv-tools/bin/python .venv-airflow/bin/python .venv-prefect/bin/python .venv-dask/bin/python .venv-bench/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo 'Python 3.10 or newer is needed: make PYTHON=python3.11 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Creating $(@D:/bin=) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(@D:/bin=)

tests/sdk/node_modules tests/editor/node_modules tests/browser/node_modules: tests/%/node_modules: tests/%/package-lock.json
	@npm ci --loglevel=error --no-progress --prefix tests/$*
	@touch $@

benchmarks/node_modules: benchmarks/package-lock.json
	@npm ci --loglevel=error --no-progress --prefix benchmarks
	@touch $@

# The project as its users install it. `make test` puts an editable install in its place, which is
# as good for the demo until a source file changes.
.venv/.installed: .venv/bin/python pyproject.toml $(SOURCES)
	@echo 'Installing the project into .venv'
	@rm -rf build
	@.venv/bin/python $(PIP_INSTALL) .
	@rm -rf build .venv/.test .venv/.lint .venv/.browser
	@touch $@

.venv/.test: .venv/bin/python pyproject.toml
	@echo 'Installing the project and what its tests need into .venv'
	@.venv/bin/python $(PIP_INSTALL) -e '.[test]'
	@touch .venv/.installed $@

.venv/.browser: .venv/.test
	@echo 'Installing playwright into .venv'
	@.venv/bin/python $(PIP_INSTALL) -e '.[test,browser]'
	@touch .venv/.installed $@

.venv/.lint: .venv/.test
	@echo 'Installing ruff and mypy into .venv'
	@.venv/bin/python $(PIP_INSTALL) -e '.[test,browser,lint]'
	@touch .venv/.installed $@

.venv-dask/.test: .venv-dask/bin/python pyproject.toml
	@echo 'Installing the project, dask and what the tests need into .venv-dask'
	@.venv-dask/bin/python $(PIP_INSTALL) -e '.[test,dask]'
	@touch $@

.venv/.mutation: .venv/.test .ci/mutation-requirements.txt
	@echo 'Installing mutmut into .venv'
	@.venv/bin/python $(PIP_INSTALL) -r .ci/mutation-requirements.txt
	@touch $@

# A normal install with its byte code, also where the environment turns that off.
.venv-bench/.installed: .venv-bench/bin/python pyproject.toml $(SOURCES) benchmarks/requirements.txt
	@echo 'Installing the project and its peers into .venv-bench'
	@rm -rf build
	@.venv-bench/bin/python $(PIP_INSTALL) -r benchmarks/requirements.txt
	@.venv-bench/bin/python $(PIP_INSTALL) .
	@.venv-bench/bin/python $(PIP_INSTALL) --force-reinstall --no-deps .
	@rm -rf build
	@.venv-bench/bin/python -m compileall -q .venv-bench/lib
	@touch $@

# The first install is there for its metadata, from which the lower bounds are read.
.venv-oldest/.test: .venv-oldest/bin/python pyproject.toml .ci/lowest.py
	@echo 'Installing the oldest dependencies into .venv-oldest'
	@.venv-oldest/bin/python $(PIP_INSTALL) --no-deps -e .
	@.venv-oldest/bin/python .ci/lowest.py > .venv-oldest/lowest.txt
	@.venv-oldest/bin/python $(PIP_INSTALL) -e '.[test]' -c .venv-oldest/lowest.txt
	@touch $@

# Each in an environment of its own, since their dependencies exclude each other.
.venv-airflow/.test .venv-prefect/.test: .venv-%/.test: .venv-%/bin/python pyproject.toml examples/%/requirements.txt
	@echo 'Installing $* and the project into .venv-$*'
	@grep -v '^campaign-runner==' examples/$*/requirements.txt > .venv-$*/requirements.txt
	@.venv-$*/bin/python $(PIP_INSTALL) -e '.[test]' -r .venv-$*/requirements.txt
	@touch $@

.venv-tools/.installed: .venv-tools/bin/python .ci/requirements.txt
	@echo 'Installing build, actionlint, zizmor and check-jsonschema into .venv-tools'
	@.venv-tools/bin/python $(PIP_INSTALL) -r .ci/requirements.txt
	@touch $@
