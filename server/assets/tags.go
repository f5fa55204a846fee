package assets

import (
	"encoding/json"
	"html/template"
)

// modules are the names by which applications import the runtime.
var modules = map[string]string{
	"@hotwired/turbo":       "turbo.js",
	"@hotwired/turbo-rails": "turbo-rails.js",
}

// Tags is the markup that loads the runtime, for the head of a page and before
// every other script: the earlier it runs, the less it misses. The download of
// turbo.wasm begins with the page, not after the script. An import map lets
// modules of the application import "@hotwired/turbo" and, where the
// distribution has it, "@hotwired/turbo-rails". A visit to a page with another
// version of the script loads it as a new document. A page whose
// Content-Security-Policy wants a nonce on scripts passes it; otherwise it is
// empty.
func (h *Handler) Tags(nonce string) template.HTML {
	addresses := h.Imports()
	integrity := map[string]string{}
	for name, address := range addresses {
		integrity[address] = h.current[modules[name]].integrity
	}
	// Marshal sorts the keys, and writes no < that could end the script.
	list, err := json.Marshal(map[string]any{"imports": addresses, "integrity": integrity})
	if err != nil {
		panic(err) // strings alone
	}
	return template.HTML(`<script type="importmap"`+nonceAttribute(nonce)+`>`+string(list)+"</script>\n") + h.Script(nonce)
}

// Script is Tags without the import map: for a page whose policy allows no
// script in the markup, or which has an import map of its own. Older browsers
// know only one in a page; Imports is what to put into it.
func (h *Handler) Script(nonce string) template.HTML {
	script, wasm := h.current["turbo.js"], h.current["turbo.wasm"]
	url := template.HTMLEscapeString(script.hashedPath)
	attrs := ` integrity="` + script.integrity + `"` + nonceAttribute(nonce)
	wasmURL := template.HTMLEscapeString(wasm.hashedPath)
	return template.HTML(`<meta name="turbo-wasm" content="` + wasmURL + `">
<link rel="preload" href="` + wasmURL + `" as="fetch" type="application/wasm" crossorigin>
<link rel="modulepreload" href="` + url + `"` + attrs + `>
<script type="module" src="` + url + `" data-turbo-track="reload"` + attrs + `></script>`)
}

// Imports are the names by which modules import the runtime and their
// addresses, for an import map that the application writes.
func (h *Handler) Imports() map[string]string {
	addresses := map[string]string{}
	for name, file := range modules {
		if f := h.current[file]; f != nil {
			addresses[name] = f.hashedPath
		}
	}
	return addresses
}

func nonceAttribute(nonce string) string {
	if nonce == "" {
		return ""
	}
	return ` nonce="` + template.HTMLEscapeString(nonce) + `"`
}
