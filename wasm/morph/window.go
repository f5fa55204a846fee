package morph

import "slices"

// Child is what matching needs to know of a node.
type Child struct {
	Label     int32   // one number per kind of node and name of element, negative for nodes that are not elements
	ID        int32   // its id attribute, 0 if it has none, empty if that is empty
	IDs       []int32 // the persistent ids on it and below: those that occur once on each side, on elements of one name; its own first
	Last      bool    // it holds the focus: no match is looked for behind it, so that it need not move
	Permanent bool    // it has an id and data-turbo-permanent
	Entry     int32   // its number among the nodes with persistent ids, 0 if it is not one of them
	Content   int32   // one number per source of an element, 0 until it is asked for
}

const (
	gone  = 0 // the label of a child that has left
	empty = 1 // the id that occurs but names nothing

	nobody = -1 // in place of a child's index
)

// persistent reports whether the child's own id is persistent.
func (c *Child) persistent() bool { return c.ID != 0 && len(c.IDs) > 0 && c.IDs[0] == c.ID }

// A Window is a run of old siblings that becomes a run of new ones. What
// becomes of each new child is its fate; old children that no new one takes are
// removed:
//
//	old     0 li#a    1 li#b    2 li#c    3 p       4 li#d
//	new     0 li#c    1 li#a    2 li#b    3 h2      4 p
//
//	fates   Move 2    Stay 0    Stay 1    Create    Stay 3
//
// Here one element moves and one is made, li#d is removed, and three stay where
// they are.
//
// The fates of a window are planned together, or decided one by one as the
// reference does it, which somebody who listens to its events can tell.
type Window struct {
	Old, New []Child

	fates   []Fate         // of the new children
	decided int            // how many of the fates are decided
	planned bool           // all of them, together
	stale   bool           // what was planned may not hold any more
	settled []bool         // old children that a new one has taken, or that have left
	spoken  []bool         // old children that the rest of a stale plan takes, nil until that matters
	moving  map[int32]bool // persistent ids that new children of a plan fetch from below old ones

	owners []owner // by id; nil until they are asked for
	focus  int     // the old child that holds the focus, or nobody
	tables *tables // to decide with
}

// An owner is the old child that has a persistent id on it or below, nobody
// once that has left.
type owner struct{ id, child int32 }

// A Fate is what becomes of a new child. The zero Fate is to be created.
type Fate struct {
	Verdict Verdict
	Old     int32 // the old child that it takes, where it stays or moves
}

// Verdict tells fates apart.
type Verdict uint8

const (
	Create Verdict = iota // a node is made
	Fetch                 // the element with its persistent id comes from elsewhere
	Stay                  // an old child becomes it where it is
	Move                  // an old child moves to where it goes, and becomes it
)

// own fills the window's owners, once.
func (w *Window) own() {
	if w.owners != nil {
		return
	}
	w.focus = nobody
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

// owner returns the old child that has a persistent id, nil if there is none.
func (w *Window) owner(id int32) *owner {
	i, found := slices.BinarySearchFunc(w.owners, id, func(o owner, id int32) int { return int(o.id - id) })
	if !found || w.owners[i].child == nobody {
		return nil
	}
	return &w.owners[i]
}

// Lose tells that the element with a persistent id has left from below an old
// child, or that it was this child and has left its place.
func (w *Window) Lose(k int, id int32) {
	w.own()
	if o := w.owner(id); o != nil && o.child == int32(k) {
		o.child = nobody
	}
	c := &w.Old[k]
	if w.settled[k] {
		return
	}
	if c.ID == id {
		*c = Child{Label: gone}
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

// soft reports whether an old child may become a new one: it is of the same
// kind and has no other id of its own.
func soft(old, new *Child) bool {
	return old.Label == new.Label && (old.ID <= empty || old.ID == new.ID)
}

// anonymous reports whether no persistent id ties an old child to a new one.
func (w *Window) anonymous(old *Child) bool {
	for _, id := range old.IDs {
		if !w.moving[id] {
			return false
		}
	}
	return true
}

// fate returns what becomes of the new child i. What is not decided yet is
// decided now, with the old children before at passed or taken.
func (w *Window) fate(i, at int) Fate {
	if i >= w.decided {
		w.fates[i] = w.Next(i, at)
		w.decided = i + 1
	}
	if w.stale && w.fates[i].Verdict == Create && w.New[i].Label > 0 {
		if k, ok := w.spare(i); ok {
			w.fates[i] = Fate{Move, int32(k)}
		}
	}
	return w.fates[i]
}

// Next decides about the new child i as the reference does (Turbo 8.0.23,
// morphing) when the old ones before at are passed or taken: the first one that
// shares a persistent id becomes it, or else the first of its kind that has none.
func (w *Window) Next(i, at int) Fate {
	w.own()
	n, end := &w.New[i], len(w.Old)
	if w.focus >= at && w.Old[w.focus].Last {
		end = w.focus + 1
	}
	if k, ok := w.sharing(n, at, end); ok {
		return Fate{Stay, int32(k)}
	}
	if k, ok := w.near(i, at, end, nil); ok {
		return Fate{Stay, int32(k)}
	}
	if n.persistent() {
		return Fate{Verdict: Fetch}
	}
	return Fate{Verdict: Create}
}

// sharing looks in [at, end) for the first old child that shares a persistent
// id with a new one and may become it.
func (w *Window) sharing(n *Child, at, end int) (k int, ok bool) {
	k = end
	for _, id := range n.IDs {
		if o := w.owner(id); o != nil && int(o.child) >= at && int(o.child) < k && soft(&w.Old[o.child], n) {
			if k = int(o.child); k == at {
				break
			}
		}
	}
	return k, k < end
}

// near looks in [at, end) for the first old child that may become the new child
// i, has no persistent id and is not used; nil means that none is used.
func (w *Window) near(i, at, end int, used []bool) (k int, ok bool) {
	next, shifted := i+1, 0
	for k := at; k < end; k++ {
		o := &w.Old[k]
		if (used == nil || !used[k]) && soft(o, &w.New[i]) && w.anonymous(o) {
			return k, true
		}
		// Two of those that follow are here already: the new child was put before them.
		if next < len(w.New) && soft(o, &w.New[next]) {
			next++
			if shifted++; shifted == 2 {
				break
			}
		}
	}
	return nobody, false
}

// spare finds an old element that may become the new child i, which a stale plan
// would create, and that nothing else of the plan takes.
func (w *Window) spare(i int) (k int, ok bool) {
	if w.spoken == nil {
		w.spoken = slices.Clone(w.settled)
		for _, fate := range w.fates[i:] {
			if fate.Verdict >= Stay {
				w.spoken[fate.Old] = true
			}
		}
	}
	for k := range w.Old {
		if o := &w.Old[k]; !w.spoken[k] && !w.settled[k] && soft(o, &w.New[i]) && w.anonymous(o) {
			w.spoken[k] = true
			return k, true
		}
	}
	return nobody, false
}

// Keyed reports whether all elements have ids, no two the same, and the same ids
// occur among the old and the new: then it is clear who becomes whom.
func (w *Window) Keyed() bool {
	const met = -1 // for an id of the old ones that was met among the new
	labels := &w.tables.ids
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
			labels.set(c.ID, met)
			next++
		}
	}
	return old == next
}

// Vague reports whether elements without ids have others of their kind beside
// them: then only their content tells who is who.
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

// Unique gives elements that are the only ones of their kind the same content.
func (w *Window) Unique() {
	for _, children := range [...][]Child{w.Old, w.New} {
		for i := range children {
			if c := &children[i]; c.Label > 0 {
				c.Content = c.Label
			}
		}
	}
}
