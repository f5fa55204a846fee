package assets

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"github.com/andybalholm/brotli"
	"github.com/andybalholm/brotli/matchfinder"
)

const (
	largestContent    = 1<<24 - 16 // the window of Brotli: copies reach back to its start
	largestDictionary = 1 << 25
)

// compressed returns content in the coding dcb, "dictionary-compressed Brotli":
// Brotli in which copies may reach back beyond the start of the content, into
// the dictionary. It returns nil if one of the two is too large.
//
// Two builds of a program have almost the same code at addresses that differ by
// a little. So most copies have the distance of the one before them, and
// between two of them are a few bytes: the number of a function, or an address.
func compressed(content, dictionary []byte) []byte {
	if len(content) > largestContent || len(dictionary) > largestDictionary {
		return nil
	}
	sum := sha256.Sum256(dictionary)
	body := append([]byte{0xff, 'D', 'C', 'B'}, sum[:]...)
	var encoder brotli.Encoder
	var block []matchfinder.Match // each block has statistics of its own
	at, begun := 0, 0
	for _, c := range newMatcher(dictionary, content).copies() {
		block = append(block, matchfinder.Match{Unmatched: c.to - at, Length: c.length, Distance: c.distance})
		if at = c.to + c.length; len(block) == 5000 {
			body = encoder.Encode(body, content[begun:at], block, false)
			block, begun = block[:0], at
		}
	}
	if at < len(content) {
		block = append(block, matchfinder.Match{Unmatched: len(content) - at})
	}
	return encoder.Encode(body, content[begun:], block, true)
}

// A copied is a part of the content that is found elsewhere: length bytes at
// to, distance bytes before them in dictionary and content put together.
type copied struct{ to, length, distance int }

// A matcher finds the cheapest way to write content with copies.
type matcher struct {
	text  []byte  // the dictionary, and then the content
	start int     // of the content
	table []int32 // the last position of each hash
	chain []int32 // by position, the one before it with the same hash

	steps []step // by position in the part of the content that is looked at
}

// A step is the cheapest way that is known to a position: by a byte as it is,
// or by a copy.
type step struct {
	cost      uint32 // of all until here, in quarters of a bit
	from      int32
	distance  int32 // of the copy; 0 without one
	distances distances
}

// distances are those of the last four copies, the latest first. They are cheap
// to use again, except that a copy does not follow one with its own distance.
type distances [4]int32

// What is written costs about this much, in quarters of a bit.
const (
	unknown      = math.MaxUint32
	costByte     = 28
	costCopy     = 20 // and 2 for each bit of the length
	costLatest   = 4  // the distance of the copy before
	costRecent   = 24 // that of an earlier one
	costNear     = 28 // one that differs by up to 3 from the copy before
	costDistance = 32 // and 4 for each bit of the distance
)

const (
	hashBits = 20
	hashed   = 5       // bytes
	part     = 1 << 16 // of the content, looked at as a whole
	tries    = 32      // positions with the same hash
	long     = 256     // a copy that is taken without a look at what begins inside
)

func newMatcher(dictionary, content []byte) *matcher {
	text := make([]byte, 0, len(dictionary)+len(content))
	m := &matcher{
		text:  append(append(text, dictionary...), content...),
		start: len(dictionary),
		table: make([]int32, 1<<hashBits),
		chain: make([]int32, len(dictionary)+len(content)),
		steps: make([]step, part+1),
	}
	for at := 1; at < m.start; at++ { // 0 stands for none
		m.add(at)
	}
	return m
}

func (m *matcher) hash(at int) uint64 {
	const factor = 0x9e3779b97f4a7c15
	return binary.LittleEndian.Uint64(m.text[at:]) << (64 - 8*hashed) * factor >> (64 - hashBits)
}

func (m *matcher) add(at int) {
	if at+8 <= len(m.text) {
		h := m.hash(at)
		m.chain[at], m.table[h] = m.table[h], int32(at)
	}
}

// copies returns what to copy, in order. All else is written as it is.
func (m *matcher) copies() []copied {
	var all []copied
	latest := distances{int32(m.start)}
	for begin := m.start; begin < len(m.text); begin += part {
		end := min(begin+part, len(m.text))
		m.look(begin, end, latest)
		first := len(all)
		for at := end - begin; at > 0; at = int(m.steps[at].from) {
			if s := m.steps[at]; s.distance != 0 {
				all = append(all, copied{begin + int(s.from) - m.start, at - int(s.from), int(s.distance)})
			}
		}
		slices.Reverse(all[first:])
		latest = m.steps[end-begin].distances
	}
	return all
}

// look finds the cheapest steps from begin to end, positions in the text.
func (m *matcher) look(begin, end int, latest distances) {
	steps := m.steps[:end-begin+1]
	for i := range steps {
		steps[i].cost = unknown
	}
	steps[0] = step{distances: latest}
	next := begin // the next position from which to look
	for at := begin; at < end; at++ {
		if s := steps[at-begin]; at >= next && s.cost != unknown {
			m.reach(at+1-begin, step{s.cost + costByte, int32(at - begin), 0, s.distances})
			if found := m.try(at, begin, end, s); found >= long {
				next = at + found - hashed
			}
		}
		m.add(at)
	}
}

// reach notes a step if it is cheaper than the one that is known.
func (m *matcher) reach(to int, s step) {
	if s.cost < m.steps[to].cost {
		m.steps[to] = s
	}
}

// try notes the copies from a position, to which s leads, and returns the length
// of the longest.
func (m *matcher) try(at, begin, end int, s step) (longest int) {
	// With one distance the longest are noted: down to least, and lengths in all.
	copies := func(distance, cost, least, lengths int) {
		length := m.common(at, at-distance, end)
		longest = max(longest, length)
		latest := s.distances
		if int32(distance) != latest[0] {
			latest = distances{int32(distance), latest[0], latest[1], latest[2]}
		}
		for n := length; n >= least && n > length-lengths; n-- {
			cost := costCopy + cost + 2*bits.Len(uint(n))
			m.reach(at+n-begin, step{s.cost + uint32(cost), int32(at - begin), int32(distance), latest})
		}
	}
	latest := int(s.distances[0])
	if s.distance == 0 {
		copies(latest, costLatest, 2, 6)
	}
	if longest < long/2 {
		for _, distance := range s.distances[1:] {
			copies(int(distance), costRecent, 3, 4)
		}
		for by := 1; by <= 3; by++ {
			copies(latest+by, costNear, 3, 4)
			copies(latest-by, costNear, 3, 4)
		}
	}
	if longest >= 32 || at+8 > end {
		return longest
	}
	least := max(4, longest+1)
	from := int(m.table[m.hash(at)])
	for range tries {
		if from == 0 || longest > long {
			break
		}
		if at+least <= end && m.text[from+least-1] == m.text[at+least-1] {
			copies(at-from, costDistance+4*bits.Len(uint(at-from)), least, 16)
			least = max(least, longest+1)
		}
		from = int(m.chain[from])
	}
	return longest
}

// common returns how many bytes are equal at two positions, up to end. A copy
// must not go on from the end of the dictionary into the content.
func (m *matcher) common(at, from, end int) int {
	if from < 0 || from >= at {
		return 0
	}
	size := end - at
	if from < m.start {
		size = min(size, m.start-from)
	}
	a, b := m.text[at:at+size], m.text[from:from+size]
	n := 0
	for ; n+8 <= size; n += 8 {
		if x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
	}
	for n < size && a[n] == b[n] {
		n++
	}
	return n
}
