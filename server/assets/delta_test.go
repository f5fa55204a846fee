package assets

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// changed is a file with a small change at every so many bytes, by a seed.
func changed(data []byte, every int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, seed))
	var result []byte
	for len(data) > 0 {
		n := min(len(data), 1+r.IntN(2*every))
		result = append(result, data[:n]...)
		data = data[n:]
		switch r.IntN(3) {
		case 0: // a byte is another
			if len(data) > 0 {
				result = append(result, byte(r.Uint32()))
				data = data[1:]
			}
		case 1: // one has come in
			result = append(result, byte(r.Uint32()))
		case 2: // some are gone
			data = data[min(len(data), r.IntN(9)):]
		}
	}
	return result
}

func TestCompressed(t *testing.T) {
	random := make([]byte, 300_000)
	rand.NewChaCha8([32]byte{}).Read(random)
	for _, c := range []struct {
		sentence            string
		content, dictionary []byte
		most                int // bytes
	}{
		{"nothing", nil, random, 40},
		{"a byte", []byte("x"), random, 60},
		{"the same", random, random, 200},
		{"from nothing", random[:1000], nil, 1200},
		{"from a byte", random[:1000], []byte("x"), 1200},
		{"the end of the dictionary, and then its start", append(bytes.Clone(random[200_000:]), random...), random, 300},
		{"what is in the dictionary only once it is followed by the content", []byte(strings.Repeat("ab", 50_000)), []byte("ab"), 80},
		{"zeros", make([]byte, 1<<20), make([]byte, 1<<20), 200},
		{"zeros after others", make([]byte, 1<<20), random, 200},
		{"a text that is moved", append([]byte("something else"), random...), random, 250},
		{"many small changes", changed(random, 100, 1), random, 3000 * 6},
		{"a few small changes", changed(random, 10_000, 2), random, 600},
	} {
		body := compressed(c.content, c.dictionary)
		if got := decoded(t, body, c.dictionary); !bytes.Equal(got, c.content) {
			t.Errorf("%s: decoded to something else", c.sentence)
		}
		if len(body) > c.most {
			t.Errorf("%s: got %d bytes, want %d at most", c.sentence, len(body), c.most)
		}
	}
	if compressed(make([]byte, largestContent+1), random) != nil || compressed(random, make([]byte, largestDictionary+1)) != nil {
		t.Error("too large a file is compressed")
	}
}

// A decoder refuses to copy from the end of the dictionary on into the content.
func TestNoCopyLeavesTheDictionary(t *testing.T) {
	random := make([]byte, 100_000)
	rand.NewChaCha8([32]byte{}).Read(random)
	dictionary := random[:50_000]
	for _, content := range [][]byte{random, random[50_000:], append(bytes.Clone(random[50_000:]), random...), make([]byte, 1000)} {
		copies := newMatcher(dictionary, content).copies()
		if len(copies) == 0 {
			t.Error("no copies")
		}
		end := 0
		for _, c := range copies {
			from := len(dictionary) + c.to - c.distance
			if from < 0 || from < len(dictionary) && from+c.length > len(dictionary) || c.to < end || c.length < 2 || c.distance < 1 {
				t.Errorf("got %+v, of a dictionary of %d bytes, after %d", c, len(dictionary), end)
			}
			end = c.to + c.length
		}
	}
}

func FuzzCompressed(f *testing.F) {
	f.Add([]byte("the content"), []byte("the dictionary"))
	f.Add(bytes.Repeat([]byte{0}, 1000), []byte{0})
	f.Add([]byte("abcabcabcabcabc"), []byte("abcabc"))
	f.Fuzz(func(t *testing.T, content, dictionary []byte) {
		if got := decoded(t, compressed(content, dictionary), dictionary); !bytes.Equal(got, content) {
			t.Errorf("%q with %q: got %q", content, dictionary, got)
		}
	})
}
