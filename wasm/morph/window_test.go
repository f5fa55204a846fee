package morph

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// window reads children from words: a letter is an element's name, a number
// behind it its id, "!" the focus, ids in parentheses are below it, "=" and a
// letter its looks, "-" is a text.
func window(old, next []string) *Window {
	w := &Window{Old: children(old), New: children(next), fates: make([]Fate, len(next)), settled: make([]bool, len(old)), tables: &tables{}}
	count := map[int32][2]int{}
	for side, children := range [...][]Child{w.Old, w.New} {
		for _, c := range children {
			for _, id := range c.IDs {
				n := count[id]
				n[side]++
				count[id] = n
			}
		}
	}
	for _, children := range [...][]Child{w.Old, w.New} {
		for i := range children {
			children[i].IDs = slices.DeleteFunc(children[i].IDs, func(id int32) bool { return count[id] != [2]int{1, 1} })
		}
	}
	return w
}

func children(words []string) []Child {
	children := make([]Child, len(words))
	for i, word := range words {
		c := &children[i]
		for j := 0; j < len(word); j++ {
			switch b := word[j]; {
			case b == '-':
				c.Label = -3
			case b == '!':
				c.Last = true
			case b == '(' || b == ')':
			case b == '=':
				j++
				c.Content = int32(word[j])
			case b >= '1' && b <= '9':
				id := empty + int32(b-'0')
				if j == 1 {
					c.ID = id
				}
				c.IDs = append(c.IDs, id)
			default:
				c.Label = int32(b)
			}
		}
	}
	return children
}

// walk decides about all new children from one on, one by one.
func walk(w *Window, from, at int) {
	for i := from; i < len(w.fates); i++ {
		w.fates[i] = w.Next(i, at)
		switch o := w.owner(w.New[i].ID); {
		case w.fates[i].Verdict == Stay:
			at = int(w.fates[i].Old) + 1
		case w.fates[i].Verdict == Fetch && o != nil:
			w.Lose(int(o.child), o.id)
		}
	}
}

var create, fetch = Fate{Verdict: Create}, Fate{Verdict: Fetch}

func stay(old int32) Fate { return Fate{Stay, old} }
func move(old int32) Fate { return Fate{Move, old} }

// The pairs are those of Turbo 8.0.23 for the same content.
func TestWalk(t *testing.T) {
	for _, c := range []struct {
		sentence  string
		old, next []string
		want      []Fate
	}{
		{"each becomes the next of its kind", []string{"p", "p", "p"}, []string{"p", "p", "p", "p"}, []Fate{stay(0), stay(1), stay(2), create}},
		{"an id is found again behind others", []string{"p1", "p2", "p3"}, []string{"p3", "p1"}, []Fate{stay(2), fetch}},
		{"a node without an id takes one on", []string{"p"}, []string{"p1"}, []Fate{stay(0)}},
		{"a node with an id is not reused without it", []string{"p1"}, []string{"p"}, []Fate{create}},
		{"ids below count", []string{"p(1)", "p(2)"}, []string{"p(2)", "p"}, []Fate{stay(1), create}},
		{"a node whose ids belong elsewhere is left to them", []string{"p(1)", "p"}, []string{"p", "p(1)"}, []Fate{stay(1), create}},
		{"what is put before two that are there is new", []string{"a", "b", "p"}, []string{"p", "a", "b"}, []Fate{create, stay(0), stay(1)}},
		{"nothing is looked for behind the focus", []string{"a!", "b"}, []string{"b", "a"}, []Fate{create, stay(0)}},
		{"another kind is another node", []string{"a", "-"}, []string{"b", "-"}, []Fate{create, stay(1)}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w := window(c.old, c.next)
			walk(w, 0, 0)
			if !slices.Equal(w.fates, c.want) {
				t.Errorf("%q to %q: got %v, want %v", c.old, c.next, w.fates, c.want)
			}
		})
	}
}

func TestWalkAfterLoss(t *testing.T) {
	w := window([]string{"p", "q(1)", "p2"}, []string{"p", "q", "p2", "q(1)"})
	w.Lose(1, empty+1)
	w.Lose(2, empty+2)
	w.Lose(0, empty+9) // which it never had
	walk(w, 1, 1)
	if want := []Fate{create, stay(1), fetch, create}; !slices.Equal(w.fates, want) {
		t.Errorf("got %v, want %v: what has left matches nothing, what is left of its parent is anybody's", w.fates, want)
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		sentence  string
		old, next []string
		want      []Fate
	}{
		{"the window of the documentation", []string{"i1", "i2", "i3", "p", "i4"}, []string{"i3", "i1", "i2", "h", "p"}, []Fate{move(2), stay(0), stay(1), create, stay(3)}},
		{"the last becomes the first: one moves", []string{"p1", "p2", "p3"}, []string{"p3", "p1", "p2"}, []Fate{move(2), stay(0), stay(1)}},
		{"the focus stays", []string{"p1", "p2", "p3!"}, []string{"p3", "p1", "p2"}, []Fate{stay(2), move(0), move(1)}},
		{"new ones and those from elsewhere", []string{"p1", "-", "p2"}, []string{"p1", "-", "p5", "-", "p2"}, []Fate{stay(0), stay(1), create, create, stay(2)}},
		{"who looks the same is the same", []string{"p=a", "p=b", "p=c"}, []string{"p=x", "p=a", "p=c"}, []Fate{move(1), stay(0), stay(2)}},
		{"others are of their kind where they are", []string{"p=a", "q", "p=b"}, []string{"p=a", "q", "p=x"}, []Fate{stay(0), stay(1), stay(2)}},
		{"an id from elsewhere is fetched", []string{"p=a", "q(1)"}, []string{"p1", "p=a"}, []Fate{fetch, stay(0)}},
		{"what its ids have left is anybody's", []string{"p(1)"}, []string{"b1", "p"}, []Fate{fetch, stay(0)}},
		{"each of one id becomes another", []string{"p1", "p1", "b"}, []string{"p1", "b", "p1"}, []Fate{stay(0), move(2), stay(1)}},
		{"a node with an id is not reused without it", []string{"p1"}, []string{"p"}, []Fate{create}},
		{"what holds the focus is somebody, as the reference has it", []string{"p=a!", "p=b"}, []string{"p=b"}, []Fate{stay(0)}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w := window(c.old, c.next)
			if w.Fit(); !w.planned {
				walk(w, 0, 0)
			}
			if !slices.Equal(w.fates, c.want) {
				t.Errorf("%q to %q: got %v, want %v", c.old, c.next, w.fates, c.want)
			}
		})
	}
}

func TestKeyed(t *testing.T) {
	for _, c := range []struct {
		old, next []string
		want      bool
	}{
		{[]string{"p1", "-", "p2"}, []string{"p2", "p1"}, true},
		{[]string{"p1", "p2"}, []string{"p1"}, false},
		{[]string{"p1", "p"}, []string{"p1", "p"}, false},
		{[]string{"p1", "p1"}, []string{"p1", "p1"}, false},
		{[]string{"p1"}, []string{"q1"}, false},
	} {
		if got := window(c.old, c.next).Keyed(); got != c.want {
			t.Errorf("%q to %q: got keyed %t", c.old, c.next, got)
		}
	}
}

// TestLongestRun compares with the longest of all runs.
func TestLongestRun(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		numbers := make([]int32, random.IntN(9))
		for i, n := range random.Perm(len(numbers)) {
			numbers[i] = int32(n) - int32(random.IntN(2))*20
		}
		longest := 0
		for set := range 1 << len(numbers) {
			last, length := int32(-1), 0
			for i, n := range numbers {
				if set&(1<<i) != 0 && length >= 0 {
					if n <= last {
						length = -1
						break
					}
					last = n
					length++
				}
			}
			longest = max(longest, length)
		}
		last, length := int32(-1), 0
		for i, in := range longestRun(numbers, nobody) {
			if in {
				if numbers[i] <= last {
					t.Fatalf("%v: marked out of order", numbers)
				}
				last = numbers[i]
				length++
			}
		}
		if length != longest {
			t.Fatalf("%v: got a run of %d, want %d", numbers, length, longest)
		}
	}
}

// FuzzPlans checks that plans use each old child once, and keep in order those
// that stay.
func FuzzPlans(f *testing.F) {
	f.Add([]byte("abcd"), []byte("dabc"))
	f.Add([]byte{0, 17, 33, 64}, []byte{33, 17, 96, 0})
	f.Fuzz(func(t *testing.T, old, next []byte) {
		if len(old)+len(next) > 200 {
			return
		}
		words := func(data []byte) (words []string) {
			for _, b := range data {
				word := string([]byte{"-abc"[b&3]})
				if id := b >> 2 & 7; id > 0 && b&3 > 0 {
					word += string([]byte{'0' + id})
				} else if b&3 > 0 {
					word += "=" + string([]byte{'a' + b&3 + b>>5<<2}) // those of one kind
				}
				words = append(words, word)
			}
			return words
		}
		for name, plan := range map[string]func(*Window){"walk": func(w *Window) { walk(w, 0, 0) }, "fit": (*Window).Fit} {
			w := window(words(old), words(next))
			plan(w)
			used := map[int32]bool{}
			last := int32(nobody)
			for i, fate := range w.fates {
				k := fate.Old
				if fate.Verdict < Stay {
					continue
				}
				if int(k) >= len(w.Old) || used[k] || fate.Verdict == Stay && k <= last {
					t.Fatalf("%s: %q to %q: got %v: wrong at %d", name, words(old), words(next), w.fates, i)
				}
				if !soft(&w.Old[k], &w.New[i]) {
					t.Fatalf("%s: %q to %q: got %v: another kind at %d", name, words(old), words(next), w.fates, i)
				}
				used[k] = true
				if fate.Verdict == Stay {
					last = k
				}
			}
		}
	})
}
