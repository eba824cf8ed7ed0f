# The doors for people: see README.md. Needs GNU make and Python 3.11, 3.12 or 3.13; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
EVERY := 1
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

unexport PYTHONDONTWRITEBYTECODE
# Container images often set it. The suite, the demo and their dozens of processes would compile every module each time.

.PHONY: help demo serve test crash pairs months check bench format requirements venv313 solution azurite clients chromium clean

help: ## this list
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(STAMP): pyproject.toml requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) (once) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: $(STAMP) ## bill a sample partner for three months, charge, sync, report
	@$(BIN)/python -m local.demo

serve: $(STAMP) ## the same system, left running; Ctrl-C stops it
	@$(BIN)/w365 local up

test: $(STAMP) ## the whole suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile

crash: $(STAMP) ## every crash point of every handler; the suite tries a fifth of them
	@W365_CRASHES=all $(BIN)/python -m pytest -n 2 --dist loadfile -m crash

check: $(STAMP) ## lint, types, import rules, requirements
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tools.requirements --check
	@$(BIN)/python -m tools.tables --check
	@$(BIN)/python -m tools.roles --check
	@$(BIN)/python -m tools.solution --check
	@$(BIN)/python -m tools.ills --check

pairs: $(STAMP) ## kill every handler that moves money at pairs of points: all of them, or EVERY=12 for a twelfth
	@$(BIN)/python -m local.pairs --every $(EVERY)

months: $(STAMP) ## play 2,000 seeded months of everything that can happen to money
	@$(BIN)/python -m local.months

bench: $(STAMP) ## benchmarks; writes build/bench.json
	@$(BIN)/python -m bench

format: $(STAMP) ## mend what a formatter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

requirements: $(STAMP) ## resolve requirements*.txt again from pyproject.toml
	@$(BIN)/python -m tools.requirements --write

venv313: .venv313/.installed ## a Python 3.13 beside this one, for Microsoft's azure-functions-runtime

.venv313/.installed: pyproject.toml requirements-313.txt
	@PY=$$($(PYTHON) -m tools.python313) && $$PY -m venv .venv313
	@.venv313/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-313.txt
	@.venv313/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

solution: $(STAMP) ## the solution package, managed and unmanaged, into build/solution
	@$(BIN)/python -m tools.solution --pack

azurite: $(STAMP) ## Microsoft's storage emulator (needs node), for the tests that hold our queues against it
	@$(BIN)/python -m local.azure.azurite

clients: $(STAMP) ## other people's Dataverse clients, for the tests that hold the local Dataverse against them
	@$(BIN)/python -m tools.public_clients

chromium: $(STAMP) ## the browser that the tests of dialogs and pages drive (Debian, as root)
	@$(BIN)/python -m tools.chromium

clean: ## remove what was made here
	@rm -rf build $(VENV) .venv313 .mypy_cache .ruff_cache .pytest_cache
