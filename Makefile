# MechanicHub on a bare machine: it needs Python 3.11 or newer, make and git, and nothing else.

.DEFAULT_GOAL := help
.PHONY: help run test lint bench setup setup-dev

BIN := .venv/bin
# How many processes share out the files of tests.
JOBS ?= 2
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
# The first Python that is new enough; PYTHON=... chooses another one.
ifeq ($(origin PYTHON),undefined)
  PYTHON := $(shell for each in python3 python python3.14 python3.13 python3.12 python3.11; do \
    $$each -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$each && exit; done; echo python3)
endif

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/'

run: setup ## start MechanicHub on http://localhost:8000 (PORT=8001 make run: on another port); Ctrl-C ends all of it
	@exec $(BIN)/python -m mechanichub.embedded

test: setup-dev ## lint and every test, in a real browser too; ARGS="-k chat" chooses
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m tests.coturn
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

lint: setup-dev ## what can be said without running anything
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "Some files are not laid out by \`ruff format\`." >&2; exit 1; }
	@$(BIN)/djlint --quiet templates

bench: setup-dev ## measure what the README says about speed
	@$(BIN)/python -m bench $(ARGS)

setup: # the virtual environment, when it is missing or the requirements changed
	@$(PYTHON) -c '$(NEW_ENOUGH)' 2>/dev/null || { \
	  echo "MechanicHub needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing)." \
	    "Name another one: make run PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) mechanichub/embedded/venv.py requirements.txt

setup-dev: setup
	@$(PYTHON) mechanichub/embedded/venv.py requirements-dev.txt
