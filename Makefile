# Each target sets up what it needs in a virtual environment of its own, and again when pyproject.toml changes.
#   make PYTHON=python3.12 ...    another interpreter than python3
#   make VENV=/path ...           another place for the environment than .venv

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

BIN := $(VENV)/bin
# Made when an environment can run ios-emu, and when it can also test it.
RUN_READY := $(VENV)/run.stamp
TEST_READY := $(VENV)/test.stamp

PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
CACHES := .benchmarks .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist

.PHONY: help run test check judges bench docs clean

help:
	@echo 'make run      open ios-emu in this terminal (ARGS="..." are its arguments)'
	@echo 'make test     run the tests and the transcripts'
	@echo 'make check    lint, format, types, and the directions of the imports'
	@echo 'make judges   let independent programs judge; all of them must be there'
	@echo 'make bench    measure the budgets'
	@echo 'make docs     write COMMANDS.md, the table of commands, from the grammar'
	@echo 'make clean    remove the environment, caches and what was built'

run: $(RUN_READY)
	@$(BIN)/ios-emu $(ARGS)

test: $(TEST_READY)
	$(BIN)/python -m pytest -q tests transcripts --ignore=tests/benchmarks $(ARGS)

check: $(TEST_READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict ios_emu
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_house.py

judges: $(TEST_READY)
	PYTHON=$(BIN)/python tests/judges/install
	IOS_EMU_JUDGES=required $(BIN)/python -m pytest -q tests/judges $(ARGS)

bench: $(TEST_READY)
	$(BIN)/python -m pytest -q -s tests/benchmarks $(ARGS)

docs: $(RUN_READY)
	$(BIN)/python -m ios_emu.cli.command_table >COMMANDS.md.new
	mv COMMANDS.md.new COMMANDS.md

clean:
	rm -rf $(VENV) $(CACHES)
	find ios_emu tests -type d -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("$(PYTHON) is Python %d.%d, and \
	ios-emu needs 3.11 or newer: name one, as in: make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

$(RUN_READY): pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable .
	@touch $@

# What can test can also run.
$(TEST_READY): pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable '.[test]'
	@touch $(RUN_READY) $@
