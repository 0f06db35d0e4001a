# `make run` and `make test` are all a newcomer needs; both begin with `make setup`.
.DEFAULT_GOAL := help
BIN := .venv/bin
UV = $(shell command -v uv || echo .tools/uv/bin/uv)
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --custom-compile-command "make lock"
CODE := $(wildcard app workflows letters tests benchmarks)
ARGS ?=
export PYTEST_ARGS ?= -n 2
export UV_PYTHON_DOWNLOADS := never

.PHONY: help setup run test bench check lint format lock translations clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

setup: ## Install what is missing: libraries, Python packages, browser assets, fonts
	@.ci/setup

run: setup ## Start the product with sample data; ARGS="…" goes to `vanthu serve`
	@exec $(BIN)/vanthu serve $(ARGS)

test: ## Check everything, then test on SQLite and on PostgreSQL; PYTEST_ARGS="…" goes to pytest
	@.ci/test

bench: setup ## Measure each promised row beside its peer; ARGS="P1 P4 --rows 1000000" chooses
	@$(BIN)/python -m benchmarks $(ARGS)

check: setup lint ## Format, lint, types and import rules: the checks that take seconds

lint:
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Format the code and apply the safe fixes
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

lock: setup ## Write the lock files anew; ARGS=--upgrade takes the newest versions allowed
	$(COMPILE) $(ARGS) --all-extras pyproject.toml -o requirements.lock
	for name in uv node build; do \
		$(COMPILE) $(ARGS) --python-version 3.11 .ci/locks/$$name.in -o .ci/locks/$$name.txt || exit 1; \
	done

translations: setup ## Collect the sentences of pages; their English goes into app/translations/en
	$(BIN)/pybabel --quiet extract -F app/translations/babel.cfg -k lazy_gettext \
		--ignore-dirs='.* __pycache__ build' --add-location=file --sort-by-file \
		--project=vanthu --width=98 -o .tools/messages.pot app templates
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
		--width=98 -i .tools/messages.pot -d app/translations -l en
	@.ci/setup translations

clean: ## Remove what setup and the tests made; the data in var/ stays
	rm -rf .venv .tools node_modules app/static/build letters/assets/fonts
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find app workflows letters tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
	find app -name '*.mo' -delete
