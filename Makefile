# The commands of this project. `make run` and `make test` set up whatever is missing; a second run starts in seconds.
SHELL := /bin/sh
PY := .venv/bin/python

.PHONY: run test check prove bench fix lock help

run: .venv/run ## start everything: the product, its jobs and, without credentials, the sandbox
	@exec $(PY) app.py

test: .venv/dev ## the whole suite, on SQLite and PostgreSQL, in a real browser
	@.ci/tools
	@scratch=$$(.ci/scratch) || exit 1; trap 'rm -rf "$$scratch"' EXIT INT TERM; \
	TMPDIR=$$scratch $(PY) -m pytest -n 3 --dist loadgroup tests

check: .venv/dev ## what CI runs: format, lint, types, import contracts, templates, then the suite
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@.venv/bin/djlint webapp/templates --lint --quiet
	@$(MAKE) --no-print-directory test

prove: .venv/dev ## the long proofs at full count (ONLY=name for one)
	@.ci/tools
	@$(PY) -m tests.prove $(ONLY)

bench: .venv/dev .venv-bench/bench ## benchmarks, ratios interleaved in one run (ONLY=name for one, QUICK=1 for a tenth)
	@.ci/tools
	@$(PY) -m tests.bench $(ONLY) $(if $(QUICK),--quick)

fix: .venv/dev ## format, mend what lint can mend, and write anew what is made from the code: catalogues, docs/causes.md
	@$(PY) -m ruff check --fix -q . ; $(PY) -m ruff format .
	@$(PY) -m tools.catalogue
	@$(PY) -m tools.causes

# Extras stay in the lock: pip refuses `name[extra]` against a bare pin as soon as a newer `name` is published.
LOCK := uv pip compile pyproject.toml --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras
lock: ## write the lock files anew from pyproject.toml (needs uv; UPGRADE=--upgrade for newer versions)
	@$(LOCK) $(UPGRADE) -o requirements/run.txt
	@$(LOCK) $(UPGRADE) --extra fleet -o requirements/fleet.txt
	@$(LOCK) $(UPGRADE) --extra fleet --group dev -o requirements/dev.txt
	@$(subst pyproject.toml,--group pyproject.toml:bench,$(LOCK)) $(UPGRADE) -o requirements/bench.txt

.venv/run: requirements/run.txt
	@.ci/venv run

.venv/dev: requirements/run.txt requirements/dev.txt
	@.ci/venv dev

# What the benchmarks are measured against must not meet the product's own packages.
.venv-bench/bench: requirements/bench.txt
	@.ci/venv bench .venv-bench

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'
