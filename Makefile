# Everything a person types. Needs Python 3.11 or newer, a C compiler and the package index once; offline after that.

PYTHON ?= python3
DEMO ?= 1

BIN := .venv/bin
READY := .venv/.ready
AUDIT := .venv/audit
PIP := $(BIN)/python -m pip install --quiet

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# durable-rules calls what Python 3.13 took away; this is the documented successor, the same call.
export CPPFLAGS += -DPyEval_CallObject=PyObject_CallObject

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test check lint types format schema migrate bench herd chaos differential examples fairness migrations import-load repeats bulk subscribers audit audit-lock lock clean pages

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv and install the locked packages (nothing to do when it is up to date)

run: setup ## Start everything and play the sample feedback; DEMO=0 without the sample
	@exec $(BIN)/voxloop up $(if $(filter 0,$(DEMO)),--no-demo)

test: check ## Lint, types, import contracts and all tests
	$(BIN)/pytest --numprocesses=2 --dist=loadfile

check: lint types ## All of `test` but the tests

lint: setup ## ruff and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=.import $(BIN)/lint-imports

types: setup ## mypy --strict
	$(BIN)/mypy

format: setup ## Let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: setup ## Write graphql/schema.graphql from the code
	$(BIN)/python -m voxloop.graphql.export > .venv/schema.graphql
	mv .venv/schema.graphql graphql/schema.graphql

migrate: setup ## Bring the database to the newest schema
	$(BIN)/voxloop migrate

bench: setup ## Measure intake, handling and lists against their limits; writes benchmarks/RESULTS.md (minutes)
	$(BIN)/python benchmarks/run.py

herd: setup ## Ten thousand loops with one deadline: spread, drain, memory; into benchmarks/RESULTS.md (half an hour)
	$(BIN)/python benchmarks/run.py --write herd

chaos: setup ## Kill worker and server in the middle and count what is left (minutes)
	$(BIN)/python tests/chaos/run.py

differential: setup ## Engine and reference on 2,000 random rule sets, and a million items by one of them (minutes)
	$(BIN)/python -m voxloop.tests.differential.run

migrations: setup ## Take 250 of 500 running items to another version and back while the worker is killed (minutes)
	$(BIN)/python -m voxloop.tests.migrations.run

examples: setup ## Show the starter's rules live: an item each through a real installation, with its explanation
	$(BIN)/python -m voxloop.tests.examples.run

fairness: setup ## Give 10,000 items to 20 people with different capacity and count who got what (minutes)
	$(BIN)/python -m voxloop.tests.fairness.run

repeats: setup ## Count what recurs and find near-duplicates among a million items (minutes)
	$(BIN)/python -m voxloop.benchmarks.repeats

bulk: setup ## Act on 10,000 running items at once, the worker killed in the middle (minutes)
	$(BIN)/python -m voxloop.benchmarks.bulk

subscribers: setup ## A thousand subscribers on one server while rows change, and whether each ends right (minutes)
	$(BIN)/python -m voxloop.benchmarks.subscribers

pages: setup ## Look at form, status page and dashboard in headless Chromium (pictures: tests/browser/pictures)
	@cd tests/browser && npm ci --silent --no-audit --no-fund && node run.mjs

audit: setup $(AUDIT)/.ready ## Run suites and clients of others against a real installation (needs Node and npm)
	$(BIN)/python tests/external/run.py $(AUDIT)

audit-lock: setup ## Write the locks of what `make audit` installs
	cd tests/external && $(CURDIR)/$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make audit-lock" --output-file clients.lock clients.in
	cd tests/external && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

import-load: setup ## Import 100,000 rows, killed in the middle and resumed, and count (minutes)
	$(BIN)/python benchmarks/import_rows.py

lock: setup ## Write requirements.lock from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --extra dev --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --no-emit-package voxloop --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean: ## Remove what was built; the data in var/ stays
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

define NEEDS
import os, shutil, sys, sysconfig
if sys.version_info < (3, 11):
    sys.exit("voxloop needs Python 3.11 or newer, this is %s: name another with make PYTHON=python3.11." % sys.version.split()[0])
compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
if not shutil.which(compiler):
    sys.exit("durable-rules is compiled on installation and there is no C compiler (%s): install gcc." % compiler)
if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
    sys.exit("durable-rules is compiled on installation and Python.h is missing: install python3-dev.")
endef
export NEEDS

# setuptools first: durable-rules is a source package, built with the locked setuptools instead of whatever is newest.
$(READY): pyproject.toml requirements.lock
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON): install Python 3.11 or newer, or name yours with make PYTHON=..."; exit 1; }
	@$(PYTHON) -c "$$NEEDS"
	@echo "Installing into .venv ..."
	@$(PYTHON) -m venv .venv
	@sed -n '/^setuptools==/,/[^\\]$$/p' requirements.lock > .venv/build.lock
	@$(PIP) --require-hashes -r .venv/build.lock \
	    && $(PIP) --require-hashes --no-build-isolation --use-pep517 -r requirements.lock \
	    || { echo "The packages could not be installed (pip says why above): is the package index within reach?"; exit 1; }
	@$(PIP) --no-deps --no-build-isolation --no-index -e .
	@touch $@

# The clients need another graphql-core than we do, so they have an environment of their own.
$(AUDIT)/.ready: $(READY) tests/external/package-lock.json tests/external/clients.lock
	@command -v npm > /dev/null || { echo "There is no npm: install Node 20 or newer."; exit 1; }
	@mkdir -p $(AUDIT)/npm
	@cp tests/external/package.json tests/external/package-lock.json $(AUDIT)/npm
	@cd $(AUDIT)/npm && npm ci --ignore-scripts --no-audit --no-fund
	@$(BIN)/python -m venv $(AUDIT)/python
	@$(AUDIT)/python/bin/python -m pip install --quiet --require-hashes -r tests/external/clients.lock
	@touch $@
