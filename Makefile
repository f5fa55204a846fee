# Every target needs Go alone, save conformance, faults, webkit, bench and chaos, which need Node too.
# Browsers are installed with apt where they are missing and apt may be used.

TURBOWASM = go run ./server/cmd/turbowasm
FUZZTIME ?= 30s
SOAK ?= 5m

.PHONY: all run test vet test-native test-browser conformance conformance-long faults scenario record differences webkit dist release size bench bench-start soak bench-server chaos chaos-short fuzz fmt clean

all: fmt test

run: dist ## the chat on http://localhost:8080, or another PORT
	go run ./server/cmd/chat -dev

test: vet test-native test-browser ## everything but conformance

vet:
	go vet ./...
	GOOS=js GOARCH=wasm go vet ./wasm/...

test-native: dist ## rules, server and flows
	$(TURBOWASM) need chromium postgresql redis-server
	go test -race -timeout 20m ./...

test-browser: ## the runtime's tests again, compiled for the page, in Chromium
	$(TURBOWASM) browsertest -timeout 5m ./wasm/...

conformance: dist js/node_modules ## side by side with @hotwired/turbo, in Chromium and Firefox, in its types, without a page, and bundled; the cable with others' clients and servers
	$(TURBOWASM) need chromium-headless-shell firefox-esr
	cd js && npm run --silent types && node conformance/load.mjs && node conformance/embed.mjs && node conformance/settled.mjs && node conformance/interop.mjs && node conformance/peers.mjs && node conformance/life.mjs --count 60 && node conformance/libraries.mjs && node conformance/run.mjs

conformance-long: dist js/node_modules ## every scenario in Firefox too, then 20,000 random messages and 2,000 random walks from SEED on, for an hour and a half
	$(TURBOWASM) need chromium-headless-shell firefox-esr
	node js/conformance/run.mjs --all
	node js/conformance/run.mjs --only none --browser chromium --random 20000 --walks 2000 --seed $(or $(SEED),1)

scenario: js/node_modules ## those that ONLY names, in Chromium
	$(TURBOWASM) dist -plain js/dist
	node js/conformance/run.mjs --browser chromium --jobs 2 --only "$(ONLY)"

faults: dist js/node_modules ## fixes that are taken out, one by one: what is random finds them
	$(TURBOWASM) need chromium-headless-shell
	node js/conformance/faults.mjs

record: js/node_modules ## testdata/oracle: what @hotwired/turbo does in the scenarios, where it is not up to date
	$(TURBOWASM) need chromium-headless-shell firefox-esr
	node js/conformance/run.mjs --record

differences: ## wasm/differences.md: what differs from @hotwired/turbo, as the scenarios declare it
	node js/conformance/run.mjs --differences --write

webkit: dist ## what engines do by themselves, in WebKit
	$(TURBOWASM) need webkit2gtk-driver xvfb
	cd js && node conformance/webkit.mjs

dist: ## js/dist: the runtime as pages load it
	$(TURBOWASM) dist js/dist

release: ## release/: a zip for those without Go, and its sum; VERSION=v1.2.3
	$(TURBOWASM) release $(or $(VERSION),v0.0.0-$(shell git describe --always)) release

size: ## what the runtime weighs, against its budget
	$(TURBOWASM) size

bench: dist js/node_modules ## speed, side by side with @hotwired/turbo
	$(TURBOWASM) need chromium
	cd js && node bench/streams.mjs && node bench/actions.mjs && node bench/visits.mjs && node bench/morph.mjs

bench-start: dist js/node_modules ## how soon a page is alive, cold and cached, beside @hotwired/turbo, over three networks
	$(TURBOWASM) need chromium
	cd js && node bench/start.mjs

bench-server: ## the server, side by side with Centrifugo, then SOAK of connections that come and go
	$(TURBOWASM) need postgresql redis-server
	go run ./server/cmd/benchserver -soak $(SOAK)

soak: dist js/node_modules ## what a page holds after 200,000 streams, 5,000 frames and 2,000 visits
	$(TURBOWASM) need chromium-headless-shell
	cd js && node bench/soak.mjs

chaos: dist js/node_modules ## 100,000 updates from transactions to pages while everything fails, for some ten minutes; SEED=n replays
	$(TURBOWASM) need chromium-headless-shell firefox-esr postgresql redis-server
	go run ./server/cmd/chaos $(if $(SEED),-seed $(SEED))

chaos-short: dist js/node_modules ## the same with 5,000 updates, in less than 90 s
	$(TURBOWASM) need chromium-headless-shell firefox-esr postgresql redis-server
	go run ./server/cmd/chaos -short $(if $(SEED),-seed $(SEED))

fuzz: ## every fuzz target, for FUZZTIME each
	@go list ./... | while read -r pkg; do \
		go test -list '^Fuzz' $$pkg | grep '^Fuzz' | while read -r target; do \
			echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done || exit 1; \
	done

fmt:
	gofmt -l -w js server testdata wasm

js/node_modules: js/package.json js/package-lock.json
	cd js && npm ci --no-audit --no-fund
	touch js/node_modules

clean:
	rm -rf js/dist js/node_modules
