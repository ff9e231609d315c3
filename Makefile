# The door to everything: each target is one line, the work is in shared/xtask and tests/.
# DATA=, KEEP=, ROLE=, ORG= reach the suite through the environment, as make passes them on.

XTASK := cargo run --quiet --package xtask --
# Without --package: built with the features that the whole workspace asks for, as `cargo build` has just done.
SUITE := cargo run --quiet --bin dialtone-suite --

.DEFAULT_GOAL := help
.PHONY: help demo up down token tools build postgres test test-pg lint bench bench-search gen fmt

help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build postgres ## Build, start everything, take one order from mail to dial tone. DATA=<organizations.jsonl> KEEP=0
	@$(SUITE) demo

up: build postgres ## Start Postgres, the services and the gateway; they stay up.
	@$(SUITE) up

down: ## Stop the suite; its data stays in .dev.
	@$(SUITE) down

token: ## Print a token for calls to the gateway. ROLE=platform-admin|partner-admin|... ORG=organizations/<id>
	@$(SUITE) token

tools: ## Fetch tools such as grpcurl and print where they are. ONLY="grpcurl" fetches one.
	@$(XTASK) tools $(ONLY)

build: ## Build every binary.
	@cargo build --workspace --bins

postgres: ## Print the folder of the Postgres server in use; fetch one if none is installed.
	@$(XTASK) pg

test: ## Run every test on a throw-away Postgres server. ARGS="-p templates -- submit" runs some.
	@$(XTASK) test $(ARGS)

test-pg: ## Run the tests that speak to the database on Postgres 15 (if installed) and 18.
	@$(XTASK) test --databases $(ARGS)

lint: ## Run every check of the source tree. ONLY="layers deny" runs some.
	@$(XTASK) lint $(ONLY)

bench: ## Compare the gateway with other proxies and a service with plain SQL. ARGS="gateway --rounds 3" measures less.
	@cargo build --workspace --bins --bench suite --profile bench && DIALTONE_PG_BIN="$$($(XTASK) pg)" cargo bench --workspace --bench suite -- $(ARGS)

bench-search: ## Measure SearchOrganizations at 10^4, 10^5, 10^6. ARGS="--sizes 10000,10000000"; DATA=<organizations.jsonl> says how well it finds.
	@cargo build --workspace --bins --bench suite --profile bench && DIALTONE_PG_BIN="$$($(XTASK) pg)" cargo bench --workspace --bench suite -- search $(ARGS)

gen: ## Write the generated schema.rs of each service.
	@$(XTASK) schema

fmt: ## Format Rust and protos.
	@cargo fmt --all && "$$($(XTASK) tools buf)" format proto --write --path proto/dialtone
