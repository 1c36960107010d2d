# Every task in a word; `make` lists them. Set-up happens by itself, into $(VENV).

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-node lint fmt types check mutants example bench profile matrix soak record-fixtures clean

help: ## list the tasks
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 10

demo: $(VENV)/.demo ## see it work: three agents, their headers, their sessions (ARGS=--keep)
	@$(BIN)/helicone-otel demo $(ARGS)

test: $(VENV)/.dev ## run every test (ARGS='-k name' for some)
	@rm -f .coverage .coverage.*
	$(BIN)/python -m coverage run -m pytest --numprocesses 2 $(ARGS)
	@$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --fail-under=$(if $(ARGS),0,95)

test-node: $(VENV)/.dev ## run stock Node exporters against the server (needs node and npm)
	@cd tests/node && npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error
	$(BIN)/python -m pytest tests/node $(ARGS)

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

mutants: $(VENV)/.dev ## change the meaning of spans in small ways; a test must notice (ARGS=mapping.usage for one module)
	@PYTHONPATH=tests $(BIN)/python -m mutation $(ARGS)

example: $(VENV)/.dev ## run examples with all they need, show their sessions (ARGS=batch_job)
	@$(BIN)/python examples/run.py $(ARGS)

bench: $(VENV)/.dev ## measure ingest, header overhead and questions; prints tables
	@PYTHONPATH=tests $(BIN)/python -m bench.ingest
	@PYTHONPATH=tests $(BIN)/python -m bench.headers
	@PYTHONPATH=tests $(BIN)/python -m bench.queries

profile: $(VENV)/.dev ## profile ingest: the CPU of each stage, then cProfile of reading and writing
	@PYTHONPATH=tests $(BIN)/python -m bench.stages

matrix: $(VENV)/.dev ## try every SDK in environments of their own; rewrites examples/README.md (ARGS=--newest)
	@PYTHONPATH=tests $(BIN)/python -m matrix $(ARGS)

soak: $(VENV)/.dev ## kill the server 200 times under load; nothing may be lost (ARGS=20 for fewer)
	@PYTHONPATH=tests $(BIN)/python -m soak.crashes $(or $(ARGS),200)

record-fixtures: $(VENV)/.dev ## record what real packages emit now (ARGS=name for some; needs the network)
	@PYTHONPATH=tests $(BIN)/python -m fixtures.record --environments .fixture-environments $(ARGS)

clean: ## remove the environment and everything built or cached
	rm -rf $(VENV) .demo tests/node/node_modules build dist mutants .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

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
