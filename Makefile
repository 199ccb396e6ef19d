# Two commands are enough: `make demo` to see Laban, `make test` to trust it. `make help` lists the rest.
# Another Python than python3:           make PY=python3.12 demo
# Only some tests, or pytest's options:  make test TESTS="tests/unit -k progress"
# One test process instead of several:   make test WORKERS=0

PY ?= python3
WORKERS ?= logical
TESTS ?=
OUT ?= var/preview.html

BIN := .venv/bin
# A Python named on the command line is meant: an environment made with another one is replaced.
NAMED := $(if $(filter file,$(origin PY)),,--this-python)

.PHONY: help setup dev browser demo demo-reset test test-anonymity check bench preview lock
.DEFAULT_GOAL := help

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

setup: ## .venv with what Laban needs to run; afterwards .venv/bin/laban works
	@command -v $(PY) >/dev/null || { echo "There is no $(PY) here. Laban needs Python 3.11 or newer; name yours: make PY=python3.12"; exit 1; }
	@$(PY) bootstrap.py runtime $(NAMED)

dev:
	@command -v $(PY) >/dev/null || { echo "There is no $(PY) here. Laban needs Python 3.11 or newer; name yours: make PY=python3.12"; exit 1; }
	@$(PY) bootstrap.py dev $(NAMED)

browser: dev
	@$(BIN)/python bootstrap.py browser

demo: setup ## a sample company in a web chat on this machine; what was said is kept
	@$(BIN)/laban demo

demo-reset: setup ## the same from the beginning
	@$(BIN)/laban demo --reset

test: browser ## all tests, a real PostgreSQL and a real browser included
	@$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses=4 $(TESTS)

test-anonymity: dev ## only the proofs of what is promised about unsigned notes, with their report; `make check` has them, too
	@$(BIN)/python -m pytest -q -n $(WORKERS) --maxprocesses=4 tests/anonymity tests/architecture/test_imports.py \
		-k "not test_imports or must_not or anonymous or unsigned"

check: dev ## format, lint, types, import rules, then all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

bench: dev ## how fast it is, each figure beside the floor measured in the same run
	@$(BIN)/python -m benchmarks

preview: setup ## every message in every language as every platform shows it, one page: OUT=var/preview.html
	@mkdir -p $(dir $(OUT))
	@$(BIN)/laban preview $(OUT)

lock: ## new locks from pyproject.toml (UPGRADE=1: newest versions); needs uv
	@$(PY) bootstrap.py lock $(if $(UPGRADE),--upgrade)
