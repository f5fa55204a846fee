package morph

import "slices"

// far is how far a child of the same kind is looked for in its place; beyond
// that, one that would be removed moves.
const far = 64

// A planner decides about all new children of a window together.
type planner struct {
	*Window
	pairs []int32 // by new child: the old one that becomes it, or nobody
	stays []bool  // by new child: its old one stays where it is
	used  []bool  // by old child: it becomes a new one
}

// Fit plans all fates so that the most nodes stay what they are and the fewest
// move. A new child takes the old one with its id, or one that shares a
// persistent id with it, or one with the same content. Of these the longest run
// that is in order stays, what holds the focus included; the others move.
// Between those that stay, new children take one of their kind, as the reference
// has it, and those left over take one of their kind that is elsewhere.
// Where what holds the focus would be removed, nothing is planned.
func (w *Window) Fit() {
	w.own()
	p := &planner{w, make([]int32, len(w.New)), nil, make([]bool, len(w.Old))}
	p.recognize()
	p.settle()
	p.fill()
	p.gather()
	if w.focus != nobody && !p.used[w.focus] {
		w.moving = nil
		return
	}
	w.planned, w.decided = true, len(w.New)
	for i, k := range p.pairs {
		switch {
		case p.unmatched(i):
			w.fates[i] = Fate{Verdict: Create}
		case k == nobody:
			w.fates[i] = Fate{Verdict: Fetch}
		case p.stays[i]:
			w.fates[i] = Fate{Stay, k}
		default:
			w.fates[i] = Fate{Move, k}
		}
	}
}

func (p *planner) pair(i int, k int32) { p.pairs[i], p.used[k] = k, true }

// unmatched reports whether the new child i has neither an old one nor a
// persistent id by which one is fetched.
func (p *planner) unmatched(i int) bool { return p.pairs[i] == nobody && !p.New[i].persistent() }

// recognize pairs children by ids and by content.
func (p *planner) recognize() {
	p.enlist()
	for i := range p.New {
		p.pairs[i] = nobody
		if k, ok := p.recognized(&p.New[i]); ok {
			p.pair(i, k)
		}
	}
}

// enlist notes which old children may be recognized by id and which by content,
// and which persistent ids are fetched from below old children.
func (p *planner) enlist() {
	byID, byContent := &p.tables.ids, &p.tables.contents
	byID.clear(len(p.Old))
	byContent.clear(len(p.Old))
	p.moving = map[int32]bool{}
	for i := range p.New {
		if n := &p.New[i]; n.persistent() {
			if o := p.owner(n.ID); o != nil && p.Old[o.child].ID != n.ID {
				p.moving[n.ID] = true
			}
		}
	}
	for k := range p.Old {
		switch c := &p.Old[k]; {
		case c.Label > 0 && c.ID > empty:
			byID.push(c.ID, int32(k))
		case c.Content != 0 && p.loose(c):
			byContent.push(c.Content, int32(k))
		}
	}
}

// recognized finds the old child that has an id or the content of a new one.
func (p *planner) recognized(n *Child) (k int32, ok bool) {
	byID, byContent := &p.tables.ids, &p.tables.contents
	for _, id := range n.IDs {
		if o := p.owner(id); o != nil && !p.used[o.child] && !p.moving[id] && soft(&p.Old[o.child], n) {
			return o.child, true
		}
	}
	if n.Label > 0 && n.ID > empty {
		if k, ok := byID.next(n.ID, p.used); ok {
			if p.Old[k].Label == n.Label && p.anonymous(&p.Old[k]) {
				return k, true
			}
			byID.push(n.ID, k)
		}
	}
	if n.Content != 0 && !n.persistent() {
		return byContent.next(n.Content, p.used)
	}
	return nobody, false
}

// loose reports whether an old element may become any of its kind.
func (p *planner) loose(c *Child) bool { return c.Label > 0 && c.ID <= empty && p.anonymous(c) }

// queue lists the unused elements that may become any of their kind, by label.
func (p *planner) queue(used []bool) *table {
	q := &p.tables.labels
	q.clear(len(p.Old))
	for k := range p.Old {
		if c := &p.Old[k]; !used[k] && p.loose(c) {
			q.push(c.Label, int32(k))
		}
	}
	return q
}

// settle finds out who stays. What is not recognized might be the first of its
// kind, or one nearby: of these two guesses the one by which more stay counts,
// and it holds for those that stay by it.
func (p *planner) settle() {
	focused := nobody // the new child that takes what holds the focus
	for i, k := range p.pairs {
		if k != nobody && p.Old[k].Last {
			focused = i
		}
	}
	best := p.guess(focused, false)
	if best.guessed {
		if other := p.guess(focused, true); other.worth >= best.worth {
			best = other
		}
	}
	p.stays = best.stays
	for i, stays := range p.stays {
		if stays && p.pairs[i] == nobody {
			p.pair(i, best.pairs[i])
		}
	}
}

// A guess pairs those that are not recognized, too.
type guess struct {
	pairs   []int32
	stays   []bool // those that are in order by it
	worth   int    // how many these are; what holds the focus is worth more than all others
	guessed bool   // there are such that are not recognized
}

// guess takes the first of a kind, or one nearby.
func (p *planner) guess(focused int, nearby bool) (g guess) {
	used := slices.Clone(p.used)
	g.pairs = slices.Clone(p.pairs)
	queue := p.queue(used)
	at := 0
	for i := range g.pairs {
		if p.unmatched(i) && p.New[i].Label > 0 {
			var k int32
			var ok bool
			if nearby {
				var found int
				found, ok = p.near(i, at, min(len(p.Old), at+far), used)
				k = int32(found)
			} else {
				k, ok = queue.next(p.New[i].Label, used)
			}
			g.pairs[i] = k
			g.guessed = g.guessed || ok
		}
		if k := g.pairs[i]; k != nobody {
			used[k] = true
			at = max(at, int(k)+1)
			if focused == nobody && int(k) == p.focus {
				focused = i
			}
		}
	}
	g.stays = longestRun(g.pairs, focused)
	for i, stays := range g.stays {
		if stays {
			g.worth++
			if int(g.pairs[i]) == p.focus {
				g.worth += len(g.pairs)
			}
		}
	}
	return g
}

// fill finds old children for the new ones between those that stay; they stay
// as well.
func (p *planner) fill() {
	ends := make([]int, len(p.pairs)) // the old child that stays behind a new one
	end := len(p.Old)
	for i := len(p.pairs) - 1; i >= 0; i-- {
		ends[i] = end
		if p.stays[i] {
			end = int(p.pairs[i])
		}
	}
	at := 0
	for i := range p.pairs {
		if p.stays[i] {
			at = int(p.pairs[i]) + 1
		} else if p.unmatched(i) {
			if k, ok := p.near(i, at, min(ends[i], at+far), p.used); ok {
				p.pair(i, int32(k))
				p.stays[i] = true
				at = k + 1
			}
		}
	}
}

// gather pairs the new elements that are left over with old ones of their kind,
// wherever they are.
func (p *planner) gather() {
	queue := p.queue(p.used)
	for i := range p.pairs {
		if n := &p.New[i]; p.unmatched(i) && n.Label > 0 {
			if k, ok := queue.next(n.Label, p.used); ok {
				p.pair(i, k)
			}
		}
	}
}

// longestRun marks the longest strictly increasing run of the numbers that are
// not nobody; of those with the number at an index in them, unless that is
// nobody.
func longestRun(numbers []int32, with int) []bool {
	var tails []int // by length of a run: the index of the least number that ends one
	before := make([]int, len(numbers))
	for i, n := range numbers {
		if n <= nobody || with != nobody && (i < with && n >= numbers[with] || i > with && n <= numbers[with]) {
			continue
		}
		length, _ := slices.BinarySearchFunc(tails, n, func(i int, n int32) int { return int(numbers[i] - n) })
		before[i] = nobody
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
		for i := tails[len(tails)-1]; i != nobody; i = before[i] {
			run[i] = true
		}
	}
	return run
}
