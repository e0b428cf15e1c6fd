# Every target sets up what it needs. `make` alone explains itself.
.DEFAULT_GOAL := help
.PHONY: help setup run test check unit contract scenarios e2e bench protos golden migration image k8s-render
PY := .venv/bin/python
PYTEST := .venv/bin/python -m pytest
SEED ?= 20180730

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}'

setup: ## Make .venv with everything that is needed
	@deploy/bootstrap.sh

run: setup ## Start the whole system in one process, with the demo loaded
	@given=$$(export -p); set -a; [ ! -f .env ] || . ./.env; eval "$$given"; MINGZHANG_DEMO_SIZE=$${MINGZHANG_DEMO_SIZE-s} exec .venv/bin/mingzhang serve

test: setup check contract scenarios e2e ## All tiers: check and unit, contract, scenarios, e2e

check: setup ## Format, lint, types, walls, contracts and unit tests
	@.venv/bin/ruff format --check --quiet . || (echo "run: .venv/bin/ruff format ." && false)
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@deploy/buf.sh
	@$(MAKE) --no-print-directory unit

unit: setup
	@$(PYTEST) -q -n 2 --dist loadfile tests/unit tests/test_tidy.py

contract: setup
	@deploy/rabbitmq.sh
	@$(PYTEST) -q tests/contract

scenarios: setup
	@$(PYTEST) -q -n 2 tests/scenarios --seeds $(SEED)

e2e: setup
	@deploy/rabbitmq.sh
	@$(PYTEST) -q -n 2 tests/e2e

bench: setup ## Measure the budgets; writes build/bench.json
	@$(PY) -m tests.bench

protos: setup ## Generate the Python code of the contracts
	@$(PY) deploy/protos.py

golden: setup ## Write the golden results of the scenarios anew; read the diff
	@$(PYTEST) -q tests/scenarios --golden

migration: setup ## New migration: make migration SERVICE=ledger NAME=add_notes
	@$(PY) -m services.kit.migrate new $(SERVICE) $(NAME)

image: ## Build the container image (needs a container engine)
	docker build -f deploy/Dockerfile -t mingzhang:dev .

k8s-render: ## Render the manifests of both overlays into build/ (needs kubectl)
	@mkdir -p build && for o in dev prod; do kubectl kustomize deploy/k8s/overlays/$$o > build/k8s-$$o.yaml && echo build/k8s-$$o.yaml; done
