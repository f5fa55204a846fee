// Package bridge writes what Go and the script must agree on: by which numbers
// the script calls Go, and the constants that both know. It is declared once,
// by directives in the packages below wasm/.
//
//	//turbo:method Visit start
//
// says of a method of Go's that it answers for the method start of the class
// Visit; several names may follow one another. turbo:getter says the same of a
// property, turbo:setter of giving it a value. turbo:function CLICK says that
// the script calls it by the constant CLICK, of no class. turbo:field Visit
// scrolled, above a field of a struct, says that the page reads and writes it as
// the property scrolled of its wrapper: a bool, or a string, undefined where it is empty.
//
// The first parameter is the object itself where it is called by the last word
// of the class's name (view, of PageView), or by that word's first letter; that
// of a function always is. Where the receiver is what the object wraps, as
// Submission is for FormSubmission, there is no such parameter. Those that follow
// are the arguments, up to four: dom.Node takes a value as it is, bool whether it
// is truthy, int and string what it comes to as one (0 and "" for none). The
// result may be nothing, a dom.Node, bool or string, or a string and whether
// there is one, null if not.
//
// What takes its time has one more parameter, which it calls when it is over:
// then, func(value dom.Node) or func(). For the page that is a promise, and
// surface.Call keeps the object and the arguments until then; who calls it from
// Go, by DoThen, keeps them itself.
//
// After a change, go generate ./js writes the files; a test in wasm/surface
// fails when they are stale.
//
//	//turbo:numbers -Event +KIND_
//
// above a block of constants exports them to the script, with one prefix less
// and another one more.
package bridge

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
)

// module is what the import paths of the repository's packages begin with.
const module = "github.com/turbowasm/turbowasm/"

// roomSize is how many methods a receiver may have.
const roomSize = 1 << 9

// A room is a type whose methods the script calls: their numbers follow one
// another.
type room struct {
	dir, pkg, receiver string
	js                 bool // in files for the page alone
	first              int
	methods            []method
}

type kind int

const (
	plain kind = iota
	getter
	setter
)

// A method answers for one name of one class, or for a constant.
type method struct {
	class, name string // no class for functions
	kind        kind
	function    *function
}

// Generate returns the files that directives below root ask for, by their
// paths from there.
func Generate(root string) (map[string]string, error) {
	source, err := read(root)
	if err != nil {
		return nil, err
	}
	rooms, err := source.rooms()
	if err != nil {
		return nil, err
	}
	if err := source.distinct(); err != nil {
		return nil, err
	}
	files := map[string]string{
		"js/numbers.js":         script(rooms, source.groups),
		"wasm/surface/rooms.go": roomsFile(rooms),
	}
	for _, room := range rooms {
		name := "bridge.go"
		if room.js {
			name = "bridge_js.go"
		}
		name = filepath.Join(room.dir, name)
		text, err := room.file(files[name] == "")
		if err != nil {
			return nil, err
		}
		files[name] += text
	}
	for name, text := range files {
		if filepath.Ext(name) == ".go" {
			if files[name], err = formatted(name, text); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// rooms sorts the methods by who answers, by class and by name: first what many
// classes have, so that the script compresses well.
func (s *source) rooms() ([]*room, error) {
	byReceiver := map[string]*room{}
	shared := map[string]int{}
	for _, m := range s.methods {
		shared[m.name]++
	}
	seen := map[string]*function{}
	for _, m := range s.methods {
		f := m.function
		r := byReceiver[f.receiver]
		if r == nil {
			r = &room{dir: f.dir, pkg: f.pkg, receiver: f.receiver}
			byReceiver[f.receiver] = r
		}
		if r.dir != f.dir {
			return nil, f.errorf("there is another %s, in %s", f.receiver, r.dir)
		}
		r.js = r.js || f.js
		key := fmt.Sprint(m.class, m.name, m.kind == setter)
		if other := seen[key]; other != nil {
			return nil, f.errorf("%s answers for %s %s already", other.name, m.class, m.name)
		}
		seen[key] = f
		r.methods = append(r.methods, m)
	}
	var rooms []*room
	for _, r := range byReceiver {
		slices.SortFunc(r.methods, func(a, b method) int {
			return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.kind, b.kind),
				cmp.Compare(shared[b.name], shared[a.name]), cmp.Compare(a.name, b.name))
		})
		rooms = append(rooms, r)
	}
	slices.SortFunc(rooms, func(a, b *room) int { return cmp.Or(cmp.Compare(a.dir, b.dir), cmp.Compare(a.receiver, b.receiver)) })
	owner := map[string]*room{}
	for i, r := range rooms {
		r.first = i * roomSize
		if len(r.methods) > roomSize {
			return nil, fmt.Errorf("bridge: %s has more than %d methods", r.receiver, roomSize)
		}
		for _, m := range r.methods {
			if m.class == "" {
				continue
			}
			if other := owner[m.class]; other != nil && other != r {
				return nil, m.function.errorf("%s answers for %s already", other.receiver, m.class)
			}
			owner[m.class] = r
		}
	}
	return rooms, nil
}

// distinct checks that the script has each constant once.
func (s *source) distinct() error {
	seen := map[string]bool{}
	check := func(name string) error {
		if seen[name] {
			return fmt.Errorf("bridge: two constants of the script are called %s", name)
		}
		seen[name] = true
		return nil
	}
	for _, m := range s.methods {
		if m.class == "" {
			if err := check(m.name); err != nil {
				return err
			}
		}
	}
	for _, g := range s.groups {
		for _, c := range g.constants {
			if err := check(c.name); err != nil {
				return err
			}
		}
	}
	return nil
}
