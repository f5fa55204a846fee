package link

import "testing"

func TestVisitable(t *testing.T) {
	at := func(path string) Location {
		origin := "https://app.test"
		return Location{origin + path, origin, pathname(path)}
	}
	for _, test := range []struct {
		name, root, path string
		want             bool
	}{
		{"anything below the root", "/", "/messages/1", true},
		{"the root itself", "/", "/", true},
		{"a query of the root", "/", "/?page=2", true},
		{"a deeper root", "/app", "/app", true},
		{"a deeper root with a slash", "/app/", "/app", true},
		{"a path below a deeper root", "/app", "/app/x", true},
		{"a path that only begins like the root", "/app", "/apple", false},
		{"a query right behind a deeper root", "/app", "/app?x=1", false},
		{"a document", "/", "/report.pdf", false},
		{"an extension in capitals", "/", "/report.PDF", true},
		{"an extension that nobody knows", "/", "/report.doe", true},
		{"a dot in a folder", "/", "/v1.pdf/report", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Visitable(at(test.path), at(test.root), func(extension string) bool { return extension == ".pdf" })
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	if other := (Location{"https://other.test/", "https://other.test", "/"}); Visitable(other, at("/"), func(string) bool { return false }) {
		t.Error("another origin is visitable")
	}
}

func pathname(path string) string {
	for i, c := range path {
		if c == '?' {
			return path[:i]
		}
	}
	return path
}
