# Set-up and daily work from a fresh clone. Needs make and Python 3.11 or newer with venv, nothing else.
# Written for GNU Make 3.81 too, which macOS ships.

PYTHON ?= python3
PY := .venv/bin/python
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes

# The pinned tzdata decides what time it is in Astana, not the machine's own, perhaps older, zones.
export PYTHONTZPATH :=

.PHONY: help demo test check proof bench words run pins

help:  ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile

demo: .venv/.runtime  ## Try the bot in the browser: no token, no account
	@$(PY) -m bot demo $(ARGS)

test: .venv/.dev  ## Run the tests (ARGS="-k seats" for some of them)
	@$(PY) -m pytest $(ARGS)

check: .venv/.dev  ## Format, lint, types, catalogs
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -m pytest --quiet tests/locales

proof: .venv/.dev  ## Prove what is promised, with real processes (PROOF="storm order" for some, ARGS="--short")
	@$(PY) -m tests.proof $(PROOF) $(ARGS)

bench: .venv/.dev  ## Measure taps, bookings and reminders on this machine
	@$(PY) -m tests.benchmarks $(ARGS)

words: .venv/.runtime  ## Collect the sentences from the code and bring the catalogs up to date
	@$(PY) -m babel.messages.frontend --quiet extract --mapping-file=pyproject.toml --add-location=file \
		--add-comments=Translators: --strip-comments --keywords=said --project=library-visit-bot --version=0 \
		--header-comment='# Sentences of the library visit bot. See locales/README.md.' \
		--output-file=.venv/bot.pot .
	@sed '/^"POT-Creation-Date/d' .venv/bot.pot > locales/bot.pot
	@for code in en kk ru; do \
		$(PY) -m babel.messages.frontend --quiet update --input-file=locales/bot.pot --output-dir=locales \
			--domain=bot --locale=$$code --init-missing --no-fuzzy-matching --ignore-obsolete \
			--ignore-pot-creation-date || exit 1; \
	done

run: .venv/.runtime  ## Run the bot with the settings of .env
	@$(PY) -m bot run

# Resolved on the oldest Python we support, so that nothing 3.11 needs is left out on a newer one, and only
# from releases that have been public for a week. Hashes of all files, so that they hold on every platform.
PINS_PYTHON ?= python3.11
PINS_BEFORE ?= $(shell $(PYTHON) -c "import datetime as d; print((d.datetime.now(d.timezone.utc) - d.timedelta(7)).date())")
PIP_COMPILE = CUSTOM_COMPILE_COMMAND='make pins' .pins/bin/pip-compile --no-config --quiet --upgrade --generate-hashes \
	--strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	--no-emit-options --uploaded-prior-to=$(PINS_BEFORE)T00:00:00Z

pins: .pins/.ready  ## Renew requirements*.txt from pyproject.toml
	@$(PIP_COMPILE) --output-file=requirements.txt pyproject.toml
	@$(PIP_COMPILE) --output-file=requirements-dev.txt --extra=dev --constraint=requirements.txt pyproject.toml

.pins/.ready:
	@$(PINS_PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "The pins are made on Python 3.11: make pins PINS_PYTHON=/path/to/python3.11"; exit 1; }
	@$(PINS_PYTHON) -m venv .pins
	@.pins/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=26.1'
	@.pins/bin/python -m pip install --quiet --disable-pip-version-check 'pip-tools~=7.6.2'
	@touch $@

# Makes .venv where there is none that works, or says in one line what is missing and stops.
define VENV
	@$(PY) -m pip --version >/dev/null 2>&1 || { \
		command -v $(PYTHON) >/dev/null || \
			{ echo "There is no $(PYTHON). Run: apt install $(notdir $(PYTHON)) $(notdir $(PYTHON))-venv"; exit 1; }; \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
			{ echo "$$($(PYTHON) --version) is too old, 3.11 or newer is needed. Run: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }; \
		$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
			{ echo "$(PYTHON) cannot make a virtual environment. Run: apt install $(notdir $(PYTHON))-venv"; exit 1; }; \
		$(PYTHON) -m venv --clear .venv; }
endef

.venv/.runtime: requirements.txt
	$(VENV)
	@echo "Installing what the bot needs into .venv, once"
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt requirements.txt
	$(VENV)
	@echo "Installing what the bot and its tests need into .venv, once"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch .venv/.runtime $@
