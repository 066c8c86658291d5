# Every target works from a fresh clone: what it needs is made first, and left alone while it is up to date.
# Another interpreter: make test PYTHON=python3.12

PYTHON ?= python3
PROGRAMS ?= 100000
CASES ?= 20000
SEED ?= 0
SECONDS ?= 3600
LATER ?= 2027-04-01
PYTHONS ?= python3.11 python3.12 python3.13

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# What was compiled is kept, whatever the caller says: the tests start hundreds of interpreters.
export PYTHONDONTWRITEBYTECODE :=

DURABLE := $(shell sed -n 's/^durable = \["\(.*\)"\]$$/\1/p' pyproject.toml)
# durable-rules calls a function that Python 3.13 took away; this names the one that took its place. Where the old one
# is still there, it changes nothing. (CFLAGS would not do: its setup.py overwrites them.)
export CPPFLAGS := $(CPPFLAGS) -DPyEval_CallObject=PyObject_CallObject

BIN := .venv/bin
# The environment belongs to one folder and one interpreter; where either changes it is made anew.
MADE_FOR := $(shell { pwd; $(PYTHON) -VV; } 2>&1 | cksum | cut -d' ' -f1)
VENV := .venv/made-for-$(MADE_FOR)
READY := .venv/ready-$(MADE_FOR)
READY_DEV := .venv/ready-dev-$(MADE_FOR)
READY_BENCH := .venv/ready-bench-$(MADE_FOR)

# A wheel that pip built without the flag, and keeps in its cache, installs on 3.13 but cannot be imported.
IMPORTABLE = $(BIN)/python -c 'import durable_rules_engine' 2>/dev/null || \
  $(BIN)/python -m pip install -qq --no-deps --no-cache-dir --force-reinstall '$(DURABLE)'

.DEFAULT_GOAL := help
.PHONY: help demo checker conformance catalogue setup test later cover lint format bench fuzz site wheels check-install clean

help:
	@echo "make demo    answer one real profile, in English and in Korean"
	@echo "make test    lint, types, layers and the tests; CLOCK=2027-04-01 runs them as if that day had come"
	@echo "make later   the tests that decide, on a later day: CLOCK=$(LATER)"
	@echo "make cover   the tests with their coverage, which takes twice as long"
	@echo "make lint    the same without the tests"
	@echo "make format  put the code in its format"
	@echo "make bench   run all benchmarks, and install what they compare with (ten minutes)"
	@echo "make fuzz    compare the two evaluators on PROGRAMS=$(PROGRAMS) random programs, and try CASES=$(CASES) changed"
	@echo "             files, traces and worlds, from SEED=$(SEED) on, for SECONDS=$(SECONDS) each at most"
	@echo "make checker build llmrules-check.pyz, which checks traces with nothing installed"
	@echo "make conformance  write the cases that checkers are measured by anew"
	@echo "make catalogue DATE=2026-12-07 FILES=FOLDER  make the dated catalogue from the one before and public files"
	@echo "make site    build the pages of docs/ as a site, in build/site"
	@echo "make wheels  build llmrules and durable-rules in dist, to install where there is no compiler"
	@echo "make check-install  try each way of docs/install.md on PYTHONS=\"$(PYTHONS)\""
	@echo "make setup   only make .venv, with everything for development"
	@echo "make clean   remove whatever the others made"

demo: $(READY)
	@$(BIN)/llmrules decide examples/hospital-records.toml
	@echo
	@$(BIN)/llmrules decide examples/hospital-records.toml --lang ko

setup: $(READY_DEV)

test: lint
	tests/install_tools.sh
	$(BIN)/pytest --numprocesses auto --dist worksteal

# What decides, and names what it chooses from: retirements and prices of that day must not turn it red.
later: $(READY_DEV)
	CLOCK=$(LATER) $(BIN)/pytest --numprocesses auto tests/test_advisor.py tests/test_cli.py tests/test_register.py \
	  tests/test_governance.py tests/test_examples.py tests/test_case_runner.py

cover: $(READY_DEV)
	tests/install_tools.sh
	$(BIN)/pytest --numprocesses auto --dist worksteal --cov --cov-report=term

lint: $(READY_DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(READY_DEV)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY_BENCH)
	$(BIN)/python -m benchmarks.decide
	$(BIN)/python -m benchmarks.verify
	$(BIN)/python -m benchmarks.catalog
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.prove
	$(BIN)/python -m benchmarks.advice
	$(BIN)/python -m benchmarks.outcomes
	$(BIN)/python -m benchmarks.peers

fuzz: $(READY_DEV)
	$(BIN)/python -m tests.fuzz_engine --programs $(PROGRAMS) --seed $(SEED) --seconds $(SECONDS)
	$(BIN)/python -m tests.fuzz files --count $(CASES) --seed $(SEED) --seconds $(SECONDS)
	$(BIN)/python -m tests.fuzz traces --count $(CASES) --seed $(SEED) --seconds $(SECONDS)
	$(BIN)/python -m tests.fuzz worlds --count $(CASES) --seed $(SEED) --seconds $(SECONDS)
	$(BIN)/python -m tests.fuzz whole --count $(CASES) --seed $(SEED) --seconds $(SECONDS)
	$(BIN)/python -m tests.fuzz every --count $(PROGRAMS) --seed $(SEED) --seconds $(SECONDS)

checker: $(READY)
	$(BIN)/python -m llmrules.verify.bundle llmrules-check.pyz

conformance: $(READY_DEV)
	$(BIN)/python -m tests.conformance

catalogue: $(READY_DEV)
	$(BIN)/python -m tools.catalogue $(DATE) $(FILES)

site: $(READY_DEV)
	$(BIN)/sphinx-build --quiet --fresh-env --fail-on-warning --keep-going docs build/site

# One wheel of durable-rules for this Python and all later ones: its C code keeps to the limited API, though its setup.py
# does not know it. So three things are said from outside: the macro, the suffix of the extension and the tag. Not for
# an earlier Python: from 3.12 on the headers no longer count references to None, and 3.11 would run out of them.
wheels: LIMITED := $(shell $(PYTHON) -c 'import sys; print("0x%02x%02x0000" % sys.version_info[:2])')
wheels: TAG := $(shell $(PYTHON) -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
wheels: $(READY_DEV)
	$(BIN)/python -m build --outdir dist
	CPPFLAGS="$(CPPFLAGS) -DPy_LIMITED_API=$(LIMITED)" SETUPTOOLS_EXT_SUFFIX=.abi3.so \
	  $(BIN)/python -m pip wheel --quiet --no-deps --no-cache-dir --no-binary durable-rules --use-pep517 \
	  --config-settings=--build-option=--py-limited-api=$(TAG) --wheel-dir dist '$(DURABLE)'

check-install: wheels
	$(BIN)/python -m tests.check_install $(PYTHONS)

clean:
	rm -rf .venv benchmarks/peers/node_modules build dist llmrules-check.pyz .coverage .coverage.* htmlcov .hypothesis
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "llmrules needs Python 3.11 or later. Name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@touch $@

$(READY): pyproject.toml | $(VENV)
	$(BIN)/python -m pip install -qq --editable '.[durable]'
	@$(IMPORTABLE)
	@touch $@

$(READY_DEV): pyproject.toml | $(VENV)
	$(BIN)/python -m pip install -qq --editable '.[dev,durable,site]'
	@$(IMPORTABLE)
	@touch $(READY) $@

$(READY_BENCH): pyproject.toml benchmarks/peers/package.json $(READY_DEV)
	$(BIN)/python -m pip install -qq --editable '.[bench]'
	@if command -v npm >/dev/null; then npm install --prefix benchmarks/peers --no-package-lock --no-audit --no-fund --silent; \
	  else echo "There is no npm, so json-rules-engine is left out of the benchmark of peers."; fi
	@touch $@
