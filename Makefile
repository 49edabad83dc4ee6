# Everything a developer or a visitor runs. Needs make and Python 3.11 or newer, nothing else.
#
#   make demo         try the program on its example data
#   make test         what must pass before a commit: check, then the quick tests
#   make check        lint, formatting, types, walls
#   make soak         the long runs            make bench    the speed figures
#   make acceptance DATA=folder                the full data files, which are not in this repository
#   make docs         write the tables of the documents anew
#   make wheel        build the wheel          make lock     resolve the locks again (UPGRADE=1: newest versions)

VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest

# A person's own pip settings say where packages come from; those that say where they go would miss the environment.
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PYTHONPATH VIRTUAL_ENV UV_PROJECT_ENVIRONMENT
# The tests start Python hundreds of times: one that keeps no byte code would compile everything each time.
unexport PYTHONDONTWRITEBYTECODE
export PIP_USER := 0
export PIP_REQUIRE_HASHES := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

UV := $(shell command -v uv 2>/dev/null)
ifdef UV
install = $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python
else
install = $(BIN)/python -m pip install --quiet
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check lint types walls quick wheel bench soak acceptance lock docs

help:
	@sed -n 's/^#  \( .*\)/\1/p' Makefile

demo: $(VENV)/run.stamp
	$(BIN)/python -m tui demo

test: check quick

check: lint types walls

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/dev.stamp
	$(BIN)/mypy

walls: $(VENV)/dev.stamp
	$(BIN)/lint-imports

# pytest exits with 5 when it has nothing to run, which is not a failure of the quick and the long tests.
quick: $(VENV)/dev.stamp
	$(PYTEST) -q -n 2 --dist worksteal || [ $$? -eq 5 ]

soak: $(VENV)/dev.stamp
	$(PYTEST) -m soak || [ $$? -eq 5 ]

# Fails, rather than skips, when DATA is not given or lacks a file.
acceptance: $(VENV)/dev.stamp
	ATBAT_ACCEPTANCE_DATA="$(DATA)" $(PYTEST) -m acceptance

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks

wheel: $(VENV)/dev.stamp
	rm -rf dist
	$(BIN)/python -m hatchling build -t wheel -d dist

# Names, versions and hashes alone: no index, host or path, whatever this machine is set to.
compile = $(BIN)/uv --no-config pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade) pyproject.toml

docs: $(VENV)/dev.stamp
	$(BIN)/python -m docs.generate

lock: $(VENV)/dev.stamp
	$(compile) -o requirements.lock >/dev/null
	$(compile) --group dev -c requirements.lock -o requirements-dev.lock >/dev/null

# --- the environment: the lock with its hashes first, then the project itself, which pip cannot hash ---

# The command atbat where nothing that builds is installed: this checkout, from any folder.
define command_of_its_own
$(BIN)/python -c 'import pathlib, sysconfig; place = pathlib.Path(sysconfig.get_path("purelib")); \
  (place / "atbat_checkout.pth").write_text(str(pathlib.Path.cwd()) + "\n", encoding="utf-8")' && \
printf '%s\n' '#!/bin/sh' 'exec "$${0%/*}/python" -P -m tui "$$@"' >$(BIN)/atbat && chmod +x $(BIN)/atbat
endef

$(VENV)/run.stamp: requirements.lock Makefile $(BIN)/python
	$(install) --require-hashes -r requirements.lock
	@$(command_of_its_own)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml $(BIN)/python
	$(install) --require-hashes -r requirements-dev.lock
	@rm -f $(BIN)/atbat
	$(install) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/run.stamp

# The first Python on the PATH that is new enough and, without uv, can make environments (Debian packs that apart).
$(BIN)/python:
	@for python in $(PYTHON) python3 python3.11 python3.12 python3.13 python3.14 python; do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  if [ -n "$(UV)" ]; then "$(UV)" venv --quiet --clear --python "$$(command -v $$python)" $(VENV); exit; fi; \
	  $$python -c 'import ensurepip, venv' 2>/dev/null || { lacking=$$python; continue; }; \
	  $$python -m venv --clear $(VENV); exit; \
	done; \
	if [ -n "$$lacking" ]; then \
	  echo "$$lacking cannot make environments: install its venv package (python3-venv on Debian and Ubuntu), then make again." >&2; \
	else \
	  echo "At Bat needs Python 3.11 or newer: install it, or name one, as in make PYTHON=/path/to/python3.12." >&2; \
	fi; exit 1
