# Everything starts here: `make demo` to see it, `make test` and `make check` to work on it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check lock translations clean

demo: $(READY)  ## four made-up creditors, a day run, the page at http://localhost:8000
	$(BIN)/recaudo demo $(ARGS)

test: $(READY)  ## every test, on a real PostgreSQL; ARGS goes to pytest
	$(BIN)/python -m tools.testing $(ARGS)

check: $(READY)  ## what the machine can judge without running the product
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.translations --check
	$(BIN)/python -m tools.checks

lock: $(READY)  ## renew requirements.lock from requirements.in (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-annotate requirements.in -o requirements.lock

translations: $(READY)  ## add new sentences to the catalogues, ready to be translated
	$(BIN)/python -m tools.translations

clean:
	rm -rf $(VENV) .recaudo .mypy_cache .ruff_cache .pytest_cache

$(READY): requirements.lock pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)
