# Consort. Needs Python 3.11, Node 20 or newer, npm and make; everything else is installed into this folder.
#   make setup    make test    make demo    make help

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Python 3.11 by its own name, else whatever python3 is; `make PYTHON=/path/to/python3.11 setup` overrides.
PYTHON ?= $(or $(shell command -v python3.11),$(shell command -v python3),python3.11)

VENV := .venv
BIN := $(VENV)/bin
# Stamps lie inside what they stand for, so that deleting a folder is enough to have it made again.
PIP_DONE := $(VENV)/.packages-installed
NPM_DONE := node_modules/.packages-installed
WEB_DONE := web/node_modules/.packages-installed
WEB_TESTS_DONE := web/node_modules/.tests-installed
CONSORT_DONE := $(VENV)/.consort-installed
DOCS_DONE := .build/docs/.packages-installed
PROVE_DONE := .build/prove/.packages-installed
MUTMUT_DONE := .build/mutants/.packages-installed
BROWNIE_DONE := .build/home/.brownie-installed

.PHONY: help setup test lint prove mutants demo gas bench soak bindings abi page theory wheel docs lock clean distclean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

setup: $(CONSORT_DONE) $(BROWNIE_DONE) ## install everything, into this folder only (repeated: nothing to do)
	@echo "Set up: $(BIN)/consort, $(BIN)/brownie, $(BIN)/pytest"

test: setup $(WEB_TESTS_DONE) $(PROVE_DONE) ## style, types, all tests; ends with the totals (ARGS=--long: all random auctions)
	@$(BIN)/python tools/check.py $(ARGS)

lint: setup ## style and types only
	@$(BIN)/python tools/check.py --lint

prove: setup $(PROVE_DONE) ## invariants after long random histories, and what is proved for all inputs (ARGS=--long, --only PART)
	@$(BIN)/python -m proofs $(ARGS)

mutants: setup $(if $(filter --model,$(ARGS)),$(MUTMUT_DONE)) ## one thing wrong each: do the tests notice? (ARGS=--model, --sample N --seed S, --file NAME, --all)
	@$(BIN)/python -m tools.$(if $(filter --model,$(ARGS)),model_mutants $(filter-out --model,$(ARGS)),mutants $(ARGS))

demo: setup ## a whole ConstitutionDAO-style auction on a local chain
	@$(BIN)/consort demo

gas: setup ## what each step costs a member in gas (ARGS=--write renews the snapshot)
	@$(BIN)/python -m benchmarks.gas $(ARGS)

bench: setup ## how fast it is, beside what it is measured against (ARGS=--json: figures only)
	@$(BIN)/python -m benchmarks.speed $(ARGS)

soak: setup ## an hour of simulated lots with keepers killed and the node restarted (some 20 minutes; ARGS=--help)
	@$(BIN)/python -m benchmarks.soak $(ARGS)

bindings: setup ## write the enumerations and constants of the contracts in Python anew
	@$(BIN)/python -m offchain.bindings.generate

theory: setup ## measure the theorems and write the tables of docs/theory.md and docs/composing.md anew
	@$(BIN)/python -m tools.write_theory
	@$(BIN)/python -m tools.write_composing

abi: setup ## ABIs and bytecode for other programs: build/abi, and the npm package packages/contracts
	@$(BIN)/python -m tools.write_abi

page: abi $(WEB_DONE) ## the web page, into build/page: static files that any host can serve
	@cd web && node build.mjs

wheel: page ## a wheel that works outside the checkout, into dist (contracts and page inside)
	@$(BIN)/python -m tools.build_wheel

docs: setup $(DOCS_DONE) ## the documentation site, into build/site: pages, glossary, contracts, Python
	@$(BIN)/python -m tools.site.stage
	@NO_MKDOCS_2_WARNING=1 .build/docs/bin/mkdocs build --clean -f tools/site/mkdocs.yml >build/docs.log 2>&1 \
	  || { grep -v ^INFO build/docs.log >&2; exit 1; }
	@echo "build/site/index.html"

lock: ## write requirements.lock anew from pyproject.toml
	@sh tools/lock.sh "$(PYTHON)"

clean: ## remove what builds, tests and reports leave behind
	rm -rf build packages/contracts/dist web/.tests .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find offchain tests scripts tools benchmarks proofs -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean ## remove the installed packages too (Brownie's accounts in .build/home stay)
	rm -rf $(VENV) .build/docs .build/prove .build/mutants node_modules web/node_modules web/.browser .solc consort.egg-info $(BROWNIE_DONE)

# The steps of `make setup`.

# Asked for when there is no working interpreter in it: none yet, or the one it was made of is gone.
.PHONY: $(VENV) FORCE
$(VENV):
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	  || { echo "Consort needs Python 3.11, and '$(PYTHON)' is not it. Install it, or: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear $(VENV) \
	  || { echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu: apt-get install python3.11-venv" >&2; exit 1; }

$(PIP_DONE): requirements.lock
	@$(BIN)/python -c 'import pip, ssl' 2>/dev/null || $(MAKE) --no-print-directory $(VENV)
	@echo "Python packages: into $(VENV) (about a minute the first time)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps -r requirements.lock
	@touch $@

$(CONSORT_DONE): $(PIP_DONE) pyproject.toml
	@echo "Consort itself: into $(VENV), editable"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(NPM_DONE): package.json package-lock.json .npmrc tools/nothing/package.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null \
	  || { echo "Consort needs Node 20 or newer, and 'node' is missing or older." >&2; exit 1; }
	@npm --version >/dev/null 2>&1 || { echo "Consort needs npm (it comes with Node)." >&2; exit 1; }
	@echo "npm packages: into node_modules (compiler, nodes, OpenZeppelin, Solidity style, houses of others)"
	@npm ci --no-progress --loglevel=error
	@touch $@

$(BROWNIE_DONE): $(PIP_DONE) $(NPM_DONE) brownie-config.yaml $(wildcard tools/*brownie*) tools/solc.js $(if $(wildcard .solc/*),,FORCE)
	@echo "Brownie: a home and networks of its own, in .build/home"
	@$(BIN)/python tools/install_brownie.py
	@touch $@

# Not `mkdocs --quiet`, which would not count what it does not show, and so be strict about nothing.
# An environment of its own: what the site is made with has nothing to do with what Consort runs on.
$(DOCS_DONE): requirements-docs.lock
	@"$(PYTHON)" -m venv .build/docs
	@echo "Python packages of the documentation: into .build/docs"
	@.build/docs/bin/python -m pip install -qq --disable-pip-version-check --no-deps -r requirements-docs.lock
	@touch $@

# Another one for what proves: the provers want other versions of the same libraries.
$(PROVE_DONE): requirements-prove.lock
	@"$(PYTHON)" -m venv .build/prove
	@echo "Provers and analysers: into .build/prove (300 MB)"
	@.build/prove/bin/python -m pip install -qq --disable-pip-version-check --no-deps -r requirements-prove.lock
	@touch $@

# And one for mutants of the model, on top of the first: it sees what lies in $(VENV).
$(MUTMUT_DONE): requirements-mutants.lock
	@"$(PYTHON)" -m venv .build/mutants
	@echo "mutmut: into .build/mutants"
	@.build/mutants/bin/python -m pip install -qq --disable-pip-version-check --no-deps -r requirements-mutants.lock
	@echo "$(CURDIR)/$(VENV)/lib/python3.11/site-packages" >.build/mutants/lib/python3.11/site-packages/under.pth
	@touch $@

# What the page is built of; a browser and what tests it come along with the tests only.
$(WEB_DONE): web/package.json web/package-lock.json web/.npmrc packages/contracts/package.json
	@echo "npm packages of the page: into web/node_modules"
	@cd web && npm ci --omit=dev --no-progress --loglevel=error
	@touch $@

$(WEB_TESTS_DONE): web/package.json web/package-lock.json web/.npmrc packages/contracts/package.json
	@echo "npm packages that test the page, a browser of 66 MB among them: into web/node_modules"
	@cd web && npm ci --no-progress --loglevel=error
	@touch $(WEB_DONE) $@
