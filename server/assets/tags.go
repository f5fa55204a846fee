package assets

import (
	"encoding/json"
	"html/template"
)

// modules maps the names by which applications import the runtime to its files.
var modules = map[string]string{
	"@hotwired/turbo":       "turbo.js",
	"@hotwired/turbo-rails": "turbo-rails.js",
}

// Tags returns the markup that loads the runtime. Put it in the head of the
// page, before every other script: events before it runs go unnoticed. The
// download of turbo.wasm starts with the page, not after the script. An import
// map lets the application's modules import "@hotwired/turbo" and, if the
// distribution contains it, "@hotwired/turbo-rails". After a deploy with
// another script, the next visit reloads the page as a new document. Pass the
// nonce if the page's Content-Security-Policy requires one for scripts;
// otherwise leave it empty.
func (h *Handler) Tags(nonce string) template.HTML {
	addresses := h.Imports()
	integrity := map[string]string{}
	for name, address := range addresses {
		integrity[address] = h.current[modules[name]].integrity
	}
	// Marshal sorts the keys, and writes no < that could end the script.
	list, err := json.Marshal(map[string]any{"imports": addresses, "integrity": integrity})
	if err != nil {
		panic(err) // impossible: only strings
	}
	return template.HTML(`<script type="importmap"`+nonceAttribute(nonce)+`>`+string(list)+"</script>\n") + h.Script(nonce)
}

// Script is like Tags without the import map: for a page whose policy allows no
// inline scripts, or one that has its own import map. Older browsers support
// only one per page; Imports returns what to add to it.
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

// Imports maps the names by which modules import the runtime to addresses, for
// an import map that the application writes itself.
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
