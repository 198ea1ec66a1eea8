# Siwei: two commands matter. `make run` starts everything, `make test` checks everything.
# `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
PYTEST := $(BIN)/python -m pytest
WORKERS ?= 2
# Also where PYTHONDONTWRITEBYTECODE is set: every process would compile its libraries again, a second each.
COMPILE := $(BIN)/python -m compileall -qq $(VENV)/lib || true

.DEFAULT_GOAL := help
.PHONY: help run test check bench faults nodes models states lock frontend style types contracts clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(INSTALLED) frontend ## set up what is missing, start everything, print address and accounts
	@exec $(BIN)/siwei up

test: $(INSTALLED_DEV) frontend style types contracts ## everything: style, types, contracts, all tests, the browser included
	@echo "Siwei: the fault plan, by itself because it races …"
	@$(PYTEST) -q -m races tests/faults
	@$(PYTEST) -q -n $(WORKERS) -m "not races" tests

check: $(INSTALLED_DEV) style types contracts ## the quick loop: style, types, contracts, unit and engine tests
	@$(PYTEST) -q -n $(WORKERS) -m "not slow" tests/unit tests/engine

bench: $(INSTALLED_DEV) frontend ## print the table of speeds and sizes
	@$(BIN)/python -m tests.bench

faults: $(INSTALLED_DEV) ## the fault plan, long: kills, races, restarts (FAULT_SCALE=1..100)
	@FAULT_SCALE=$${FAULT_SCALE:-10} $(PYTEST) -q -m slow tests/faults

nodes: $(INSTALLED_DEV) frontend ## several machines (network namespaces, as root): killed, cut off, restarted one by one
	@$(BIN)/python -m tests.nodes

models: $(INSTALLED_DEV) ## random BPMN models, engine against reference interpreter (RUNS=10000 SEED=0)
	@$(BIN)/python -m tests.conformance.bpmn.models --runs $${RUNS:-10000} --seed $${SEED:-0}

states: $(INSTALLED_DEV) ## keep saved states of this version, which later versions must load (NAME=2026-11-24a)
	@$(BIN)/python -m tests.upgrade $(NAME)

style:
	@$(BIN)/ruff check . && $(BIN)/ruff format --check -q .

types:
	@$(BIN)/mypy

contracts:
	@$(BIN)/lint-imports --no-cache | tail -n 3

frontend: $(INSTALLED)
	@$(BIN)/python webapp/frontend/build.py

lock: $(INSTALLED_DEV) ## make both lock files anew
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --allow-unsafe requirements.in -o requirements.lock
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --allow-unsafe -c requirements.lock requirements-dev.in -o requirements-dev.lock

$(VENV)/bin/python:
	@echo "Siwei: creating the Python environment …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Siwei needs Python 3.11 or newer.")'
	@$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Siwei: installing the locked dependencies (about half a minute) …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(COMPILE)
	@touch $@

$(INSTALLED_DEV): requirements-dev.lock $(INSTALLED)
	@echo "Siwei: installing what the tests need …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(COMPILE)
	@touch $@

clean: ## remove everything that was built or installed here (data in SIWEI_HOME stays)
	@rm -rf $(VENV) build *.egg-info webapp/static/dist webapp/frontend/node_modules .mypy_cache .ruff_cache
