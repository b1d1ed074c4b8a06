# City Twin: everything a newcomer types. `make help` lists it.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
DONE := .setup
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ONLY ?=
PORT ?= 8050

.SILENT:
.DELETE_ON_ERROR:
.PHONY: help run test lint contracts bench shots soak bundle lock clean

help:  ## say what can be made
	sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

run: $(DONE)/packages bundle  ## set up and show the living city at http://127.0.0.1:8050
	$(BIN)/twin demo

test: $(DONE)/dev bundle browser  ## set up and run all tests; what CI runs
	$(BIN)/pytest

lint: style types walls  ## style, types, and the walls between the rooms

# Rooms whose tests start no server and no browser, without what takes long: `make test` builds the wheel, breaks each
# wall in turn, asks every question of other engines' words, makes the dictionary and the meanings, and asks the layers.
QUICK := $(addprefix tests/,nouns engine contracts oracles house layers/test_registry.py)
LONG := $(addprefix --ignore tests/house/test_,wheel.py imports.py sql_travels.py dictionary.py meanings.py)
SHAPES := $(addprefix tests/faces/test_,durations.py formatting.py notation.py profile.py)
NOT_QUICK := browser or slow or soak or hypothesis

check: $(DONE)/dev bundle  ## within a minute, before each commit: lint and the quick tests, side by side
	$(MAKE) --no-print-directory --jobs 2 --keep-going --output-sync=target types walls style quick

.PHONY: check style types walls quick dev
style: $(DONE)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet . || { echo 'To fix: $(BIN)/ruff format .'; exit 1; }

types: $(DONE)/dev
	$(BIN)/pyright

walls: $(DONE)/dev
	$(BIN)/lint-imports

quick: $(DONE)/dev
	$(BIN)/pytest --quiet -m 'not ($(NOT_QUICK))' $(LONG) $(QUICK) $(SHAPES)

dev: $(DONE)/dev bundle  ## a small living city that follows every change of a file; PORT=8050
	$(BIN)/python -m dev --port $(PORT)

contracts: $(DONE)/packages  ## write changed contracts into history and dictionary, or say which migration is missing
	$(BIN)/python -m twin.store.migrations
	$(BIN)/twin contracts > docs/data-dictionary.md

bench: $(DONE)/packages bundle  ## medians of the slow parts; ONLY=name for one
	$(BIN)/twin bench $(if $(ONLY),--only $(ONLY))

shots: $(DONE)/dev bundle browser  ## redraw the pictures of the docs
	$(BIN)/python -m tests.shots

soak: $(DONE)/dev bundle browser  ## the tests that take minutes
	$(BIN)/pytest -m soak

bundle: $(DONE)/node  ## build the map bundle and the fonts into assets/dist
	$(BIN)/python assets/src/bundle.py

LOCK = uv pip compile --universal --generate-hashes --python-version 3.11 --quiet --upgrade --no-emit-index-url --custom-compile-command 'make lock'
lock:  ## settle every version anew (needs uv and npm)
	$(LOCK) pyproject.toml --group build --output-file requirements.lock >/dev/null
	$(LOCK) pyproject.toml --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock >/dev/null
	$(LOCK) --group node --output-file requirements-node.lock >/dev/null
	npm install --package-lock-only --loglevel=error

clean:  ## forget what was set up and built; lakes stay
	rm -rf $(VENV) $(DONE) node_modules assets/dist dist .pytest_cache .ruff_cache .hypothesis

$(VENV)/pyvenv.cfg:
	test -n "$(PYTHON)" || { echo 'City Twin needs Python 3.11 or newer, and this machine has none. On Debian or Ubuntu type: apt-get install python3 python3-venv'; exit 1; }
	echo '1/4 Python environment …'
	$(PYTHON) -m venv $(VENV) >$(VENV).log 2>&1 || { cat $(VENV).log; rm -rf $(VENV) $(VENV).log; \
		echo; echo 'This Python cannot make a virtual environment. On Debian or Ubuntu type: apt-get install python3-venv'; exit 1; }
	rm -f $(VENV).log

$(DONE)/packages: requirements.lock pyproject.toml hatch_build.py $(VENV)/pyvenv.cfg
	echo '2/4 Python packages (some 300 MB, once) …'
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	mkdir -p $(DONE) && touch $@

$(DONE)/dev: requirements-dev.lock $(DONE)/packages
	echo '2/4 packages for the tests …'
	$(PIP) install --require-hashes -r requirements-dev.lock
	touch $@

$(DONE)/node: requirements-node.lock package-lock.json $(DONE)/packages
	echo '3/4 map bundle and fonts …'
	$(BIN)/python assets/src/bundle.py --has-node || $(PIP) install --require-hashes -r requirements-node.lock
	touch $@

.PHONY: browser
browser:
	.ci/browser
