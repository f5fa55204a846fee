// Command poll is a live poll whose state is in the page: votes arrive as
// streams, the page counts and draws them, and they outlast visits.
//
//	<turbo-stream action="vote" for="tea"></turbo-stream>
//
//	<ul data-poll></ul> <button data-vote="tea">Tea</button>
package main

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/turbowasm/turbowasm/wasm/turbo"
)

// A poll counts votes on a goroutine of its own, which hands out what is to be
// drawn. Only one vote is this page's.
type poll struct {
	page  *turbo.Page
	votes chan string
	drawn turbo.HTML
	voted bool
}

func main() { newApp().Run() }

func newApp() *turbo.App {
	p := &poll{votes: make(chan string, 100)}
	return &turbo.App{Ready: p.ready, Actions: map[string]turbo.Action{
		"vote": func(s *turbo.Stream) error {
			p.votes <- s.Attr("for")
			return nil
		},
	}}
}

func (p *poll) ready(page *turbo.Page) {
	p.page = page
	page.OnLoad(func(turbo.Event) { p.draw() }) // another page, the same poll
	page.On("click", func(e turbo.Event) {
		if option, ok := e.Target().Closest("[data-vote]").Attr("data-vote"); ok && !p.voted {
			p.voted = true
			p.votes <- option
		}
	})
	go p.count()
}

func (p *poll) count() {
	counts := map[string]int{}
	for option := range p.votes {
		counts[option]++
		html := render(counts)
		p.page.After(0, func() {
			p.drawn = html
			p.draw()
		})
	}
}

func (p *poll) draw() {
	for _, list := range p.page.FindAll("[data-poll]") {
		list.Update(p.drawn)
	}
	for _, button := range p.page.FindAll("[data-vote]") {
		button.Value().Set("disabled", p.voted)
	}
}

// render is the list of options, the most wanted first.
func render(counts map[string]int) turbo.HTML {
	options := make([]string, 0, len(counts))
	for option := range counts {
		options = append(options, option)
	}
	slices.SortFunc(options, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	var b strings.Builder
	for _, option := range options {
		b.WriteString(string(turbo.Fill(`<li>{} <meter max="10" value="{}">{}</meter></li>`, option, strconv.Itoa(counts[option]), strconv.Itoa(counts[option]))))
	}
	return turbo.HTML(b.String())
}
