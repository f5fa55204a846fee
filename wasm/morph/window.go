package morph

import "slices"

// Child is what matching needs to know of a node.
type Child struct {
	Label     int32   // one number per kind of node and name of element, negative for what is no element
	ID        int32   // its id attribute, 0 for none, empty for an empty one
	IDs       []int32 // the persistent ids on it and below: those that occur once on each side, on elements of one name; its own first
	Last      bool    // it holds the focus: no match is looked for behind it, so that it need not move
	Permanent bool    // it has an id and data-turbo-permanent
	Entry     int32   // its number among those with persistent ids, 0 for none
	Content   int32   // one number per source of an element, 0 where nobody asked
}

// empty is the id that occurs but names nothing.
const empty = 1

// persistent reports whether the child's own id is persistent.
func (c *Child) persistent() bool { return c.ID != 0 && len(c.IDs) > 0 && c.IDs[0] == c.ID }

// A Window is a run of old siblings that become a run of new ones.
type Window struct {
	Old, New []Child

	owners  []owner        // by id
	focus   int            // the old child that holds the focus, -1 for none
	gone    map[int32]bool // persistent ids that new children of a plan fetch from below old ones
	settled []bool         // old children that have become one, or stay against our will
	taken   []bool         // old children that are planned for, once that matters
	tables  *tables        // to decide with
	planned bool           // what becomes of all new children is decided
	stale   bool           // what was planned may not hold
}

// An owner is the old child that has a persistent id on it or below, -1 once
// it has left.
type owner struct{ id, child int32 }

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
	w.focus = -1
	count := 0
	for k := range w.Old {
		count += len(w.Old[k].IDs)
		if w.Old[k].Last {
			w.focus = k
		}
	}
	w.owners = make([]owner, 0, count)
	for k := range w.Old {
		for _, id := range w.Old[k].IDs {
			w.owners = append(w.owners, owner{id, int32(k)})
		}
	}
	byID := func(a, b owner) int { return int(a.id - b.id) }
	if !slices.IsSortedFunc(w.owners, byID) {
		slices.SortFunc(w.owners, byID)
	}
}

// owner returns the old child that has a persistent id, nil for none.
func (w *Window) owner(id int32) *owner {
	i, found := slices.BinarySearchFunc(w.owners, id, func(o owner, id int32) int { return int(o.id - id) })
	if !found || w.owners[i].child < 0 {
		return nil
	}
	return &w.owners[i]
}

// Lose tells that the element with a persistent id has left an old child, or
// its place if it is that child.
func (w *Window) Lose(k int, id int32) {
	w.own()
	if o := w.owner(id); o != nil && o.child == int32(k) {
		o.child = -1
	}
	c := &w.Old[k]
	if w.settled[k] {
		return
	}
	if c.ID == id {
		*c = Child{Label: none}
		w.settled[k] = true
		return
	}
	switch i, last := slices.Index(c.IDs, id), len(c.IDs)-1; i {
	case -1:
	case 0:
		c.IDs = c.IDs[1:]
	case last:
		c.IDs = c.IDs[:last]
	default:
		c.IDs = append(slices.Clone(c.IDs[:i]), c.IDs[i+1:]...) // others share them
	}
}

const none = 0 // the label of what is gone

// soft reports whether an old child may become a new one: of one kind, and
// without an id of its own.
func soft(old, new *Child) bool {
	return old.Label == new.Label && (old.ID <= empty || old.ID == new.ID)
}

// Next decides about the new child i as the reference does (Turbo 8.0.23,
// morphing), when the old ones before at are passed over or taken: it takes the
// first one that shares a persistent id, else the first of its kind that has none.
func (w *Window) Next(i, at int) int32 {
	w.own()
	n, end := &w.New[i], len(w.Old)
	if w.focus >= at && w.Old[w.focus].Last {
		end = w.focus + 1
	}
	found := end
	for _, id := range n.IDs {
		if o := w.owner(id); o != nil && int(o.child) >= at && int(o.child) < found && soft(&w.Old[o.child], n) {
			if found = int(o.child); found == at {
				break
			}
		}
	}
	if found == end {
		found = w.near(i, at, end, nil)
	}
	if found < 0 && n.persistent() {
		return Fetch
	}
	return int32(found)
}

// near looks in [at, end) for the first old child of the kind of the new child
// i that has no persistent id and is not used, -1 for none; nil is none used.
func (w *Window) near(i, at, end int, used []bool) int {
	next, shifted := i+1, 0
	for k := at; k < end; k++ {
		o := &w.Old[k]
		if (used == nil || !used[k]) && soft(o, &w.New[i]) && anonymous(o, w.gone) {
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

// Keyed reports whether all elements have ids, each another, and the same ones
// occur among the old and the new: they tell who is who.
func (w *Window) Keyed() bool {
	labels := &w.tables.ids // by id, negative once met again
	labels.clear(0)
	old, next := 0, 0
	for i := range w.Old {
		if c := &w.Old[i]; c.Label > 0 {
			if c.ID <= empty || labels.get(c.ID) != 0 {
				return false
			}
			labels.set(c.ID, c.Label)
			old++
		}
	}
	for i := range w.New {
		if c := &w.New[i]; c.Label > 0 {
			if labels.get(c.ID) != c.Label {
				return false
			}
			labels.set(c.ID, -1)
			next++
		}
	}
	return old == next
}

// far is how far a child of the same kind is looked for in its place; further
// away, one that would go is taken.
const far = 64

// Vague reports whether elements without ids share their kind with others beside
// them: then it is their looks that tell who is who.
func (w *Window) Vague() bool {
	for _, children := range [...][]Child{w.Old, w.New} {
		labels := &w.tables.labels
		labels.clear(0)
		for i := range children {
			if c := &children[i]; c.Label > 0 && c.ID <= empty {
				if labels.get(c.Label) != 0 {
					return true
				}
				labels.set(c.Label, 1)
			}
		}
	}
	return false
}

// Unique has elements that are alone of their kind look like each other.
func (w *Window) Unique() {
	for _, children := range [...][]Child{w.Old, w.New} {
		for i := range children {
			if c := &children[i]; c.Label > 0 {
				c.Content = c.Label
			}
		}
	}
}

// loose reports whether an old element may become any of its kind.
func (w *Window) loose(c *Child) bool {
	return c.Label > 0 && c.ID <= empty && anonymous(c, w.gone)
}

// Fit decides so that the most nodes stay what they are and the fewest move:
// who has the same id becomes it, or shares a persistent one, or looks the same.
// Of these the longest run that is in order stays, with what holds the focus in
// it. Between them others become one of their kind, as the reference has it,
// and those left over become one of their kind that is elsewhere.
// Where what holds the focus would go, nothing is planned. plan has room for
// every new child.
func (w *Window) Fit(plan []int32) {
	w.own()
	w.planned = true
	used := make([]bool, len(w.Old))
	w.recognize(plan, used)
	focused := -1
	for i, k := range plan {
		if k >= 0 && w.Old[k].Last {
			focused = i
		}
	}
	guess, stays, guessed := w.guess(plan, used, focused, false)
	if guessed {
		if other, run, _ := w.guess(plan, used, focused, true); w.worth(other, run) >= w.worth(guess, stays) {
			guess, stays = other, run
		}
	}
	for i, stay := range stays {
		if stay && plan[i] == Create {
			plan[i], used[guess[i]] = guess[i], true
		}
	}
	w.fill(plan, stays, used)
	queue := w.queue(used)
	for i := range plan {
		if n := &w.New[i]; plan[i] == Create && n.Label > 0 {
			if k := queue.next(n.Label, used); k >= 0 {
				plan[i], used[k] = Move(int(k)), true
			}
		}
	}
	if w.focus >= 0 && !used[w.focus] {
		w.gone, w.planned = nil, false
	}
}

// guess has those that are not recognized become the first of their kind, or one
// nearby, and marks which new children stay in order then; guessed says that
// there are such.
func (w *Window) guess(plan []int32, used []bool, focused int, near bool) (guess []int32, stays []bool, guessed bool) {
	guess, used = slices.Clone(plan), slices.Clone(used)
	queue := w.queue(used)
	at := 0
	for i := range guess {
		if n := &w.New[i]; guess[i] == Create && n.Label > 0 {
			if near {
				guess[i] = int32(w.near(i, at, min(len(w.Old), at+far), used))
			} else {
				guess[i] = queue.next(n.Label, used)
			}
			guessed = guessed || guess[i] >= 0
		}
		if guess[i] >= 0 {
			used[guess[i]] = true
			at = max(at, int(guess[i])+1)
			if focused < 0 && int(guess[i]) == w.focus {
				focused = i
			}
		}
	}
	return guess, longestRun(guess, focused), guessed
}

// worth is how many stay; what holds the focus is worth more than all others.
func (w *Window) worth(guess []int32, stays []bool) (n int) {
	for i, stay := range stays {
		if stay {
			n++
			if int(guess[i]) == w.focus {
				n += len(guess)
			}
		}
	}
	return n
}

// Spare takes an old element that may become the new child i and that nobody
// becomes by what is left of a plan, -1 for none.
func (w *Window) Spare(i int, plan []int32) int {
	if w.taken == nil {
		w.taken = slices.Clone(w.settled)
		for _, fate := range plan[i:] {
			if fate <= moved {
				fate = moved - fate
			}
			if fate >= 0 {
				w.taken[fate] = true
			}
		}
	}
	n := &w.New[i]
	for k := range w.Old {
		if c := &w.Old[k]; !w.taken[k] && !w.settled[k] && soft(c, n) && anonymous(c, w.gone) {
			w.taken[k] = true
			return k
		}
	}
	return -1
}

// recognize finds who becomes whom by ids and by looks.
func (w *Window) recognize(plan []int32, used []bool) {
	byID, byContent := &w.tables.ids, &w.tables.contents
	byID.clear(len(w.Old))
	byContent.clear(len(w.Old))
	w.gone = map[int32]bool{}
	for i := range w.New {
		if n := &w.New[i]; n.persistent() {
			if o := w.owner(n.ID); o != nil && w.Old[o.child].ID != n.ID {
				w.gone[n.ID] = true // it comes from below
			}
		}
	}
	for k := range w.Old {
		switch c := &w.Old[k]; {
		case c.Label > 0 && c.ID > empty:
			byID.push(c.ID, int32(k))
		case c.Content != 0 && w.loose(c):
			byContent.push(c.Content, int32(k))
		}
	}
	for i := range w.New {
		n := &w.New[i]
		plan[i] = Create
		if n.persistent() {
			plan[i] = Fetch
		}
		k := int32(-1)
		for _, id := range n.IDs {
			if o := w.owner(id); o != nil && !used[o.child] && !w.gone[id] && soft(&w.Old[o.child], n) {
				k = o.child
				break
			}
		}
		if k < 0 && n.Label > 0 && n.ID > empty {
			if k = byID.next(n.ID, used); k >= 0 && (w.Old[k].Label != n.Label || !anonymous(&w.Old[k], w.gone)) {
				byID.push(n.ID, k)
				k = -1
			}
		}
		if k < 0 && plan[i] == Create && n.Content != 0 {
			k = byContent.next(n.Content, used)
		}
		if k >= 0 {
			plan[i], used[k] = k, true
		}
	}
}

// fill finds old children for the new ones left between those that stay.
func (w *Window) fill(plan []int32, stays, used []bool) {
	ends := make([]int, len(plan)) // the old child that stays behind a new one
	end := len(w.Old)
	for i := len(plan) - 1; i >= 0; i-- {
		ends[i] = end
		if stays[i] && plan[i] >= 0 {
			end = int(plan[i])
		}
	}
	at := 0
	for i := range plan {
		switch {
		case plan[i] >= 0 && stays[i]:
			at = int(plan[i]) + 1
		case plan[i] >= 0:
			plan[i] = Move(int(plan[i]))
		case plan[i] == Create:
			if k := w.near(i, at, min(ends[i], at+far), used); k >= 0 {
				plan[i], used[k], at = int32(k), true, k+1
			}
		}
	}
}

// queue lists the unused elements that may become any of their kind, by label.
func (w *Window) queue(used []bool) *table {
	q := &w.tables.labels
	q.clear(len(w.Old))
	for k := range w.Old {
		if c := &w.Old[k]; !used[k] && w.loose(c) {
			q.push(c.Label, int32(k))
		}
	}
	return q
}

// longestRun marks the longest strictly increasing run of the numbers that
// are not negative, among those with one of them in it where that is not -1.
func longestRun(numbers []int32, with int) []bool {
	var tails []int // index of the least last number of a run of each length
	before := make([]int, len(numbers))
	for i, n := range numbers {
		if n < 0 || with >= 0 && (i < with && n >= numbers[with] || i > with && n <= numbers[with]) {
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
