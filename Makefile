# Two commands are enough on a fresh machine: `make run` and `make test`. Everything else is for working on stcore.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test lint type bench docs features demo picture lock clean

run: $(STAMP)
	$(BIN)/stcore serve $(ARGS)

# Tests start the program in many processes: byte code beforehand, for machines where Python is told to keep none.
# Files in order: with the most tests first, the few long ones of browser and faults would come last.
test: $(STAMP) lint type
	$(BIN)/python -m compileall -q stcore plugins
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

type: $(STAMP)
	$(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(STAMP)
	$(BIN)/python -m stcore.testing docs

features: $(STAMP)
	$(BIN)/python -m stcore.testing features $(ARGS)

demo: $(STAMP)
	$(BIN)/python -m stcore.testing demo $(ARGS)

picture: $(STAMP)
	$(BIN)/python -m stcore.testing screenshot docs/page.png

# The lock carries versions only, never a registry's address.
lock: $(STAMP)
	$(BIN)/uv pip compile --quiet --no-header --no-annotate --no-emit-index-url --group dev pyproject.toml -o constraints.txt

# uv is quick; where it cannot be had or its resolver fails, pip does the same. Byte code is compiled because the
# start-up budget is measured with it.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv || true
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --system-certs --compile-bytecode -c constraints.txt --group dev -e . \
	  || { $(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' \
	  && $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group dev -e .; }
	touch $(STAMP)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
