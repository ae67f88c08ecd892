# Everything runs in a virtual environment of its own, .venv, made on first use.
# PYTHON chooses the interpreter (3.11 to 3.14).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench gallery report abilities clean

help:
	@echo "make demo    the bundled clip through the whole path, with a live preview"
	@echo "make test    style, types, import rules and all tests"
	@echo "make lint    style, types and import rules alone"
	@echo "make format  put the code in the project's format"
	@echo "make bench   CPU, latency and cadence on the demo clip"
	@echo "make gallery docs/gallery.md: every effect of the shipped packs, moving"
	@echo "make abilities  docs/abilities.md: people, smoking, face attributes, digits (hours; DATA=FOLDER)"
	@echo "make report  how well it recognises: measures, and writes the tables (hours; DATA=FOLDER, JOBS=N)"

# Every rule that needs packages names one of these two stamps.
$(VENV)/.runtime: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "vcam needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python -a -x $(BIN)/pip || \
	  if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv $(VENV); \
	  else $(PYTHON) -m venv --without-pip $(VENV) && \
	    $(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check pip; fi || \
	  { rm -rf $(VENV); echo "No virtual environment could be made: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[demo,dev,train]'
	@touch $@

demo: $(VENV)/.runtime
	@$(BIN)/vcam demo

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: lint
	$(BIN)/vcam weights pull
	$(BIN)/pytest -n $(or $(JOBS),2) --dist loadfile

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.runtime
	$(BIN)/vcam lab bench --seconds 60

abilities: $(VENV)/.dev
	$(BIN)/vcam weights pull
	$(BIN)/python tools/abilities.py measure --data "$(DATA)"

gallery: $(VENV)/.runtime
	$(BIN)/vcam lab gallery docs/gallery --page docs/gallery.md

# DATA: a folder with hands/ and clips/ of photographs and recordings; without, only film is measured.
report: $(VENV)/.dev
	$(BIN)/vcam weights pull
	$(BIN)/python tools/report.py measure --data '$(DATA)' --jobs $(or $(JOBS),1)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
