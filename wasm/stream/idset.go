package stream

// idSet is a set of ids that is cheap to clear. It remembers hashes only: on rare
// occasions it mistakes a new id for a known one, but never a known one for new.
type idSet struct {
	slots []uint64 // hash, 0 when free
	used  int
}

func (s *idSet) clear() {
	if s.used > 0 {
		clear(s.slots)
		s.used = 0
	}
}

// add reports whether id was not in the set.
func (s *idSet) add(id string) bool {
	if 4*(s.used+1) > 3*len(s.slots) {
		s.grow()
	}
	h := uint64(14695981039346656037) // FNV-1a
	for i := 0; i < len(id); i++ {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return s.insert(h | 1)
}

func (s *idSet) insert(h uint64) bool {
	mask := uint64(len(s.slots) - 1)
	for i := (h >> 1) & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case 0:
			s.slots[i] = h
			s.used++
			return true
		case h:
			return false
		}
	}
}

func (s *idSet) grow() {
	old := s.slots
	s.slots = make([]uint64, max(64, 2*len(old)))
	s.used = 0
	for _, h := range old {
		if h != 0 {
			s.insert(h)
		}
	}
}
