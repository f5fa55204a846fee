// Command waiting has an action whose goroutine waits for the page itself:
// package fmt's output, a timer of package time.
package main

import (
	"fmt"
	"time"

	"github.com/turbowasm/turbowasm/wasm/turbo"
)

func main() {
	texts := make(chan string, 10)
	app := &turbo.App{
		Actions: map[string]turbo.Action{"say": func(s *turbo.Stream) error {
			texts <- s.Attr("text")
			return nil
		}},
		Ready: func(p *turbo.Page) {
			go func() {
				for text := range texts {
					fmt.Println("said", text)
					time.Sleep(time.Millisecond)
					p.After(0, func() { p.ByID("list").Append(turbo.Fill("<li>{}</li>", text)) })
				}
			}()
		},
	}
	app.Run()
}
