package morph

import "slices"

// Child is what matching needs to know of a node.
type Child struct {
	Label     int32   // one number per kind of node and name of element, negative for what is no element
	ID        int32   // its id attribute, 0 for none
	IDs       []int32 // the persistent ids on it and below: those that occur once on each side, on elements of one name
	Last      bool    // it holds the focus: no match is looked for behind it, so that it need not move
	Permanent bool    // it has an id and data-turbo-permanent
	Entry     int32   // its number among those with persistent ids, 0 for none
}

// persistent reports whether the child's own id is persistent.
func (c *Child) persistent() bool { return c.ID != 0 && slices.Contains(c.IDs, c.ID) }

// A Window is a run of old siblings that become a run of new ones.
type Window struct {
	Old, New []Child

	owners  map[int32][]int32 // the old children that have a persistent id on them or below, in order
	settled []bool            // old children that have become one, or stay against our will
	stale   bool              // what was planned may not hold
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

// own fills the window's owners, once.
func (w *Window) own() {
	if w.owners != nil {
		return
	}
	w.owners = map[int32][]int32{}
	for k := range w.Old {
		for _, id := range w.Old[k].IDs {
			w.owners[id] = append(w.owners[id], int32(k))
		}
	}
}

// Lose tells that the element with a persistent id has left an old child, or
// its place if it is that child.
func (w *Window) Lose(k int, id int32) {
	w.own()
	if owners, ok := w.owners[id]; ok {
		w.owners[id] = without(owners, int32(k))
	}
	if w.Old[k].ID == id {
		w.Old[k] = Child{Label: none}
	}
}

// without removes an item from a list that has it once.
func without(list []int32, item int32) []int32 {
	switch i := slices.Index(list, item); i {
	case -1:
		return list
	case 0:
		return list[1:]
	default:
		return slices.Delete(list, i, i+1)
	}
}

const none = 0 // the label of what is gone

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
	w.own()
	gone := map[int32]bool{} // persistent ids that the walk has fetched
	focus := slices.IndexFunc(w.Old, func(c Child) bool { return c.Last })
	for i := from; i < len(w.New); i++ {
		n := &w.New[i]
		end := len(w.Old)
		if focus >= at {
			end = focus + 1
		}
		k := w.best(i, at, end, gone)
		switch {
		case k >= 0:
			plan[i], at = int32(k), k+1
		case n.persistent():
			plan[i] = Fetch
			gone[n.ID] = true
		default:
			plan[i] = Create
		}
	}
}

// best looks for the old child in [at, end) that becomes the new child i, -1
// for none.
func (w *Window) best(i, at, end int, gone map[int32]bool) int {
	n := &w.New[i]
	found := -1
	for _, id := range n.IDs {
		for _, k := range w.owners[id] {
			if int(k) >= at && int(k) < end && (found < 0 || int(k) < found) && !gone[id] && soft(&w.Old[k], n) {
				found = int(k)
			}
		}
	}
	if found >= 0 {
		return found
	}
	next, shifted := i+1, 0
	for k := at; k < end; k++ {
		o := &w.Old[k]
		if soft(o, n) && anonymous(o, gone) {
			return k
		}
		// Two of what follows are here: the new child was put before them.
		if next < len(w.New) && soft(o, &w.New[next]) {
			next++
			if shifted++; shifted == 2 {
				break
			}
		}
	}
	return -1
}

func anonymous(o *Child, gone map[int32]bool) bool {
	for _, id := range o.IDs {
		if !gone[id] {
			return false
		}
	}
	return true
}

// Keyed reports whether every element has an id by which alone it is matched:
// a persistent one, or one that the other side does not have.
func (w *Window) Keyed() bool {
	ids := map[int32]bool{}
	for i := range w.Old {
		if c := &w.Old[i]; c.Label > 0 && c.ID == 0 {
			return false
		}
		ids[w.Old[i].ID] = true
	}
	for i := range w.New {
		if c := &w.New[i]; c.Label > 0 && (c.ID == 0 || ids[c.ID] && !c.persistent()) {
			return false
		}
	}
	return true
}

// Fit decides for a keyed window as Walk does, but so that the fewest nodes
// move: the longest run of those that are in order stays, with what holds the
// focus in it. plan has room for every new child.
func (w *Window) Fit(plan []int32) {
	w.own()
	focused := -1
	for i := range w.New {
		plan[i] = Create
		n := &w.New[i]
		if !n.persistent() {
			continue
		}
		plan[i] = Fetch
		for _, k := range w.owners[n.ID] {
			if o := &w.Old[k]; o.ID == n.ID && o.Label == n.Label {
				plan[i] = k
				if o.Last {
					focused = i
				}
			}
		}
	}
	stays := longestRun(plan, focused)
	for i, at := 0, 0; i < len(plan); i++ {
		switch {
		case plan[i] >= 0 && stays[i]:
			at = int(plan[i]) + 1
		case plan[i] >= 0:
			plan[i] = Move(int(plan[i]))
		case w.New[i].Label < 0: // a text becomes the next one, up to what stays
			for k := at; k < len(w.Old) && w.Old[k].Label < 0; k++ {
				if w.Old[k].Label == w.New[i].Label {
					plan[i], at = int32(k), k+1
					break
				}
			}
		}
	}
}

// longestRun marks the longest strictly increasing run of the numbers that
// are not negative, among those with one of them in it where that is not -1.
func longestRun(numbers []int32, with int) []bool {
	var tails []int // index of the least last number of a run of each length
	before := make([]int, len(numbers))
	for i, n := range numbers {
		if n < 0 || with >= 0 && (i < with && n > numbers[with] || i > with && n < numbers[with]) {
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
