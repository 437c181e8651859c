# Two commands for everybody: `make demo` and `make test`. The rest is for those who change the code.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

# What is compiled once is kept: a hundred processes of a run would each compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check rules shape format lint types imports templates world verbs sqlite postgres journeys lab bench screenshots docs site browser wheel clean

demo: $(STAMP)
	@$(BIN)/mix demo

$(STAMP): requirements/dev.txt pyproject.toml
	@echo "Making a virtual environment and installing what MIX needs …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "MIX needs Python 3.11 or newer: set PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@awk '/^[^ ]/ { odd = !odd } { print > (odd ? ".venv/half-1.txt" : ".venv/half-2.txt") }' requirements/dev.txt
	@$(MAKE) --no-print-directory -j 2 .venv/half-1 .venv/half-2
	@$(PIP) --editable .
	@touch $(STAMP)

# The lock is whole, so nothing is resolved, and two processes install half of it each.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

.venv/half-%: .venv/half-%.txt
	@$(PIP) --no-compile --require-hashes --requirement $<

# Two processes, file by file in the order of tests/conftest.py.
BY_FILE := -n 2 --dist loadfile --no-loadscope-reorder --durations 20 --durations-min 5

# The world that the tests work on is replayed beside what needs none, and lines are counted there already.
test: $(STAMP)
	@rm -rf .coverage && mkdir .coverage
	@$(MAKE) --no-print-directory -j 2 check world RUN="$(COUNTED)"
	@$(MAKE) --no-print-directory sqlite postgres
	@echo "All checks passed."

RUN := $(BIN)/python -m
COUNTED := $(BIN)/coverage run -m

check: $(STAMP)
	@$(MAKE) --no-print-directory -j 2 types format lint imports templates
	@$(MAKE) --no-print-directory -j 2 rules shape

# Side by side: neither collects what the other runs.
rules: $(STAMP)
	@$(RUN) pytest tests/rules

shape: $(STAMP)
	@$(BIN)/pytest tests/architecture --ignore=tests/architecture/test_site.py

format: $(STAMP)
	@$(BIN)/ruff format --check --quiet .

lint: $(STAMP)
	@$(BIN)/ruff check --quiet .

types: $(STAMP)
	@$(BIN)/mypy

imports: $(STAMP)
	@$(BIN)/lint-imports --no-cache | tail -n 4

templates: $(STAMP)
	@$(BIN)/djangofmt --quiet --check src/mix/web/templates
	@$(BIN)/djlint --quiet --lint src/mix/web/templates
	@$(BIN)/djlint --quiet --lint --profile django src/mix/web/allauth

world: $(STAMP)
	@$(BIN)/python -m tests.worlds

# The lines of rules and actions that their own tests pass through do not become fewer. The gate counts those of rules
# while it checks them; alone, this counts them with a few examples of each property.
FLOOR := 88

verbs: $(STAMP)
	@test -d .coverage || { mkdir .coverage && $(COUNTED) pytest --hypothesis-profile few tests/rules; }
	@$(COUNTED) pytest $(BY_FILE) -m "not lab and (smoke or not journey)" --hypothesis-profile few \
	  tests/actions tests/readers $(BESIDE)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --skip-covered --precision=1 --fail-under=$(FLOOR)
	@rm -rf .coverage

# What `check` ran is not run again: it touches no database. Nor is what PostgreSQL runs where it differs most: verbs,
# which the replayed world, every page and every journey run on SQLite too, and backups, one of which moves the world.
PAST := --ignore=tests/rules --ignore=tests/architecture

sqlite: $(STAMP) browser
	@$(BIN)/pytest $(BY_FILE) -m "not lab and not smoke" $(PAST) --ignore=tests/actions --ignore=tests/readers \
	  --ignore=tests/jobs/test_backup.py tests tests/architecture/test_site.py

# What can differ: verbs, the wall, sealing, the log, backups, the worker, a flood of submissions, one journey.
# `make lab` runs everything on both.
DIFFERS := tests/lab tests/journeys tests/jobs/test_backup.py tests/jobs/test_mail.py tests/jobs/test_watch.py \
  tests/web/test_behind_the_wall.py tests/web/test_uploads.py

postgres: $(STAMP) browser
	@$(BIN)/python tests/with_postgres.py $(MAKE) --no-print-directory verbs BESIDE="$(DIFFERS)"

journeys: $(STAMP) browser
	@$(BIN)/pytest $(BY_FILE) -m "journey and not lab and not smoke" tests/journeys

browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || test -n "$$MIX_CHROMIUM" || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  { echo "The browser journeys need Chromium. On Debian: apt-get install chromium (or set MIX_CHROMIUM to one)"; exit 1; }

lab: $(STAMP) browser
	@$(BIN)/pytest -m lab
	@$(BIN)/pytest $(BY_FILE) -m "not lab" tests/actions tests/readers tests/jobs/test_backup.py
	@$(BIN)/python tests/with_postgres.py env MIX_DEMO=1 MIX_DATA_DIR=$$(mktemp -d) $(BIN)/mix demo --prepare-only
	@$(BIN)/python tests/with_postgres.py $(BIN)/pytest $(BY_FILE) -m "not journey" $(PAST)
	@$(BIN)/python tests/with_postgres.py $(BIN)/pytest -m lab tests/journeys/test_whole.py -k "sprint_challenge and plain"
	@$(BIN)/python -m tests.lab.matrices --count 100000
	@$(BIN)/python -m tests.lab.poison
	@$(BIN)/python -m tests.lab.thief --steps 60000
	@$(BIN)/python -m tests.lab.mutants
	@MIX_LIVES=2000 $(BIN)/pytest tests/actions/market/test_life.py
	@$(BIN)/python -m tests.lab.kill9 --kills 50
	@$(BIN)/python -m tests.lab.stampede --bidders 200
	@$(BIN)/python -m tests.lab.full_disk
	@$(BIN)/python -m tests.lab.soak
	@$(BIN)/python tests/with_postgres.py $(BIN)/python -m tests.lab.kill9 --kills 50 --crash
	@$(BIN)/python tests/with_postgres.py $(BIN)/python -m tests.lab.stampede --bidders 200

bench: $(STAMP)
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

screenshots: $(STAMP) browser
	@$(BIN)/python docs/screenshots.py

wheel: $(STAMP)
	@$(BIN)/python deploy/wheel.py dist

docs: $(STAMP)
	@$(BIN)/mix docs

site: docs
	@$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_site
	@echo "The documentation is in docs/_site/index.html"

clean:
	rm -rf .venv .mix gallery docs/_site
