package bridge

import (
	"fmt"
	"strings"

	"github.com/turbowasm/turbowasm/wasm/stream"
)

// script is numbers.js. The constants come first: the builder puts the values of
// those in their places that nothing but constants stands before.
func script(rooms []*room, groups []group) string {
	var b strings.Builder
	b.WriteString(generated + "// The builder puts the values in their places.\n")
	for _, r := range rooms {
		for i, m := range r.methods {
			if m.class != "" {
				break
			}
			if i == 0 {
				fmt.Fprintf(&b, "\n// What %s.%s is called for.\n", r.pkg, r.receiver)
			}
			fmt.Fprintf(&b, "export const %s = %d\n", m.name, r.first+i)
		}
	}
	for _, g := range groups {
		fmt.Fprintf(&b, "\n// %s\n", strings.ReplaceAll(g.comment, "\n", "\n// "))
		for _, c := range g.constants {
			fmt.Fprintf(&b, "export const %s = %d\n", c.name, c.value)
		}
	}
	b.WriteString("\n// What Go answers, by class: the number of the first method, then their names, those of getters with a point, of setters with an equals sign.\nexport const methods = {\n")
	for _, r := range rooms {
		for i, m := range r.methods {
			if m.class == "" {
				continue
			}
			if i == 0 || m.class != r.methods[i-1].class {
				fmt.Fprintf(&b, "  %s: \"%d", m.class, r.first+i)
			}
			fmt.Fprint(&b, " ", [...]string{plain: "", getter: ".", setter: "="}[m.kind], m.name)
			if i == len(r.methods)-1 || m.class != r.methods[i+1].class {
				b.WriteString("\",\n")
			}
		}
	}
	b.WriteString("}\n")
	var actions []string
	for _, action := range stream.Builtin {
		if action.Perform != nil { // refresh is the session's
			actions = append(actions, fmt.Sprintf("%q", action.Name))
		}
	}
	fmt.Fprintf(&b, "\n// The actions that Go performs, by their numbers.\nexport const actions = [%s]\n", strings.Join(actions, ", "))
	return b.String()
}
