# The verbs of the project. Each of them works as the first command in a fresh clone: it needs python3 (3.11 or
# later), pip and make, and sets up .venv by itself.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# Recorded logs of real centres, which tests and `muster fit` read and the repository does not hold. Where there are
# none, the tests that want them are skipped and say so.
MUSTER_DATA ?= $(abspath $(wildcard ../shared/data))
export MUSTER_DATA

# A folder without a module in it yet is no error, so the list is what is there.
CODE := $(patsubst %/,%,$(sort $(dir $(wildcard $(addsuffix /*.py,optimiser incidents simulation api tests benchmarks)))))

.DEFAULT_GOAL := help
.PHONY: help demo test check bench chaos serve

help: ## Show these verbs
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: $(INSTALLED) ## Compare two procedures on a real city, in a few minutes
	@$(BIN)/muster demo

test: check ## Check, then run every test on two processes
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q -rs
	@MUSTER_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 2 --dist loadfile -q --ignore-glob='*_command*.py' tests/api

check: $(INSTALLED) ## Lint, formatting, types and floors
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy $(CODE)
	@$(BIN)/lint-imports --no-logo

bench: $(INSTALLED) ## Measure speed and quality beside the peers
	@$(BIN)/python -m benchmarks

chaos: $(INSTALLED) ## Kill the live control room 200 times under load, take 100,000 steps with the desk, and count what was lost
	@$(BIN)/python -m benchmarks.chaos --kills 200
	@$(BIN)/python -m benchmarks.machine --steps 100000

serve: $(INSTALLED) ## Start the live control room on this machine
	@$(BIN)/muster serve

# Some distributions ship python3 and pip without the package that puts pip into a new environment.
VENV_WITHOUT_ENSUREPIP = { $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install -q pip; }

# pip installs exactly what the lock names, by hash; the project itself is then linked in without asking the network
# for anything, because the lock holds what builds it as well.
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Muster needs Python 3.11 or later; name one with PYTHON=...") if sys.version_info < (3, 11) else None'
	@echo "Setting up $(VENV) from requirements.lock (once, about a minute)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV) >/dev/null || $(VENV_WITHOUT_ENSUREPIP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
