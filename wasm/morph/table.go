package morph

// A table maps small numbers, such as labels and ids, to values. It is faster than
// a map and cleared in no time. The zero table is ready for use.
type table struct {
	values []int32
	filled []uint32 // when a value was set
	now    uint32
	links  []int32 // from each child in a queue to the next, from the last to the first
}

// tables are shared by all windows of a morph, which are planned one at a time.
type tables struct{ ids, labels, contents table }

// clear empties the table and makes room for queues of so many children.
func (t *table) clear(children int) {
	t.now++
	if len(t.links) < children {
		t.links = make([]int32, children)
	}
}

func (t *table) get(n int32) int32 {
	if int(n) >= len(t.values) || t.filled[n] != t.now {
		return 0
	}
	return t.values[n]
}

func (t *table) set(n, value int32) {
	if int(n) >= len(t.values) {
		size := int(n) + len(t.values) + 16
		t.values = append(make([]int32, 0, size), t.values...)[:size]
		t.filled = append(make([]uint32, 0, size), t.filled...)[:size]
	}
	t.values[n], t.filled[n] = value, t.now
}

// push adds a child to the end of a number's queue. The value of the number is
// the last child of its queue, counted from one.
func (t *table) push(n, child int32) {
	if last := t.get(n) - 1; last < 0 {
		t.links[child] = child
	} else {
		t.links[child], t.links[last] = t.links[last], child
	}
	t.set(n, child+1)
}

// next takes the first child of a number's queue that is not used, if there is
// one.
func (t *table) next(n int32, used []bool) (child int32, ok bool) {
	for last := t.get(n) - 1; last >= 0; last = t.get(n) - 1 {
		first := t.links[last]
		if first == last {
			t.set(n, 0)
		} else {
			t.links[last] = t.links[first]
		}
		if !used[first] {
			return first, true
		}
	}
	return nobody, false
}
