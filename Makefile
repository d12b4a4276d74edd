# Every task of the project; CI runs the same targets. Needs a Rust toolchain, a C compiler, CPython >= 3.11 and make.
# What comes from PyPI goes to .venv, what comes from crates.io as a tool goes to .tools.
# Each finished step leaves a stamp in .venv, so a step runs again only when what it depends on has changed.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PROBE := import ensurepip, sys; assert sys.version_info >= (3, 11); print("%d.%d.%d" % sys.version_info[:3])
ifndef PYTHON
PYTHON := $(shell scripts/find-python 3.13 3.12 3.11 3)
endif
PYTHON_VERSION := $(if $(PYTHON),$(shell $(PYTHON) -c '$(PROBE)' 2>/dev/null))

BIN := .venv/bin
VENV := .venv/cpython-$(PYTHON_VERSION)
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := .tools/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny
CARGO_FUZZ_VERSION := 0.13.2
CARGO_FUZZ := .tools/cargo-fuzz-$(CARGO_FUZZ_VERSION)/bin/cargo-fuzz
FUZZ_SECONDS ?= 60
TARGET := $(notdir $(basename $(wildcard fuzz/fuzz_targets/*.rs)))
EXTENSION_SOURCES := $(shell find crates -path '*/src/*' -o -name Cargo.toml) \
	Cargo.toml $(wildcard Cargo.lock) pyproject.toml
# Runs a step that may take long: it shows what it does, and a line of it when it is silent.
STEP = @$(PYTHON) scripts/run_step.py
TYPED_PYTHON := python/pyre scripts benchmarks/harness benchmarks/apps benchmarks/__main__.py examples/notes

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export VIRTUAL_ENV := $(CURDIR)/.venv
# Over time .venv holds different interpreters: the signature tells PyO3 when to look again.
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python
export PYO3_ENVIRONMENT_SIGNATURE := cpython-$(PYTHON_VERSION)
# Nothing that cargo builds here embeds Python, so libpython and its headers need not be installed.
export PYO3_BUILD_EXTENSION_MODULE := 1

.PHONY: help run test test-rust test-python lint lint-rust lint-python fmt fuzz conformance docs docs-serve docs-rust \
	wheel clean bench bench-quick bench-compare bench-report bench-micro

help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14
	@echo
	@echo 'PYTHON=python3.12 chooses the interpreter; the default is the newest that works.'

run: .venv/extension ## Serve examples/hello.py on http://127.0.0.1:8000.
	@$(BIN)/pyre hello:app --app-dir examples

test: ## Run every test: the Rust half and the Python half, whatever the other one says.
	@failed=; \
	$(MAKE) --no-print-directory test-rust || failed='the Rust tests'; \
	$(MAKE) --no-print-directory test-python || failed="$${failed:+$$failed and }the Python tests"; \
	[ -z "$$failed" ] || { echo "make test: FAILED: $$failed; each failure is named above." >&2; exit 1; }; \
	echo 'make test: all passed'

# Libtest is quiet, not cargo: a dot for what passes, a line at once for what fails.
test-rust: $(VENV) ## Run the Rust tests.
	$(STEP) 'Build and run the Rust tests' cargo test --workspace --no-fail-fast -- --quiet

test-python: .venv/extension .venv/test-tools ## Run the Python tests; choose some with ARGS=.
	$(STEP) 'Run the Python tests' $(BIN)/pytest $(ARGS)

lint: lint-rust lint-python docs ## Run every static check, and build the site.

lint-rust: $(VENV) $(CARGO_DENY) ## Check the Rust code.
	cargo fmt --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	$(CARGO_DENY) --log-level error check bans licenses sources
	$(BIN)/python scripts/check_invariants.py

lint-python: .venv/extension .venv/lint-tools ## Check the Python code and its types.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy $(TYPED_PYTHON)
	$(BIN)/pyright $(TYPED_PYTHON)
	$(BIN)/python -m mypy.stubtest pyre._core

fmt: .venv/lint-tools ## Format everything.
	cargo fmt
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

conformance: .venv/extension .venv/conformance-tools ## Compare conformance with other servers.
	$(BIN)/python scripts/asgi_conformance.py $(ARGS)

bench: .venv/harness-tools ## Measure beside every peer, about an hour; options with ARGS=.
	$(BIN)/python benchmarks run $(ARGS)

bench-quick: .venv/harness-tools ## A few workloads and peers, about three minutes.
	$(BIN)/python benchmarks quick $(ARGS)

bench-compare: .venv/harness-tools ## Measure the tree beside the commit BASE=.
	$(BIN)/python benchmarks compare $(BASE) $(ARGS)

bench-report: .venv/harness-tools ## Draw charts, report and README's table from the newest results.
	$(BIN)/python benchmarks report $(ARGS)

bench-micro: $(VENV) ## Measure reading, routing and writing without sockets.
	cargo bench --package pyre-proto --package pyre-router

fuzz: $(addprefix fuzz-,$(TARGET)) ## Fuzz each target FUZZ_SECONDS=60, or one with TARGET=; needs a C++ compiler.

docs: .venv/docs-tools ## Build the site of the documentation into target/site; a broken link is an error.
	$(BIN)/python scripts/api_reference.py docs/reference
	$(BIN)/zensical build --clean --strict
	$(BIN)/python scripts/check_site.py target/site

docs-serve: .venv/docs-tools ## Show the site while it is written.
	$(BIN)/python scripts/api_reference.py docs/reference
	$(BIN)/zensical serve

docs-rust: $(VENV) ## Build the documentation of the crates.
	cargo doc --workspace --no-deps

wheel: .venv/build-tools ## Build a release wheel into dist/.
	$(BIN)/maturin build --release --out dist --interpreter $(PYO3_PYTHON)

clean: ## Remove what was built; .tools stays, because it takes minutes to compile.
	rm -rf target dist docs/reference .cache .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache
	find python -name '*.so' -delete

$(VENV):
	@scripts/check-tools '$(PYTHON_VERSION)' '$(PYTHON)'
	$(STEP) 'Make .venv with CPython $(PYTHON_VERSION)' $(PYTHON) -m venv --clear .venv
	@touch $@

.venv/%-tools: requirements/%.txt $(VENV)
	$(STEP) 'Install what $< names' $(BIN)/python -m pip install --requirement $<
	@touch $@

# An editable install: a change of Python code needs no build.
.venv/extension: $(EXTENSION_SOURCES) .venv/build-tools
	$(STEP) 'Build the Rust core (about two minutes the first time)' \
		$(BIN)/maturin develop --release --extras standard
	@touch $@

# A stable compiler takes the flags of libFuzzer when it is told to; link-time optimisation loses its counters.
fuzz-%: $(CARGO_FUZZ)
	@mkdir -p fuzz/found/$*
	RUSTC_BOOTSTRAP=1 CARGO_PROFILE_RELEASE_LTO=off $(CARGO_FUZZ) run $* fuzz/found/$* fuzz/corpus/$* \
		--features libfuzzer --target-dir target/fuzz \
		-- -max_total_time=$(FUZZ_SECONDS) -max_len=1024 -dict=fuzz/http1.dict -print_final_stats=1

# The step that builds them is run by Python.
$(CARGO_DENY) $(CARGO_FUZZ): | $(VENV)

$(CARGO_DENY):
	$(STEP) 'Build cargo-deny' cargo install cargo-deny --version $(CARGO_DENY_VERSION) --locked --root $(@:/bin/cargo-deny=)

$(CARGO_FUZZ):
	$(STEP) 'Build cargo-fuzz' cargo install cargo-fuzz --version $(CARGO_FUZZ_VERSION) --locked --root $(@:/bin/cargo-fuzz=)
