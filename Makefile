# Two commands for a newcomer: `make demo` and `make test`. `make help` lists all.
# Everything lives in .venv, made on first use and again whenever a lock or the interpreter changes.

PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; print("$(name)" if sys.version_info >= (3, 11) else "")' 2>/dev/null)) python3)
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
SUM := $(firstword $(shell cat requirements.lock bootstrap.lock pyproject.toml | cksum))
STAMP := .venv/.ready-$(SUM)-$(VERSION)
BIN := .venv/bin

# Which tests: `make test MARKS=` runs them all, `make test ARGS=tests/domain` a part of them.
# JOBS: how many at once, each with a database server of its own.
MARKS ?= not slow
ARGS ?=
JOBS ?= auto
SOURCES := app tests $(wildcard bench)

.PHONY: setup demo portal portal-check portal-e2e screenshots test test-slow check conformance clients fuzz bench bench-graphql bench-portal soak torture mutation clean lock help
.DEFAULT_GOAL := help

setup: $(STAMP) ## install everything into .venv, hashes checked

demo: $(STAMP) ## the whole product on simulated customers; Ctrl-C stops it (ARGS="--exit", ARGS="--users 1000")
	@$(BIN)/sua demo $(ARGS)

portal: ## the portal's pages into portal/dist; needs node 20 or newer and npm
	@command -v npm >/dev/null || { echo "make portal needs node 20 or newer and npm" >&2; exit 1; }
	@npm ci --prefix portal --no-audit --no-fund --silent
	@npm run build --prefix portal --silent

portal-check: portal ## lint, types and unit tests of the portal
	@npm run lint --prefix portal --silent
	@npm test --prefix portal --silent

portal-e2e: $(STAMP) portal ## the portal in Chromium against a demo; needs chromium (ARGS="sign-on": files with that in the name)
	@node portal/e2e/run.mjs $(ARGS)

screenshots: $(STAMP) portal ## every screen, light, dark and narrow, into build/screenshots; needs chromium (ARGS="costs skus")
	@node portal/e2e/screenshots.mjs $(ARGS)

test: $(STAMP) ## the fast tests, offline
	@$(BIN)/python -m pytest -m "$(MARKS)" --numprocesses=$(JOBS) --dist=loadfile $(ARGS)

test-slow: MARKS = slow
test-slow: test ## the tests that take long on purpose: kills, volume

check: $(STAMP) ## lint, format, types, rules of import, house rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(SOURCES)
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/house tests/houserules

conformance: $(STAMP) ## the audit of GraphQL over HTTP (61 audits) against the door; needs node and npm
	@command -v npm >/dev/null || { echo "make conformance needs node and npm" >&2; exit 1; }
	@npm ci --prefix tools/conformance --ignore-scripts --no-audit --no-fund --silent
	@$(BIN)/python -m tools.conformance.run

clients: $(STAMP) ## a Python client and TypeScript types of the API, into build/clients; the latter need node and npm
	@test -x tools/clients/.venv/bin/python || $(BIN)/uv venv -q --python $(BIN)/python tools/clients/.venv
	@$(BIN)/uv pip sync -q --python tools/clients/.venv/bin/python --require-hashes tools/clients/generator.lock
	@! command -v npm >/dev/null || npm ci --prefix tools/clients --ignore-scripts --no-audit --no-fund --silent
	@$(BIN)/python -m tools.clients.generate build/clients

fuzz: $(STAMP) ## documents drawn from the contract by schemathesis, against the door (ARGS="--max-examples 1000")
	@test -x tools/fuzzing/.venv/bin/python || $(BIN)/uv venv -q --python $(BIN)/python tools/fuzzing/.venv
	@$(BIN)/uv pip sync -q --python tools/fuzzing/.venv/bin/python --require-hashes tools/fuzzing/schemathesis.lock
	@$(BIN)/python -m tools.fuzzing.run $(ARGS)

bench: $(STAMP) ## one line a figure: name value unit target ok|short
	@$(BIN)/python -m bench $(ARGS)

bench-graphql: $(STAMP) ## the door beside PostGraphile 5 over one database; needs npm, and takes half an hour
	@command -v npm >/dev/null || { echo "make bench-graphql needs npm" >&2; exit 1; }
	@npm ci --prefix tools/bench_graphql --ignore-scripts --no-audit --no-fund --silent
	@$(BIN)/python -m bench.graphql $(ARGS)

bench-portal: $(STAMP) portal ## the portal's screens in Chromium at 10,000 seats; needs chromium, and takes half an hour
	@$(BIN)/python -m bench.portal $(ARGS)

soak: $(STAMP) ## ten simulated days of 50 tenants, all faults on, kills at random (ARGS="--seed 7 --minutes 5")
	@$(BIN)/python -m tests.soak $(ARGS)

torture: $(STAMP) ## everything struck down every two seconds for minutes (ARGS="--profile smoke --seed 7")
	@$(BIN)/python -m tests.torture $(ARGS)

mutation: $(STAMP) ## small faults put one by one into the domain and the tables' folds: how many their tests notice (ARGS="--sample 100 --seed 7")
	@$(BIN)/python -m tools.mutation $(ARGS)

lock: $(STAMP) ## for maintainers: refresh all locks from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml $(LOCKED) --extra embedded --extra dev -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml $(LOCKED) --constraint requirements.lock -o runtime.lock
	echo uv | $(BIN)/uv pip compile - $(LOCKED) -o bootstrap.lock
	$(BIN)/uv pip compile tools/clients/generator.in $(LOCKED) -o tools/clients/generator.lock
	$(BIN)/uv pip compile tools/fuzzing/schemathesis.in $(LOCKED) -o tools/fuzzing/schemathesis.lock
LOCKED = --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

clean: ## remove .venv, caches and the demo's data
	rm -rf build tools/*/.venv tools/*/node_modules portal/dist portal/node_modules portal/src/gql
	rm -rf .venv .sua .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find app tests -name __pycache__ -type d -exec rm -rf {} +

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do printf 'make %-13s %s\n' "$$name" "$$text"; done

# uv is some twenty times faster than pip; where it has no wheel, or cannot find the index pip is configured for,
# pip installs the same lock.
$(STAMP): requirements.lock bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "SUA needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "Python's venv is missing here; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "$(VERSION)")' \
		|| { echo "Making .venv ..."; $(PYTHON) -m venv --clear .venv; }
	@rm -f .venv/.ready-*
	@echo "Installing the locked packages ..."
	@{ $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r bootstrap.lock \
		&& $(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements.lock; } \
		|| { echo "uv cannot install here; pip does it instead."; \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@
