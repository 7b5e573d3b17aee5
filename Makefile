# Needs only make and a Python 3.11-3.13 with venv; everything else is installed here, pinned by hash.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
UV := UV_PYTHON_DOWNLOADS=never .tools/bin/uv
COMPILE := $(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	--python-version 3.11
JOBS ?= auto

.PHONY: demo test lint format bench lock clean screenshots
.DEFAULT_GOAL := demo

demo: .venv/.app            ## Set up and open the bundled sample session
	@$(BIN)/tiebreak demo

test: lint                  ## Set up, lint, type-check, run all tests
	$(BIN)/pytest -n $(JOBS) $(PYTEST_ARGS)

lint: .venv/.dev            ## Style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright --pythonpath $(BIN)/python

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev           ## Run every benchmark; bench/README.md says what the figures mean
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

screenshots: .venv/.dev     ## Draw the pictures of the README again, from the app itself
	$(BIN)/python docs/screenshots.py

lock: .tools/.uv            ## Renew the pinned versions
	echo uv | $(COMPILE) - -o requirements-uv.lock
	printf 'hatchling\neditables\n' | $(COMPILE) - -o requirements-build.lock
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .tools dist

.tools/.uv: requirements-uv.lock
	@test -n "$(PYTHON)" || { echo "Tiebreak needs Python 3.11, 3.12 or 3.13 with the venv module (Debian: apt install python3-venv)."; exit 1; }
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

.venv/.app: .tools/.uv requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(UV) venv --quiet --python "$$(command -v $(PYTHON))" .venv
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock -r requirements-build.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q engine store tui
	@touch $@

.venv/.dev: .venv/.app requirements-dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@
