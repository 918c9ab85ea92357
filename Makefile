# Needs Python 3.11 or newer and nothing else. PYTHON=... chooses one; it counts when .venv is made.

VENV := .venv
NPM := $(VENV)/npm/node_modules
PRETTIER := $(VENV)/bin/node $(NPM)/prettier/bin/prettier.cjs --print-width 120
SCRIPTS := $(wildcard autograd/exploring/web/*.js autograd/exploring/web/*.css tests/*.mjs)
FROM_NPM = PATH="$(abspath $(VENV)/bin):$$PATH" npm install --silent --no-audit --no-fund --prefix $(VENV)/npm
PY := $(VENV)/bin/python
export PYTHONDONTWRITEBYTECODE := # the tests start a hundred processes: each would compile the library anew
INSTALL := $(PY) -m pip --disable-pip-version-check install --quiet --editable

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s%s\n", $$1, $$2 }' Makefile

demo: $(VENV)/installed ## Every gradient of a 2-3-1 network, derived and drawn, into demo/
	@$(PY) -m nn derive 2-3-1 --x 0.5 -0.3 --y 1 --seed 1 --out demo
	@echo "Open demo/index.html in a browser."

test: $(VENV)/installed-test $(VENV)/installed-axe $(VENV)/installed-tex $(VENV)/installed-esbuild ## Run the tests
	$(PY) -m pytest --numprocesses auto --dist worksteal

pythons: $(VENV)/made ## Run the tests on every other Python from 3.11 on that is on this machine
	@own=$$($(PY) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	scripts/pythons | while read -r version python; do \
		[ "$$version" = "$$own" ] || \
			$(MAKE) --no-print-directory VENV=$(VENV)-$$version PYTHON="$$python" test </dev/null || exit 1; \
	done

pytorch: $(VENV)/installed-test $(VENV)/installed-pytorch ## Run the tests that hold the library against PyTorch, or run on JAX
	$(PY) -m pytest -m pytorch

fuzz: $(VENV)/installed-test ## Run the fuzzers at length; EFFORT=... times what `make test` does
	EFFORT=$(or $(EFFORT),100) $(PY) -m pytest --numprocesses auto tests/fuzzing

page: $(VENV)/installed-esbuild ## Bundle the modules of the explorer's page
	$(PY) -m autograd.exploring.constants
	PATH="$(abspath $(VENV)/bin):$$PATH" scripts/bundle-page $(NPM)/.bin/esbuild autograd/exploring

dist: $(VENV)/installed-dist ## Build wheel and sdist into dist/, check them, and try the wheel in an empty environment
	rm -rf dist
	$(PY) -m build --outdir dist
	$(PY) -m twine check --strict dist/*
	scripts/try-wheel $(PY) dist/*.whl

words: $(VENV)/installed-test ## Bring the catalogue of texts up to date with the code, in all languages
	$(PY) -m tests.catalogue $(LANGUAGE)

practice: $(VENV)/installed-test ## Measure how well exercises name mistakes, made on purpose on 23 graphs
	$(PY) -m tests.practice

mutants: $(VENV)/installed-test $(VENV)/installed-mutants ## Change the code at random, and see whether a test notices; SEED=...
	$(PY) -m tests.mutation $(if $(SEED),--seed $(SEED))

notebooks: $(VENV)/installed-notebooks ## Open the lessons in JupyterLab
	@cd notebooks && ../$(PY) -m jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) .

lessons: $(VENV)/installed-test ## Run all lessons, and keep what they print and draw
	$(PY) -m tests.lessons

lint: $(VENV)/installed-test $(VENV)/installed-lint $(VENV)/installed-npm ## Check style, formatting and types
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PRETTIER) --check $(SCRIPTS)
	$(VENV)/bin/node $(NPM)/typescript/bin/tsc --project autograd/exploring/web

bench: $(VENV)/installed-bench ## Measure speed and memory, with micrograd beside it
	@status=0; for name in moons memory deep_chain import_time; do \
		$(PY) -m tests.benchmarks.$$name || status=1; echo; \
	done; exit $$status

bench-compile: $(VENV)/installed-bench $(VENV)/installed-pytorch ## Measure compiled functions, with JAX, PyTorch, NumPy, micrograd, C and code by hand beside
	@status=0; for name in compiled matrices; do \
		$(PY) -m tests.benchmarks.$$name || status=1; echo; \
	done; exit $$status

format: $(VENV)/installed-lint $(VENV)/installed-npm ## Put the code into its format
	$(PY) -m ruff check --fix
	$(PY) -m ruff format
	$(PRETTIER) --write $(SCRIPTS)

clean: ## Remove .venv, demo/ and what the tools left behind
	rm -rf $(VENV) $(VENV)-* demo build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# What checks JavaScript comes from npm, by the Node.js that is among the Python packages.
$(VENV)/installed-npm: $(VENV)/installed-lint
	@echo "Installing typescript and prettier into $(VENV)."
	@$(FROM_NPM) typescript@5.9.3 prettier@3.10.1
	@touch $@

# What typesets formulas in browsers and notebooks, to hold ours against.
$(VENV)/installed-tex: $(VENV)/installed-test
	@echo "Installing KaTeX and MathJax into $(VENV)."
	@$(FROM_NPM) katex@0.19.1 mathjax-full@3.2.2
	@touch $@

# What looks for hurdles to people who cannot see or point.
$(VENV)/installed-axe: $(VENV)/installed-test
	@echo "Installing axe-core into $(VENV)."
	@$(FROM_NPM) axe-core@4.14.1
	@touch $@

# What bundles the explorer's page; another version may write another bundle.
$(VENV)/installed-esbuild: $(VENV)/installed-test
	@echo "Installing esbuild and fflate into $(VENV)."
	@$(FROM_NPM) esbuild@0.28.2 fflate@0.8.3
	@touch $@

# An environment counts as made when it is complete, so its stamp is a file and not the folder.
$(VENV)/made:
	@scripts/make-venv $(VENV)
	@touch $@

$(VENV)/installed: pyproject.toml $(VENV)/made
	@echo "Installing glassgrad into $(VENV)."
	@$(INSTALL) .
	@touch $@

$(VENV)/installed-%: pyproject.toml $(VENV)/made
	@echo "Installing glassgrad[$*] into $(VENV)."
	@$(INSTALL) '.[$*]'
	@touch $@

.PHONY: help demo test pythons pytorch fuzz words practice mutants page dist notebooks lessons lint bench bench-compile format clean
# Two installations into one environment would get into each other's way.
.NOTPARALLEL:
