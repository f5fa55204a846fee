package morph

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// window reads children from words: a letter is an element's name, a number
// behind it its id, "!" the focus, ids in parentheses are below it, "-" is a text.
func window(t *testing.T, old, next []string) *Window {
	t.Helper()
	count := map[int32][2]int{}
	parse := func(word string, side int) (c Child) {
		for i := 0; i < len(word); i++ {
			switch b := word[i]; {
			case b == '-':
				c.Label = -3
			case b == '!':
				c.Last = true
			case b == '(' || b == ')':
			case b >= '1' && b <= '9':
				id := int32(b - '0')
				if i == 1 {
					c.ID = id
				}
				n := count[id]
				n[side]++
				count[id] = n
				c.IDs = append(c.IDs, id)
			default:
				c.Label = int32(b)
			}
		}
		return c
	}
	var sides [2][]Child
	for side, words := range [][]string{old, next} {
		for _, word := range words {
			sides[side] = append(sides[side], parse(word, side))
		}
	}
	numbers := []int32{int32(len(old)), int32(len(next))}
	for _, children := range sides {
		for _, c := range children {
			ids := slices.DeleteFunc(c.IDs, func(id int32) bool { return count[id] != [2]int{1, 1} })
			last := int32(0)
			if c.Last {
				last = 1
			}
			numbers = append(append(numbers, c.Label, c.ID, last, int32(len(ids))), ids...)
		}
	}
	w := new(Window)
	if !w.Read(numbers) {
		t.Fatalf("%v does not read", numbers)
	}
	return w
}

// The pairs are those of Turbo 8.0.23 for the same content.
func TestWalk(t *testing.T) {
	for _, c := range []struct {
		sentence  string
		old, next []string
		want      []int32
	}{
		{"each becomes the next of its kind", []string{"p", "p", "p"}, []string{"p", "p", "p", "p"}, []int32{0, 1, 2, Create}},
		{"an id is found again behind others", []string{"p1", "p2", "p3"}, []string{"p3", "p1"}, []int32{2, Fetch}},
		{"a node without an id takes one on", []string{"p"}, []string{"p1"}, []int32{0}},
		{"a node with an id is not reused without it", []string{"p1"}, []string{"p"}, []int32{Create}},
		{"ids below count", []string{"p(1)", "p(2)"}, []string{"p(2)", "p"}, []int32{1, Create}},
		{"a node whose ids belong elsewhere is left to them", []string{"p(1)", "p"}, []string{"p", "p(1)"}, []int32{1, Create}},
		{"what is put before two that are there is new", []string{"a", "b", "p"}, []string{"p", "a", "b"}, []int32{Create, 0, 1}},
		{"nothing is looked for behind the focus", []string{"a!", "b"}, []string{"b", "a"}, []int32{Create, 0}},
		{"another kind is another node", []string{"a", "-"}, []string{"b", "-"}, []int32{Create, 1}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w := window(t, c.old, c.next)
			plan := make([]int32, len(c.next))
			w.Walk(0, 0, plan)
			if !slices.Equal(plan, c.want) {
				t.Errorf("%q to %q: got %v, want %v", c.old, c.next, plan, c.want)
			}
		})
	}
}

func TestWalkAfterLoss(t *testing.T) {
	w := window(t, []string{"p", "q(1)", "p2"}, []string{"p", "q", "p2", "q(1)"})
	w.Lose(1, 1)
	w.Lose(2, 2)
	w.Lose(0, 9) // which it never had
	plan := make([]int32, 4)
	w.Walk(1, 1, plan)
	if want := []int32{0, 1, Fetch, Create}; !slices.Equal(plan, want) {
		t.Errorf("got %v, want %v: what has left matches nothing, what is left of its parent is anybody's", plan, want)
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		sentence  string
		old, next []string
		want      []int32
	}{
		{"the last becomes the first: one moves", []string{"p1", "p2", "p3"}, []string{"p3", "p1", "p2"}, []int32{Move(2), 0, 1}},
		{"the focus stays", []string{"p1", "p2", "p3!"}, []string{"p3", "p1", "p2"}, []int32{2, Move(0), Move(1)}},
		{"new ones and those from elsewhere", []string{"p1", "-", "p2"}, []string{"p1", "-", "p5", "-", "p2"}, []int32{0, 1, Create, Create, 2}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w := window(t, c.old, c.next)
			if !w.Keyed() {
				t.Fatalf("%q to %q: got not keyed", c.old, c.next)
			}
			plan := make([]int32, len(c.next))
			w.Fit(plan)
			if !slices.Equal(plan, c.want) {
				t.Errorf("%q to %q: got %v, want %v", c.old, c.next, plan, c.want)
			}
		})
	}
	if window(t, []string{"p1", "p"}, []string{"p1"}).Keyed() {
		t.Error("an element without an id: got keyed")
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
		for i, in := range longestRun(numbers, -1) {
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

func FuzzRead(f *testing.F) {
	f.Add([]byte{1, 1, 5, 1, 0, 1, 1, 5, 1, 0, 1, 1})
	f.Add([]byte{200, 0, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		numbers := make([]int32, len(data))
		for i, b := range data {
			numbers[i] = int32(int8(b))
		}
		var w Window
		if !w.Read(numbers) {
			return
		}
		plan := make([]int32, len(w.New))
		w.Walk(0, 0, plan)
		last := int32(-1)
		for i, fate := range plan {
			if fate >= int32(len(w.Old)) || fate >= 0 && fate <= last {
				t.Fatalf("%v: new child %d becomes of old %d, after %d", numbers, i, fate, last)
			}
			last = max(last, fate)
		}
		w.Fit(plan)
	})
}
