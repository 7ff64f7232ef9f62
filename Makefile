.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: audit docs hook release sbom simulate help templates check test coverage test-deploy test-editors test-pythons lint types bench performance clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
EDITION ?= current
PARAMETERS ?=
VERSIONS ?=
S3_BUCKET ?=
YES ?=

help: ## Show what there is
	@awk 'BEGIN { FS = ":.*## " } /^[a-z%\/-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

templates: $(READY) ## Render the editions into templates/
	@$(BIN)/cfn-pipeline render --edition current
	@$(BIN)/cfn-pipeline render --edition book

docs: $(READY) .docs/.ready ## Write the generated pages of docs/, and build the site in .docs/site
	@$(BIN)/python scripts/rules_page.py
	@$(BIN)/python scripts/configuration_page.py
	@$(BIN)/python scripts/pictures.py
	@$(BIN)/python scripts/performance.py
	@$(BIN)/python scripts/site/site.py .docs/pages
	@NO_MKDOCS_2_WARNING=1 .docs/venv/bin/mkdocs build --strict --quiet
	@echo ".docs/site/index.html"

check: $(READY) ## Say where templates/ and docs/ are stale, and what is wrong with them; write nothing
	@$(BIN)/cfn-pipeline render --edition current --check
	@$(BIN)/cfn-pipeline render --edition book --check
	@$(BIN)/cfn-pipeline check templates/current templates/book
	@$(BIN)/python scripts/rules_page.py --check
	@$(BIN)/python scripts/pictures.py --check
	@$(BIN)/python scripts/performance.py --check
	@$(BIN)/python scripts/configuration_page.py --check

test: $(READY) check lint types ## Run what must pass for every change: stale files, style, types, quick tests
	$(BIN)/pytest -n auto --dist worksteal

coverage: $(READY) ## Run all tests, the thorough ones too, and fail if less than 95 % of the code runs
	$(BIN)/pytest -n auto --dist worksteal -m "not deploy" --hypothesis-profile thorough --cov --cov-report=term

test-deploy: $(READY) .deploy/.ready ## Deploy everything with the AWS CLI, and run whole pipelines, on a local AWS
	$(BIN)/pytest -n auto -m deploy tests/deploy

test-pythons: ## Run make test with each supported Python that is on the PATH or in pyenv, in a clone of what is committed (VERSIONS="3.12 3.13")
	@$(PYTHON) scripts/test_pythons.py $(VERSIONS)

test-editors: $(READY) .editors/.ready ## Open files in language servers, with our rules and schema; needs npm
	$(BIN)/pytest -m thorough tests/editors

lint: $(READY) ## Check style and the floors of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(READY) ## Check types
	$(BIN)/mypy

bench: $(READY) ## Measure, as ratios to a plain dump of the same templates
	$(BIN)/pytest tests/benchmarks --benchmark-only --benchmark-columns=min,median,rounds
	@$(BIN)/python tests/benchmarks/processes.py
	@$(BIN)/python -m tests.benchmarks.curves
	@$(BIN)/python -m tests.benchmarks.fleets

performance: $(READY) ## Measure, and write docs/performance.md; five minutes, and with npm the AWS CDK is measured, too
	@mkdir -p .performance
	@cp tests/benchmarks/cdk/package.json .performance/
	@command -v npm >/dev/null && npm install --prefix .performance --prefer-offline --fetch-retries=1 --no-audit --no-fund --silent || echo "npm did not install the AWS CDK"
	@$(BIN)/python -m tests.benchmarks.figures docs/performance.json
	@$(BIN)/python scripts/performance.py

sbom: $(READY) .release/.ready ## Write the list of what cfn-pipeline needs with all extras (CycloneDX) into dist/, from the environment of the tests
	@$(BIN)/python scripts/components.py

release: $(READY) .release/.ready ## Build the wheel, the sdist and the list of what they need into dist/, and install both; uploads nothing
	@$(BIN)/python scripts/release.py

hook: $(READY) ## Build the checks as a Lambda Hook of CloudFormation: dist/hook.zip and dist/hook.yml
	@$(BIN)/python scripts/hook.py

audit: $(READY) .audit/.ready ## Run security checkers (checkov, Guard, cdk-nag) over the current edition; needs npm
	@$(BIN)/python scripts/audit/audit.py

simulate: $(READY) .audit/simulate/.ready ## Ask an IAM evaluator what roles may do, also across accounts; needs npm
	@$(BIN)/python scripts/simulate/simulate.py
	@$(BIN)/python scripts/simulate/across_accounts.py
	@$(BIN)/python scripts/simulate/fleet.py
	@$(BIN)/python scripts/simulate/differences.py

deploy/%: $(READY) FORCE ## Deploy a stack of templates/: kms, ecr, environment-dev ... dev, prod (EDITION=, PARAMETERS="A=1 B=2", S3_BUCKET=, YES=1)
	@$(BIN)/cfn-pipeline deploy templates/$(EDITION) $* --edition $(EDITION) $(if $(S3_BUCKET),--bucket $(S3_BUCKET)) $(if $(YES),--yes) $(foreach parameter,$(PARAMETERS),-p $(parameter))

clean: ## Remove what can be made again
	rm -rf $(VENV) .audit .deploy .docs .editors .performance .release .rehearsal build dist *.egg-info .coverage .coverage.* .benchmarks .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

.deploy/.ready: tests/deploy/requirements.txt
	$(PYTHON) -m venv .deploy
	.deploy/bin/python -m pip install --quiet --disable-pip-version-check -r tests/deploy/requirements.txt
	@touch $@

.editors/.ready: tests/editors/requirements.txt tests/editors/package.json
	$(PYTHON) -m venv .editors/venv
	.editors/venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/editors/requirements.txt -e .
	cp tests/editors/package.json .editors/
	npm install --prefix .editors --no-audit --no-fund --silent
	@touch $@

.release/.ready: scripts/release_requirements.txt
	$(PYTHON) -m venv .release
	.release/bin/python -m pip install --quiet --disable-pip-version-check -r scripts/release_requirements.txt
	@touch $@

.docs/.ready: scripts/site/requirements.txt
	$(PYTHON) -m venv .docs/venv
	.docs/venv/bin/python -m pip install --quiet --disable-pip-version-check -r scripts/site/requirements.txt
	@touch $@

.audit/.ready: scripts/audit/requirements.txt scripts/audit/package.json
	$(PYTHON) -m venv .audit/venv
	.audit/venv/bin/python -m pip install --quiet --disable-pip-version-check -r scripts/audit/requirements.txt
	cp scripts/audit/package.json .audit/
	npm install --prefix .audit --no-audit --no-fund --silent
	@touch $@

.audit/simulate/.ready: scripts/simulate/package.json
	@mkdir -p .audit/simulate
	cp scripts/simulate/package.json .audit/simulate/
	npm install --prefix .audit/simulate --no-audit --no-fund --silent
	@touch $@

$(READY): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cfn_pipeline needs Python 3.11 or newer: make PYTHON=python3.x" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@# The package stays editable: Python compiles a module anew when its file changes.
	@$(BIN)/python -m compileall -q cfn_pipeline
	@touch $@

FORCE:
