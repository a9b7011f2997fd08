# Two commands do everything on a fresh machine with Python >= 3.11, git and make:
#   make gate   a performance gate of the working tree; options in ARGS="..."
#   make test   every check and every test
# While working, make quick: every check, and the tests that need nothing real.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: gate quick test check hermetic pure system alone lock clean

gate: .venv/gate.stamp
	@$(BIN)/mario-perf gate $(ARGS)

# One after the other, whatever -j says; with -k (--keep-going) all that fails is seen at once.
test:
	@$(MAKE) --no-print-directory -j1 pure system alone

# Every check, and the tests that need nothing real: without the simulations, and with fewer examples.
quick:
	@MARIO_PERF_EXAMPLES=quick $(MAKE) --no-print-directory pure TIER="not simulation"

# All that is nothing but computation, side by side.
pure: .venv/test.stamp
	@$(MAKE) --no-print-directory -j2 check hermetic

# No process, no socket, no real sleep.
hermetic: .venv/test.stamp
	$(PYTEST) -n 2 --dist worksteal --ignore=tests/system -m "$(TIER)" $(ARGS)

# Real processes wait for each other, so more tests than there are cores run side by side: a file each, as it
# plays once and asserts often.
system: .venv/test.stamp
	$(PYTEST) -n 4 --dist loadfile --no-loadscope-reorder -m "not alone" tests/system $(ARGS)

# Where time decides, a test has the machine to itself.
alone: .venv/test.stamp
	$(PYTEST) -m alone tests/system $(ARGS)

check: .venv/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/bin/python:
	@echo "1 of 3: making the virtual environment .venv, once: some seconds"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -m venv .venv

# Counts what pip fetches, and fails if pip did. A package of another platform counts, too: it is left out.
define COUNT
awk -v all="$$(grep -c '==' $<)" -v terminal="$$(test -t 2 && echo 1)" ' \
	BEGIN { line = terminal ? "\r" : "\n" } \
	/^(Collecting|Ignoring|Requirement already)/ { printf "%s  package %d of %d  %-40.40s", line, ++n, all, $$2; fflush() } \
	/^Installing collected/ { printf "%s  unpacking them: up to a minute%-30s", line, ""; fflush() } \
	/^pip failed$$/ { failed = 1 } \
	END { print ""; exit failed }'
endef

# A lock file is complete, so nothing is resolved: pip would take the newest release for "package[extra]".
.venv/%.stamp: requirements/%.txt pyproject.toml | .venv/bin/python
	@echo "2 of 3: installing the packages of $<, once: one to three minutes"
	@{ $(PIP) install --no-deps --require-hashes --requirement $< || echo "pip failed"; } | $(COUNT)
	@echo "3 of 3: installing mario-perf from this folder: some seconds"
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# The lock files: every package of every platform, with hashes. Needs uv; run after editing pyproject.toml.
lock:
	uv pip compile pyproject.toml --group build --universal --generate-hashes --no-header --no-annotate -o requirements/gate.txt
	uv pip compile pyproject.toml --group build --extra test --universal --generate-hashes --no-header --no-annotate -c requirements/gate.txt -o requirements/test.txt
	uv pip compile pyproject.toml requirements/neuroglia.in --group build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/neuroglia.txt
	uv pip compile requirements/tutorials.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/tutorials.txt

clean:
	rm -rf .venv runs
