package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/evanw/esbuild/pkg/api"
)

// bundled is an application that imports one of the scripts, as esbuild joins
// the two.
func bundled(t *testing.T, script []byte, app string, format api.Format) []byte {
	t.Helper()
	res := api.Build(api.BuildOptions{
		Stdin:   &api.StdinOptions{Contents: app},
		Bundle:  true,
		Format:  format,
		Outfile: "app.js",
		Plugins: []api.Plugin{{Name: "turbo", Setup: func(b api.PluginBuild) {
			b.OnResolve(api.OnResolveOptions{Filter: "^turbo$"}, func(api.OnResolveArgs) (api.OnResolveResult, error) {
				return api.OnResolveResult{Path: "turbo", Namespace: "turbo"}, nil
			})
			b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "turbo"}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
				text := string(script)
				return api.OnLoadResult{Contents: &text}, nil
			})
		}}},
	})
	if err := bundleError(res.Errors); err != nil {
		t.Fatal(err)
	}
	return res.OutputFiles[0].Contents
}

// TestLoad loads the scripts as applications do it: imported, bundled, by a
// module loader.
func TestLoad(t *testing.T) {
	files, err := makeFiles(t.Context(), runtimePackage, false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	browser := newBootBrowser(t)
	const app = `import * as Turbo from "turbo"; window.imported = Turbo.visit == window.Turbo.visit`
	const require = `window.imported = require("turbo").visit == window.Turbo.visit`
	more := maps.Clone(files)
	more["bundle.js"] = bundled(t, files["turbo.js"], app, api.FormatIIFE)
	more["bundle.umd.js"] = bundled(t, files["turbo.umd.js"], require, api.FormatIIFE)
	more["bundle.module.js"] = bundled(t, files["turbo.umd.js"], app, api.FormatESModule)
	const absent = `<script>for (const name of ["IntersectionObserver", "TextEncoder", "TextDecoder"]) delete window[name]</script>`
	for _, c := range []struct {
		sentence, tags string
		imported       string // a script
		said           string // part of the one console line; none means that it starts
	}{
		{"the classic script is imported", `<script type=module>import "/turbo/turbo.umd.js"; window.imported = Turbo.visit</script>`, `imported`, ""},
		{"the classic script has been put into the page by a script", `<script>document.head.append(Object.assign(document.createElement("script"), { src: "/turbo/turbo.umd.js" }))</script>`, `Turbo.visit`, ""},
		{"the module is in a classic bundle", `<script src=/turbo/bundle.js></script>`, `imported`, ""},
		{"the module is in a classic bundle that is loaded as a module", `<script type=module src=/turbo/bundle.js></script>`, `imported`, ""},
		{"the classic script is in a classic bundle", `<script src=/turbo/bundle.umd.js></script>`, `imported`, ""},
		{"the classic script is in a bundle of modules", `<script type=module src=/turbo/bundle.module.js></script>`, `imported`, ""},
		{"the classic script is CommonJS", `<script>window.module = { exports: {} }; window.exports = module.exports</script>` + classicTag, `module.exports.visit == Turbo.visit`, ""},
		{"the classic script is AMD", `<script>window.define = (needs, factory) => { window.needs = needs; factory(window.filled = {}) }; define.amd = {}</script>` + classicTag, `needs == "exports" && filled.visit == Turbo.visit`, ""},
		{"the module stands for @hotwired/turbo-rails", `<script type=importmap>{"imports": {"@hotwired/turbo-rails": "/turbo/turbo.js"}}</script><script type=module>import { Turbo, cable } from "@hotwired/turbo-rails"; window.imported = Turbo.visit && cable.getConsumer</script>`, `imported`, ""},
		{"the module of Rails stands for it too", `<script type=importmap>{"imports": {"@hotwired/turbo-rails": "/turbo/turbo-rails.js"}}</script><script type=module>import { Turbo, cable } from "@hotwired/turbo-rails"; window.imported = Turbo == window.Turbo && cable.getConsumer && customElements.get("turbo-cable-stream-source")</script>`, `imported`, ""},
		{"the page has an element called Turbo", `<meta id=Turbo>` + classicTag, `Turbo.visit`, ""},
		{"nothing says where the script is from", `<script>fetch("/turbo/turbo.umd.js").then((response) => response.text()).then((text) => setTimeout(text + "//# sourceURL=unknown"))</script>`, `Turbo.visit`, `<meta name="turbo-wasm"`},
		{"the page came by plain HTTP", `<script>crypto.randomUUID = undefined</script>` + classicTag, `Turbo.visit`, ""},
		{"the page lacks what tests' pages lack", absent + classicTag, `Turbo.visit`, "the runtime could not start"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			server := bootServer(t, more, c.tags, "", "")
			tab := browser.open(t, server.URL+"/one")
			want := "ready"
			if c.said != "" {
				want = "rejected"
			}
			tab.run(poll(`window.Turbo?.ready`), poll(c.imported))
			if got := tab.text(settled); got != want {
				t.Errorf("Turbo.ready: got %s, want %s", got, want)
			}
			said := tab.text(`lines.join("\n")`)
			if c.said == "" && said != "" || !strings.Contains(said, c.said) || strings.Contains(said, "uncaught") || c.said != "" && strings.Count(said, "turbo: ") != 1 {
				t.Errorf("got console %q, want %q", said, c.said)
			}
		})
	}
}

// TestOwnCableElement defines <turbo-cable-stream-source> by the page.
func TestOwnCableElement(t *testing.T) {
	files, err := makeFiles(t.Context(), runtimePackage, false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	browser := newBootBrowser(t)
	const (
		element = `<turbo-cable-stream-source channel=C signed-stream-name=s></turbo-cable-stream-source>`
		own     = `customElements.define("turbo-cable-stream-source", class extends HTMLElement { own = true })`
		unless  = `if (!customElements.get("turbo-cable-stream-source")) ` + own
		append  = `Turbo.renderStreamMessage('<turbo-stream action="append" target="list"><template>` + element + `</template></turbo-stream>')`
		found   = `document.querySelector("turbo-cable-stream-source")`
		ours    = found + `?.channel && customElements.get("turbo-cable-stream-source") == ` + found + `.constructor && !` + found + `.own`
		theirs  = found + `?.own`
	)
	parsed := fmt.Sprintf(`<script>document.addEventListener("DOMContentLoaded", () => list.innerHTML = '%s')</script>`, element)
	for _, c := range []struct{ sentence, tags, then, done string }{
		{"nobody defines it", classicTag + parsed, `0`, ours},
		{"a message brings the first", classicTag, append, ours},
		{"the page inserts the first", moduleTag, `list.innerHTML = '<li>` + element + `</li>'; 0`, ours},
		{"the page is visited that has the first", classicTag + `<script>addEventListener("turbo:before-render", ({ detail }) => detail.newBody.insertAdjacentHTML("beforeend", '` + element + `'))</script>`, `Turbo.visit("/two")`, ours},
		{"it is ours at once for Rails", `<script type=module src=/turbo/turbo-rails.js></script><script type=module>window.known = customElements.get("turbo-cable-stream-source")</script>` + parsed, `0`, `window.known && ` + ours},
		{"a script behind defines it", classicTag + `<script>` + own + `</script>` + parsed, `0`, theirs},
		{"a script behind defines it unless it is", moduleTag + `<script type=module>` + unless + `</script>` + parsed, `0`, theirs},
		{"a script before defines it", `<script>` + own + `</script>` + classicTag + parsed, `0`, theirs},
		{"it is defined when the document is there", classicTag + `<script>addEventListener("DOMContentLoaded", () => { ` + own + ` })</script>` + parsed, `0`, theirs},
		{"it is defined before the first is used", classicTag, own + `; ` + append, theirs},
		{"it is defined in the moment of its first use", classicTag, `list.innerHTML = '` + element + `'; ` + own, theirs},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			server := bootServer(t, files, c.tags, "", "")
			tab := browser.open(t, server.URL+"/one")
			tab.run(poll(`window.Turbo`))
			tab.text(settled)
			tab.run(chromedp.Evaluate(c.then+"; 0", nil), poll(c.done))
			if got := tab.text(`lines.filter((line) => !line.includes("WebSocket")).join("\n")`); got != "" {
				t.Errorf("got console %q", got)
			}
		})
	}
}
