package stream

const Padding = 8

type Scanner struct {
	Envelopes []Envelope
	IDs       []Range
}

func (s *Scanner) Scan(buf []byte, from, to int) bool { return false }
func (s *Scanner) Truncate(n int)                     {}
