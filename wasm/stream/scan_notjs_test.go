//go:build !js

package stream

import (
	"math/rand/v2"
	"testing"
)

// In a browser it is the browser that judges.

func TestScanAgreesWithGoOnTheCorpus(t *testing.T) { checkCorpus(t, goParser{}) }

func FuzzScanMessage(f *testing.F) {
	for _, m := range corpus(300) {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, message string) { check(t, goParser{}, message, flow) })
}

func FuzzScanContents(f *testing.F) {
	f.Add("<p>a</p>", "\n<b>b</b>")
	f.Add("<svg><path/></svg>a", "<li><ul><li></li></ul></li>")
	f.Add("<table><tr><td><form></form></td></tr></table>", "<tr><td></td></tr>")
	f.Add("<select><option>a</option></select>", "<textarea>\n</textarea><style>a</style>")
	f.Add("<h1><a><b></b></a></h1><button>x</button>", "<dl><dt>a</dt></dl>")
	f.Fuzz(func(t *testing.T, a, b string) { check(t, goParser{}, around(a)+around(b), flow) })
}

func TestScanAgreesWithGoOnLargeMessages(t *testing.T) { checkLarge(t, goParser{}) }

func TestScanIsCertainOfWhatApplicationsSend(t *testing.T) { checkPartials(t, goParser{}) }

// FuzzScanGenerated looks at more messages of the corpus's kind.
func FuzzScanGenerated(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		for range 20 {
			check(t, goParser{}, g.message(), flow)
		}
	})
}
