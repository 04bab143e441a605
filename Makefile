# `make run` starts BAMMS, `make test` tests it; `make help` lists all targets.

PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes
WORKERS ?= auto
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses=8 --dist=loadgroup --no-loadscope-reorder
PRODUCTION := DEBUG=off TLS=on SITE_URL=https://example.com ALLOWED_HOSTS=example.com EMAIL_URL=smtp://localhost DEFAULT_FROM_EMAIL=bamms@example.com DATABASE_URL=postgres:///bamms CLAMD_ADDRESS=/run/clamav/clamd.ctl
PO := $(wildcard locale/*/LC_MESSAGES/django.po)

.PHONY: help run test fuzz coverage bench lint format messages compile lock audit
.DELETE_ON_ERROR:

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: $(VENV)/runtime.stamp .env  ## the site with demo data on http://localhost:8000 (another port: PORT=8123)
	@exec $(MANAGE) serve --port $(PORT)

# On SQLite first; then what uses a database on PostgreSQL, when TEST_DATABASE_URL names a server
test: $(VENV)/development.stamp  ## the whole test suite, in parallel
	@command -v chromium >/dev/null || echo "No Chromium found (Debian: apt install chromium): the browser tests are skipped."
	@echo "Tests on SQLite"
	@env -u DATABASE_URL $(PYTEST)
	@if [ -n "$$TEST_DATABASE_URL" ]; then \
		echo "Tests on PostgreSQL"; \
		DATABASE_URL="$$TEST_DATABASE_URL" $(PYTEST) --only-database; \
	else \
		echo "TEST_DATABASE_URL names no PostgreSQL server: tested on SQLite only, without the whole run of check_isolation."; \
	fi

coverage: $(VENV)/development.stamp  ## which lines no test runs
	@env -u DATABASE_URL $(PYTEST) --cov --cov-report=term

fuzz: $(VENV)/development.stamp  ## the property tests with other examples every time, and more of them
	@env -u DATABASE_URL $(PYTEST) -m hypothesis --hypothesis-profile=fuzz

bench: $(VENV)/development.stamp  ## how fast it is, against the bars set for it
	@$(BIN)/python -m pytest -o addopts= -s tests/benchmarks

lint: $(VENV)/development.stamp .env  ## style, layers, templates, missing migrations, safe settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --quiet --lint
	DATABASE_URL=sqlite://:memory: $(MANAGE) makemigrations --check --dry-run
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

format: $(VENV)/development.stamp  ## what lint would ask for and a machine can do
	-$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

# The next two targets need gettext (Debian: apt install gettext); running BAMMS does not
messages: $(VENV)/development.stamp .env  ## gather the sentences to translate; English translates itself
	$(MANAGE) makemessages --locale id --locale en --ignore var --ignore tests --no-location --no-obsolete
	msgen --output-file locale/en/LC_MESSAGES/django.po locale/en/LC_MESSAGES/django.po
	@sed -i '/^"POT-Creation-Date:/d' locale/*/LC_MESSAGES/django.po

compile: $(PO:.po=.mo)  ## make the .mo files, which are committed
%.mo: %.po
	msgfmt --check --statistics --output-file $@ $<

# Extras stay in the lock: an older pip resolves another package's `coverage[toml]` before our pin, to a newer release without a hash
lock: $(VENV)/development.stamp  ## write requirements*.txt anew from requirements*.in
	@command -v uv >/dev/null || { echo "make lock needs uv: pipx install uv"; exit 1; }
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-strip-extras requirements.in -o requirements.txt
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-strip-extras requirements-dev.in -o requirements-dev.txt

# Looks up every locked version at PyPI. Not part of .ci/run: a newly published vulnerability must not block an unrelated change
audit: $(VENV)/development.stamp  ## known faults of the versions that are locked
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements.txt
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements-dev.txt
	cd static/vendor && sha256sum --check --quiet SHA256SUMS

.env:  # with keys generated for this machine; never overwritten
	@umask 077 && $(PYTHON) -m bamms.development > .env.new && mv .env.new .env

$(VENV)/runtime.stamp: requirements.txt | $(BIN)/pip
	@echo "Installing what BAMMS needs into $(VENV) …"
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/development.stamp: requirements-dev.txt | $(BIN)/pip
	@echo "Installing what BAMMS and its tests need into $(VENV) …"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

# On Debian, ensurepip is in the package python3-venv; without it, pip is taken from the package python3-pip-whl
PIP_WHEEL := python3-pip-whl
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "BAMMS needs Python 3.11 or newer. Name another one: make run PYTHON=python3.12"; exit 1; }
	@echo "Making $(VENV) …"
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv $(VENV); else \
		venv=$$PWD/$(VENV) && work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && $(PYTHON) -m venv --without-pip $(VENV) && cd "$$work" && \
		{ apt-get -qq download $(PIP_WHEEL) 2>/dev/null || { apt-get -qq update && apt-get -qq download $(PIP_WHEEL); }; } && \
		dpkg-deb -x $(PIP_WHEEL)*.deb . && wheel=$$(echo usr/share/python-wheels/pip-*.whl) && \
		"$$venv/bin/python" "$$wheel/pip" install --quiet --no-index "$$wheel"; \
	fi || { echo "Python cannot make its virtual environment here: install the package python3-venv, then try again."; exit 1; }
