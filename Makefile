# The commands of this repository. A fresh machine needs Python >= 3.11, git and make.
PYTHON ?= python3
WORKERS ?= auto
export INSTANCE PORT
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test quick check bench install clean

run: install  ## the portal on http://127.0.0.1:8080 (PORT, INSTANCE, DEMO=no)
	@$(BIN)/jalon run $(if $(filter no non,$(DEMO)),,--demo)

test: install  ## install and run every test, browser and PostgreSQL included
	$(BIN)/python -m pytest -n $(WORKERS)

quick: install  ## the inner loop: without the browser, wheels, kills
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow" --ignore=tests/browser

check: install  ## style, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install  ## measure, beside datalogic-py and a lower bound in the same run
	$(BIN)/python tests/bench/bench.py

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml requirements-dev.txt constraints.txt $(wildcard plugins/*/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit("Python >= 3.11 is needed, found " + sys.version.split()[0] + ": name one, for example make PYTHON=python3.12") if sys.version_info < (3, 11) else 0'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) dist
