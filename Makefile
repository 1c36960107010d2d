# Every task in a word; `make` lists them. Set-up happens by itself, into $(VENV).

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test lint fmt types check bench clean

help: ## list the tasks
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 10

demo: $(VENV)/.demo ## see it work: three agents, their headers, their sessions (ARGS=--keep)
	@$(BIN)/helicone-otel demo $(ARGS)

test: $(VENV)/.dev ## run every test (ARGS='-k name' for some)
	@rm -f .coverage .coverage.*
	$(BIN)/python -m coverage run -m pytest $(ARGS)
	@$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --fail-under=$(if $(ARGS),0,95)

lint: $(VENV)/.dev ## check format, style and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

fmt: $(VENV)/.dev ## put the code into its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev ## check types, strictly
	$(BIN)/mypy

check: lint types test ## everything CI runs

bench: $(VENV)/.dev ## measure ingest and header overhead; prints tables
	@PYTHONPATH=tests $(BIN)/python -m bench.ingest
	@PYTHONPATH=tests $(BIN)/python -m bench.headers

clean: ## remove the environment and everything built or cached
	rm -rf $(VENV) .demo build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing what the demo needs into $(VENV) ..."
	@$(PIP) --editable '.[demo]'
	@touch $@

$(VENV)/.dev: $(VENV)/.demo
	@echo "Installing what development needs into $(VENV) ..."
	@$(PIP) --editable '.[dev]'
	@touch $@
