//go:build !js

package surface_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/turbowasm/turbowasm/js/bridge"
)

func TestGeneratedFilesAreFresh(t *testing.T) {
	files, err := bridge.Generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is stale: go generate ./js", name)
		}
	}
}
