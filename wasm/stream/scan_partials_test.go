package stream

import (
	"embed"
	"path"
	"testing"
)

// Markup as templates of Rails and Go applications render it, by what the
// scanner is to make of it.
//
//go:embed testdata/partials
var partials embed.FS

func checkPartials(t *testing.T, p parser) {
	for directory, want := range map[string]verdict{"joinable": joins, "isolated": isolates} {
		directory = path.Join("testdata/partials", directory)
		files, err := partials.ReadDir(directory)
		if err != nil || len(files) == 0 {
			t.Fatal(directory, "has no files", err)
		}
		for _, file := range files {
			content, err := partials.ReadFile(path.Join(directory, file.Name()))
			if err != nil {
				t.Fatal(err)
			}
			message := around(string(content))
			if got := verdictOf(t, message); got != want {
				t.Errorf("%s: got %v, want %v", file.Name(), got, want)
			}
			check(t, p, message+"\n"+message, flow)
		}
	}
}
