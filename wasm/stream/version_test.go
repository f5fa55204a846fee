package stream_test

import (
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom/domtest"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

func TestVersions(t *testing.T) {
	const row = `<template><li id="m1">x</li></template>`
	replace := func(version string) string {
		return `<turbo-stream action="replace" target="m1" version="` + version + `">` + row + `</turbo-stream>`
	}
	add := func(action, target, version, content string) string {
		return `<turbo-stream action="` + action + `" target="` + target + `" version="` + version + `"><template>` + content + `</template></turbo-stream>`
	}
	for _, test := range []struct {
		name    string
		streams []string
		want    string // a letter each: performed or outdated
	}{
		{"newer ones pass", []string{replace("1"), replace("2"), replace("10")}, "ppp"},
		{"older ones do not", []string{replace("5"), replace("4"), replace("6"), replace("5")}, "popo"},
		{"equal ones pass once", []string{replace("5"), replace("5")}, "po"},
		{"without a version all pass", []string{replace("5"), replace(""), replace("x"), `<turbo-stream action="remove" target="m1"></turbo-stream>`}, "pppp"},
		{"negative ones count", []string{replace("-1"), replace("-2"), replace("0")}, "pop"},
		{"large ones count", []string{replace("9007199254740993"), replace("9007199254740992")}, "po"},
		{"other actions of one version pass", []string{replace("5"), add("update", "m1", "5", "y"), add("update", "m1", "5", "y"), replace("5")}, "ppoo"},
		{"what was removed stays away", []string{`<turbo-stream action="remove" target="m1" version="6"></turbo-stream>`, add("append", "list", "5", `<li id="m1">`)}, "po"},
		{"what is brought is known by its id", []string{add("append", "list", "1", `<li id="a">`), add("append", "list", "1", `<li id="b">`), add("append", "list", "1", `<li id="a">`), add("prepend", "other", "0", `<li id="a">`)}, "ppoo"},
		{"an inner id will do", []string{add("append", "list", "1", `<li><b id="a"></b></li>`), add("append", "list", "1", `<li><b id="a"></b></li>`)}, "po"},
		{"without an id it is known by its source", []string{add("append", "list", "1", `<li>a`), add("append", "list", "1", `<li>b`), add("append", "list", "1", `<li>a`), add("append", "list", "2", `<li>a`), add("prepend", "list", "2", `<li>a`)}, "ppopp"},
		{"selectors are subjects of their own", []string{
			`<turbo-stream action="update" targets=".x" version="2"><template></template></turbo-stream>`,
			`<turbo-stream action="update" targets=".x" version="1"><template></template></turbo-stream>`,
			`<turbo-stream action="update" target="x" version="1"><template></template></turbo-stream>`}, "pop"},
		{"the page's own version counts", []string{add("update", "shown", "6", ""), add("update", "shown", "7", ""), add("update", "shown", "8", "")}, "oop"},
		{"a request of this page's is an exception", []string{
			`<turbo-stream except="mine" action="update" target="x"><template></template></turbo-stream>`,
			`<turbo-stream except="another" action="update" target="x"><template></template></turbo-stream>`}, "op"},
	} {
		t.Run(test.name, func(t *testing.T) {
			page := domtest.New(`<body><ul id="list"></ul><p id="shown" data-turbo-version="7"></p><div id="streams">` + strings.Join(test.streams, "") + `</div></body>`)
			v := stream.Versions{IsRecentRequest: func(id string) bool { return id == "mine" }, Source: page.Source}
			got := ""
			page.Call(func() {
				elements, err := page.SelectAll(page.ElementByID("streams"), "turbo-stream")
				if err != nil || len(elements) != len(test.streams) {
					t.Fatalf("%d streams, %v", len(elements), err)
				}
				for _, n := range elements {
					outdated, err := v.Outdated(stream.NewElement(page, n))
					if err != nil {
						t.Fatal(err)
					}
					if outdated {
						got += "o"
					} else {
						got += "p"
					}
				}
			})
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestVersionsAreForgotten(t *testing.T) {
	page := domtest.New(`<body><turbo-stream id="s" action="update" target="x" version="5"><template></template></turbo-stream></body>`)
	var v stream.Versions
	for i, want := range []bool{false, true, false} {
		if i == 2 {
			v.Forget()
		}
		page.Call(func() {
			if got, err := v.Outdated(stream.NewElement(page, page.ElementByID("s"))); got != want || err != nil {
				t.Errorf("time %d: got %v, %v", i, got, err)
			}
		})
	}
}
