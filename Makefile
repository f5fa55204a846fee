# Every target works on a machine with Go and, for conformance and bench, Node;
# browsers are installed with apt where it is there and may be used.

TURBOWASM = go run ./server/cmd/turbowasm

.PHONY: all run test test-native test-browser vet fmt dist size bench conformance fuzz clean

all: fmt vet test

# The chat on http://localhost:8080; PORT=3000 make run for another port.
run: dist
	go run ./server/cmd/chat

test: vet test-native test-browser

vet:
	go vet ./...
	GOOS=js GOARCH=wasm go vet ./wasm/...

test-native:
	$(TURBOWASM) need chromium
	go test -race ./...

test-browser:
	$(TURBOWASM) browsertest -timeout 3m ./wasm/...

fmt:
	gofmt -l -w js server wasm

dist:
	$(TURBOWASM) dist js/dist

size:
	$(TURBOWASM) size

bench: dist js/node_modules
	$(TURBOWASM) need chromium
	cd js && node bench/run.mjs

conformance: dist js/node_modules
	$(TURBOWASM) need chromium firefox-esr
	cd js && node conformance/run.mjs

js/node_modules: js/package.json js/package-lock.json
	cd js && npm ci
	touch js/node_modules

clean:
	rm -rf js/dist js/node_modules
