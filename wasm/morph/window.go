// Package morph decides which nodes of a page become which nodes of its new
// content.
package morph

import "slices"

// Child is what matching needs to know of a node.
type Child struct {
	Label int32   // one number per kind of node and name of element
	ID    int32   // its id attribute, 0 for none
	IDs   []int32 // the persistent ids on it and below: those that occur once on each side, on elements of one name
	Last  bool    // it holds the focus: no match is looked for behind it, so that it need not move
}

// A Window is a run of old siblings that become a run of new ones. The zero
// Window is empty.
type Window struct {
	Old, New []Child

	owners map[int32]int32 // the old child that has a persistent id on it or below
}

// What becomes of a new child: the index of the old one that becomes it in its
// place, or one of these, or an old one that moves.
const (
	Create = -1 // a node is made
	Fetch  = -2 // the element with its persistent id comes from elsewhere
	moved  = -3 // and less: the old child moves
)

// Move says that the old child at an index moves to where the new one is.
func Move(old int) int32 { return moved - int32(old) }

// Read makes a window of numbers: how many old children there are, how many
// new ones, and for each its label, its id, whether it is the last to look at,
// the number of its persistent ids, and these. It reports whether the numbers
// are whole.
func (w *Window) Read(numbers []int32) bool {
	if len(numbers) < 2 || numbers[0] < 0 || numbers[1] < 0 {
		return false
	}
	old, rest := int(numbers[0]), numbers[2:]
	total := old + int(numbers[1])
	if total > len(rest)/4 {
		return false
	}
	children := make([]Child, total)
	w.owners = nil
	for i := range children {
		if len(rest) < 4 || rest[3] < 0 || int(rest[3]) > len(rest)-4 {
			return false
		}
		n := 4 + int(rest[3])
		children[i] = Child{Label: rest[0], ID: rest[1], Last: rest[2] != 0, IDs: rest[4:n:n]}
		rest = rest[n:]
		if i < old {
			for _, id := range children[i].IDs {
				if w.owners == nil {
					w.owners = map[int32]int32{}
				}
				w.owners[id] = int32(i)
			}
		}
	}
	w.Old, w.New = children[:old:old], children[old:]
	return len(rest) == 0
}

// Lose tells that the element with a persistent id has left its old child.
func (w *Window) Lose(id int32) {
	if k, ok := w.owners[id]; ok {
		delete(w.owners, id)
		w.Old[k].IDs = slices.DeleteFunc(slices.Clone(w.Old[k].IDs), func(other int32) bool { return other == id })
	}
}

// soft reports whether an old child may become a new one: of one kind, and
// without an id of its own.
func soft(old, new *Child) bool {
	return old.Label == new.Label && (old.ID == 0 || old.ID == new.ID)
}

// Walk decides from a new and an old child on as the reference does (Turbo
// 8.0.23, morphing): from left to right, each new child takes the first old
// one that shares a persistent id, else the first of its kind that has none;
// what was passed over is gone. plan has room for every new child.
func (w *Window) Walk(from, at int, plan []int32) {
	gone := map[int32]bool{} // persistent ids that the walk has fetched
	for i := from; i < len(w.New); i++ {
		n := &w.New[i]
		k := w.best(i, at, len(w.Old), gone, nil)
		switch {
		case k >= 0:
			plan[i], at = int32(k), k+1
		case n.ID != 0 && slices.Contains(n.IDs, n.ID):
			plan[i] = Fetch
			gone[n.ID] = true
		default:
			plan[i] = Create
		}
	}
}

// best looks for the old child in [at, end) that becomes the new child i, -1
// for none. Taken ones are passed over.
func (w *Window) best(i, at, end int, gone map[int32]bool, taken []bool) int {
	n := &w.New[i]
	found := -1
	for _, id := range n.IDs {
		k, ok := w.owners[id]
		if ok && int(k) >= at && int(k) < end && (found < 0 || int(k) < found) && !gone[id] && soft(&w.Old[k], n) {
			found = int(k)
		}
	}
	soften, next, shifted := -1, i+1, 0
	for k := at; k < end; k++ {
		if k == found {
			return k
		}
		o := &w.Old[k]
		if taken == nil || !taken[k] {
			if soft(o, n) && w.anonymous(o, gone) {
				soften = k
				break
			}
			// Two of what follows are here: the new child was put before them.
			if next < len(w.New) && soft(o, &w.New[next]) {
				next++
				if shifted++; shifted == 2 {
					break
				}
			}
		}
		if o.Last {
			return -1
		}
	}
	if found >= 0 && !w.stops(at, found) {
		return found
	}
	return soften
}

// stops reports whether a search from at ends before it comes to the child k.
func (w *Window) stops(at, k int) bool {
	for ; at < k; at++ {
		if w.Old[at].Last {
			return true
		}
	}
	return false
}

func (w *Window) anonymous(o *Child, gone map[int32]bool) bool {
	for _, id := range o.IDs {
		if !gone[id] {
			return false
		}
	}
	return true
}

// Fit decides from a new and an old child on so that the fewest nodes move:
// children that share a persistent id belong together, the longest run of them
// that is in order stays, the others move; between those that stay, nodes
// without persistent ids become those of their kind. plan has room for every
// new child.
func (w *Window) Fit(from, at int, plan []int32) {
	taken := make([]bool, len(w.Old))
	for i := from; i < len(w.New); i++ {
		n := &w.New[i]
		plan[i] = Create
		if k := w.partner(n, at, taken); k >= 0 {
			plan[i], taken[k] = int32(k), true
		} else if n.ID != 0 && slices.Contains(n.IDs, n.ID) {
			plan[i] = Fetch
		}
	}
	stays := longestRun(plan[from:])
	for i := from; i < len(w.New); {
		if plan[i] >= 0 {
			if stays[i-from] {
				at = int(plan[i]) + 1
			} else {
				plan[i] = Move(int(plan[i]))
			}
			i++
			continue
		}
		// The gap up to the next that stays.
		end := len(w.Old)
		for j := i; j < len(w.New); j++ {
			if plan[j] >= 0 && stays[j-from] {
				end = int(plan[j])
				break
			}
		}
		for ; i < len(w.New) && plan[i] < 0; i++ {
			if plan[i] == Fetch {
				continue
			}
			if k := w.best(i, at, end, nil, taken); k >= 0 {
				plan[i], taken[k], at = int32(k), true, k+1
				stays[i-from] = true
			}
		}
	}
}

// partner is the old child at or behind at that shares an id with n, its own
// first.
func (w *Window) partner(n *Child, at int, taken []bool) int {
	if k, ok := w.owners[n.ID]; ok && n.ID != 0 && int(k) >= at && !taken[k] && w.Old[k].ID == n.ID {
		return int(k)
	}
	for _, id := range n.IDs {
		if k, ok := w.owners[id]; ok && int(k) >= at && !taken[k] && soft(&w.Old[k], n) {
			return int(k)
		}
	}
	return -1
}

// longestRun marks the longest strictly increasing run of the numbers that
// are not negative.
func longestRun(numbers []int32) []bool {
	var tails []int // index of the least last number of a run of each length
	before := make([]int, len(numbers))
	for i, n := range numbers {
		if n < 0 {
			continue
		}
		length, _ := slices.BinarySearchFunc(tails, n, func(i int, n int32) int { return int(numbers[i] - n) })
		before[i] = -1
		if length > 0 {
			before[i] = tails[length-1]
		}
		if length == len(tails) {
			tails = append(tails, i)
		} else {
			tails[length] = i
		}
	}
	run := make([]bool, len(numbers))
	if len(tails) > 0 {
		for i := tails[len(tails)-1]; i >= 0; i = before[i] {
			run[i] = true
		}
	}
	return run
}
