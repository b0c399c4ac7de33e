# Two commands: `make demo` to try it, `make test` to check it. `make help` lists the rest.

# The first Python that starts and is of a version we support.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Three times the processors: tests wait for servers most of the time.
WORKERS ?= $(shell expr 3 \* $$(getconf _NPROCESSORS_ONLN))
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Nothing compiled stands between the sources; where CI names a place for it, it is kept there.
export PYTHONDONTWRITEBYTECODE := $(if $(PYTHONPYCACHEPREFIX),,1)

.DEFAULT_GOAL := help
.PHONY: help install demo story run test tests compiled check format screens bench chaos audit lock clean python

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.run ## Try it: the bot, a local Slack and mailboxes in your browser
	@$(BIN)/frontdesk demo $(ARGS)

story: $(VENV)/.run ## The three stories told in the terminal, by the real bot
	@$(BIN)/python -m sandbox.story $(ARGS)

install: $(VENV)/.run ## Virtual environment and dependencies for a real workspace

run: $(VENV)/.run ## Start the bot for a real workspace (settings in .env)
	@$(BIN)/frontdesk run

test: check tests ## Everything: checks and tests

tests: $(VENV)/.dev compiled
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

# Else each worker would compile all of it.
compiled: $(VENV)/.dev
	@test -z "$(PYTHONPYCACHEPREFIX)" || $(BIN)/pytest --collect-only -qq > /dev/null

check: $(VENV)/.dev ## Format, lint, types, import arrows
	@$(BIN)/ruff format --check --quiet . || { echo "Run: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache > build/imports.txt || { cat build/imports.txt; exit 1; }
	@echo "Format, lint, types and imports are in order."

format: $(VENV)/.dev ## Put the code in form
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .

screens: $(VENV)/.dev ## Take the pictures of README and docs anew
	@FRONTDESK_PICTURES=docs/pictures $(BIN)/pytest tests/browser -m browser $(ARGS)

bench: $(VENV)/.dev ## Measure beside the floors and an ordinary build, as ratios
	@$(BIN)/python -m bench $(ARGS)

chaos: $(VENV)/.dev ## Let everything go wrong for a while, then check each promise
	@$(BIN)/python -m tests.chaos $(ARGS)

audit: $(VENV)/.dev ## Licences and hashes; then advisories, which needs the network
	@$(BIN)/pytest tests/security/test_dependencies.py
	@test -x build/audit/bin/pip-audit || { $(PYTHON) -m venv build/audit \
		&& build/audit/bin/pip install --quiet pip-audit; }
	@build/audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock \
		|| { echo "Advisories were found, or could not be asked for: this is no clean bill."; exit 1; }

lock: $(VENV)/.dev ## Choose the newest versions that pyproject.toml allows
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header --no-emit-index-url --upgrade --quiet -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --no-emit-index-url --upgrade --quiet \
		-o requirements-dev.lock

clean: ## Remove what was built, and the demo's data; never what a real desk keeps in var
	@rm -rf $(VENV) build var/demo *.egg-info

# The virtual environment. Each stamp is older than what it was made from, or made again.

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed. Debian/Ubuntu: sudo apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "$(PYTHON) is $$($(PYTHON) -V 2>&1); Python 3.11, 3.12 or 3.13 is needed. Say which: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "Python's venv is missing. Debian/Ubuntu: sudo apt-get install python3-venv"; exit 1; }

$(BIN)/python: | python
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	@test -e $(VENV)/.dev && test $(VENV)/.dev -nt requirements.lock || { \
		echo "Installing what the bot needs (about a minute the first time) …"; \
		$(BIN)/pip install --quiet --require-hashes -r requirements.lock; }
	@$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need (about a minute the first time) …"
	@$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --quiet --no-deps --editable .
	@mkdir -p build
	@touch $@ $(VENV)/.run
