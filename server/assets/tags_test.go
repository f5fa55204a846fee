package assets

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestTags(t *testing.T) {
	h := newHandler(t)
	script, rails, wasm := address(t, h, "turbo.js"), address(t, h, "turbo-rails.js"), address(t, h, "turbo.wasm")
	sum := sha256.Sum256([]byte("plain turbo.js"))
	attrs := ` integrity="sha256-` + base64.StdEncoding.EncodeToString(sum[:]) + `" nonce="n&#34;once">`
	got := string(h.Tags(`n"once`))
	for _, want := range []string{
		`<meta name="turbo-wasm" content="` + wasm + `">`,
		`<link rel="preload" href="` + wasm + `" as="fetch" type="application/wasm" crossorigin>`,
		`<link rel="modulepreload" href="` + script + `"` + attrs,
		`<script type="module" src="` + script + `" data-turbo-track="reload"` + attrs + `</script>`,
		string(h.Script(`n"once`)),
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s\nwant it to contain %s", got, want)
		}
	}
	// Browsers know of an import map only before the first module.
	if !strings.HasPrefix(got, `<script type="importmap" nonce="n&#34;once">`) || strings.Contains(string(h.Script("")), "importmap") {
		t.Errorf("got %s", got)
	}
	var list struct{ Imports, Integrity map[string]string }
	if err := json.Unmarshal([]byte(regexp.MustCompile(`\{.*\}`).FindString(got)), &list); err != nil {
		t.Fatal(err)
	}
	imports := map[string]string{"@hotwired/turbo": script, "@hotwired/turbo-rails": rails}
	if !maps.Equal(list.Imports, imports) || !maps.Equal(h.Imports(), imports) {
		t.Errorf("got imports %v and %v, want %v", list.Imports, h.Imports(), imports)
	}
	if !strings.Contains(attrs, list.Integrity[script]) || list.Integrity[rails] == "" {
		t.Errorf("got integrity %v", list.Integrity)
	}
	if strings.Contains(string(h.Tags("")), "nonce") {
		t.Error("a nonce without being asked for")
	}
	for _, url := range regexp.MustCompile(`"(/turbo/[^"]*)"`).FindAllStringSubmatch(got, -1) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", url[1], nil))
		if w.Code != 200 {
			t.Errorf("tag names %s: got status %d, want 200", url[1], w.Code)
		}
	}
}

func TestTagsWithoutRails(t *testing.T) {
	files := distribution()
	delete(files, "turbo-rails.js")
	h, err := New("/turbo/", files)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(h.Tags("")); strings.Contains(got, "turbo-rails") || !strings.Contains(got, `"@hotwired/turbo"`) {
		t.Errorf("got %s", got)
	}
}
