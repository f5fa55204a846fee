package server_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// What delivery.md shows of Go is in examples, which are compiled, and run where
// they say what comes out.
func TestTheDocumentationShowsExamples(t *testing.T) {
	page, err := os.ReadFile("delivery.md")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := os.ReadFile("delivery_example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatch(page, -1)
	if len(snippets) < 7 {
		t.Errorf("got %d snippets, want all 7", len(snippets))
	}
	for _, s := range snippets {
		if !strings.Contains(string(examples), string(s[1])) {
			t.Errorf("this is in no example of delivery_example_test.go:\n%s", s[1])
		}
	}
}

// Metrics that alerts are about are those that there are.
func TestTheDocumentationNamesMetricsThatExist(t *testing.T) {
	page, err := os.ReadFile("delivery.md")
	if err != nil {
		t.Fatal(err)
	}
	var sources string
	for _, file := range []string{"metrics/metrics.go", "metrics/outbox.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources += string(source)
	}
	names := regexp.MustCompile(`\b(?:cable|outbox)_[a-z_]+[a-z]`).FindAllString(string(page), -1)
	if len(names) < 8 {
		t.Errorf("got the metrics %q, want more", names)
	}
	for _, name := range names {
		if !strings.Contains(sources, `"`+strings.TrimPrefix(name, "cable_")+`"`) && !strings.Contains(sources, `"`+name+`"`) {
			t.Errorf("there is no metric %q", name)
		}
	}
}
