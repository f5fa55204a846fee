//go:build !js

package stream_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/wasm/stream"
)

// TestActionsAreComplete says where a built-in action is missing. A new one has
// five places: its row in Builtin, the table that go generate ./js makes of that,
// the name for servers, a scenario, and the generator of random messages.
func TestActionsAreComplete(t *testing.T) {
	const root = "../../"
	scenarios := scenarioTexts(t, root+"testdata/scenarios")
	for _, action := range stream.Builtin {
		script, entry := "js/numbers.js", `"`+action.Name+`"`
		if action.Perform == nil { // the script performs it
			script, entry = "js/api.js", "StreamActions."+action.Name+" ="
		}
		for _, place := range []struct{ name, text, entry string }{
			{script, fileText(t, root+script), entry},
			{"server/stream/element.go", fileText(t, root+"server/stream/element.go"), ` = "` + action.Name + `"`},
			{"testdata/scenarios/stream", scenarios, `action=\"` + action.Name + `\"`},
			{"js/conformance/messages.mjs", fileText(t, root+"js/conformance/messages.mjs"), `"` + action.Name + `"`},
		} {
			if !strings.Contains(place.text, place.entry) {
				t.Errorf("the action %s is missing in %s", action.Name, place.name)
			}
		}
	}
}

func fileText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// scenarioTexts is the text of all scenarios.
func scenarioTexts(t *testing.T, dir string) string {
	t.Helper()
	files, err := fs.Glob(os.DirFS(dir), "*/*/scenario.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios in %s: %v", dir, err)
	}
	var b strings.Builder
	for _, file := range files {
		b.WriteString(fileText(t, dir+"/"+file))
	}
	return b.String()
}
