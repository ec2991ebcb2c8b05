# Everything a fresh machine needs: `make run` opens the program, `make test` proves it. `make help` lists all.
PYTHON ?= python3
DIR ?= agents
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CORE := $(VENV)-core
CORE_READY := $(CORE)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run test lint types contracts tests tests-core bench shots format clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv with the program and its development tools

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

run: setup  ## open the window on agents/ (DIR=path for another directory)
	$(BIN)/ctxstudio --picture build/window.png $(DIR)

test: lint types contracts tests tests-core  ## ruff, mypy, import contracts and all tests

lint: setup  ## check style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup  ## check types
	$(BIN)/mypy

contracts: setup  ## check which package may import which
	$(BIN)/lint-imports --no-cache

tests: setup  ## run all tests, Qt offscreen
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

# Without PySide6: proves that the core needs no Qt.
$(CORE_READY): pyproject.toml
	$(PYTHON) -m venv $(CORE)
	$(CORE)/bin/python -m pip install --quiet --disable-pip-version-check PyYAML filelock platformdirs watchfiles pytest pytest-randomly pytest-timeout hypothesis
	@touch $@

tests-core: $(CORE_READY)  ## run the core's tests in an environment without Qt
	$(CORE)/bin/python -m pytest -p no:cacheprovider --ignore=tests/gui --ignore=tests/bench --ignore=tests/faults/test_killed.py

bench: setup  ## measure the speed goals, write tests/bench/RESULTS.md
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench.run

shots: setup  ## render the screenshots of the documents
	$(BIN)/ctxstudio render agents --out resources/screenshots/window-light.png --theme light
	$(BIN)/ctxstudio render agents --out resources/screenshots/window-dark.png --theme dark

format: setup  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## remove what was made
	rm -rf $(VENV) $(CORE) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
