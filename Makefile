# Everything a person or CI runs. `make demo` and `make test` need Python 3.11 or newer, venv and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA_DIR ?= .trends
# How many test files run at the same time.
TEST_PROCESSES ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo up test check bench clean

help: ## Show what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

# One stamp per set of extras: installing again is a no-op until pyproject.toml changes.
$(VENV)/.run: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[embedded]'
	@touch $@

$(VENV)/.dev: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run ## Install, start everything here, and watch a topic take off
	@$(BIN)/trends demo

up: $(VENV)/.run ## Run the pipeline on this machine until Ctrl-C (DATA_DIR=.trends)
	@$(BIN)/trends up --data-dir $(DATA_DIR)

test: $(VENV)/.dev ## Run every test this machine can run
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile

check: $(VENV)/.dev ## Lint, types, architecture, dashboards, alert rules and deployment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src services tests benchmarks dashboards/render
	$(BIN)/lint-imports
	$(BIN)/trends grafana check
	$(BIN)/python -m tests.grafana_types
	$(BIN)/hadolint deploy/Dockerfile
	$(BIN)/shellcheck deploy/make-secrets.sh
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml
	$(BIN)/python -m tests.deploy

bench: $(VENV)/.dev ## Measure throughput; ABSTRACTS=file.jsonl.gz with real abstracts
	@test -n "$(ABSTRACTS)" || { echo 'say which: make bench ABSTRACTS=abstracts.jsonl.gz'; exit 2; }
	$(BIN)/python benchmarks/analysis.py $(ABSTRACTS)
	$(BIN)/python benchmarks/end_to_end.py $(ABSTRACTS)

clean: ## Remove the virtual environment and the embedded stack's data
	rm -rf $(VENV) $(DATA_DIR)
