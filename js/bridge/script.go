package bridge

import (
	"fmt"
	"strings"

	"github.com/turbowasm/turbowasm/wasm/stream"
)

// script is numbers.js.
func script(rooms []*room, groups []group) string {
	var b strings.Builder
	b.WriteString(generated + "// The builder puts the values in their places.\n")
	b.WriteString("\n// The methods and the getters that Go answers, with the number of the first, by class.\nexport const methods = {\n")
	for _, r := range rooms {
		for i := 0; i < len(r.methods); {
			class, first := r.methods[i].class, r.first+i
			var names, getters []string
			for ; i < len(r.methods) && r.methods[i].class == class; i++ {
				if m := r.methods[i]; m.getter {
					getters = append(getters, m.name)
				} else {
					names = append(names, m.name)
				}
			}
			if class == "" {
				continue
			}
			fmt.Fprintf(&b, "  %s: [%d, %q", class, first, strings.Join(names, " "))
			if getters != nil {
				fmt.Fprintf(&b, ", %q", strings.Join(getters, " "))
			}
			b.WriteString("],\n")
		}
	}
	b.WriteString("}\n")
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
	var actions []string
	for _, action := range stream.Builtin {
		if action.Perform != nil { // refresh is the session's
			actions = append(actions, fmt.Sprintf("%q", action.Name))
		}
	}
	fmt.Fprintf(&b, "\n// The actions that Go performs, by their numbers.\nexport const actions = [%s]\n", strings.Join(actions, ", "))
	return b.String()
}
