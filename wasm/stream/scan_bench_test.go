package stream

import (
	"strconv"
	"testing"
)

// chatMessage is about what a chat broadcasts for a line said in a room.
func chatMessage(n int) string {
	id := strconv.Itoa(n)
	return `<turbo-stream action="append" target="messages"><template><div class="message" id="message_` + id + `"><a class="author" href="/users/` + id + `">Ada</a> <p>The analytical engine weaves algebraic patterns, ` + id + `</p></div></template></turbo-stream>` + "\n"
}

func padded(message string) []byte {
	return append([]byte(message), make([]byte, Padding)...)
}

func benchmarkScan(b *testing.B, message string) {
	buf := padded(message)
	var s Scanner
	streams := 0
	b.ReportAllocs()
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		s.Truncate(0)
		if !s.Scan(buf, 0, len(buf)-Padding) {
			b.Fatal("declined")
		}
		streams = len(s.Envelopes)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(streams), "ns/stream")
}

func BenchmarkScanOneStream(b *testing.B) { benchmarkScan(b, chatMessage(1)) }

func BenchmarkScanThousandStreams(b *testing.B) {
	var message string
	for n := range 1000 {
		message += chatMessage(n)
	}
	benchmarkScan(b, message)
}
