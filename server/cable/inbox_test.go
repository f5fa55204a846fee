package cable

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

const (
	final  = 0x80
	packed = 0x40
)

// frameOf is the bytes of a frame as a client sends it.
func frameOf(head byte, payload string) []byte {
	b := []byte{head}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	key := []byte{1, 0xfe, 0x80, 7}
	b = append(b, key...)
	for i := range len(payload) {
		b = append(b, payload[i]^key[i%4])
	}
	return b
}

// hearAll gives an inbox all of b in pieces of a size, and returns what it says.
func hearAll(in *inbox, b []byte, piece int) (heard []string) {
	deliver := func(kind int, text []byte) { heard = append(heard, fmt.Sprintf("%d %s", kind, text)) }
	b = bytes.Clone(b)
	for len(b) > 0 {
		n := min(piece, len(b))
		err := in.take(b[:n:n], deliver)
		for errors.Is(err, errTooLong) {
			heard = append(heard, "too long")
			err = in.take(nil, deliver)
		}
		if err != nil {
			return append(heard, err.Error())
		}
		b = b[n:]
	}
	return heard
}

func deflated(text string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.DefaultCompression)
	w.Write([]byte(text))
	w.Flush()
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

func TestFramesAreTakenInPiecesOfAnySize(t *testing.T) {
	const text, binaryOp, closeOp, ping, pong = final | 1, final | 2, final | 8, final | 9, final | 10
	frames := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	wrong := errProtocol.Error()
	long := strings.Repeat("long ", 40)
	for _, k := range []struct {
		name string
		sent []byte
		want []string
	}{
		{"a message", frameOf(text, "hello"), []string{"1 hello"}},
		{"an empty one", frameOf(text, ""), []string{"1 "}},
		{"two", frames(frameOf(text, "a"), frameOf(binaryOp, "b")), []string{"1 a", "2 b"}},
		{"a long one", frameOf(text, long), []string{"1 " + long}},
		{"fragments", frames(frameOf(1, "a"), frameOf(0, ""), frameOf(final, "b")), []string{"1 ab"}},
		{"fragments of which the first is empty", frames(frameOf(1, ""), frameOf(final, "b")), []string{"1 b"}},
		{"control frames between fragments", frames(frameOf(1, "a"), frameOf(ping, "p"), frameOf(pong, ""), frameOf(final, "b")), []string{"9 p", "10 ", "1 ab"}},
		{"a close", frameOf(closeOp, "\x03\xe8bye"), []string{"8 \x03\xe8bye"}},
		{"compressed", frameOf(text|packed, deflated(long)), []string{"1 " + long}},
		{"compressed in fragments", frames(frameOf(1|packed, deflated(long)[:3]), frameOf(final, deflated(long)[3:]), frameOf(text, "plain")), []string{"1 " + long, "1 plain"}},

		{"one over the limit", frames(frameOf(text, strings.Repeat("x", 301)), frameOf(text, "next")), []string{"too long", "1 next"}},
		{"far over the limit", frames(frameOf(text, strings.Repeat("x", 70_000)), frameOf(text, "next")), []string{"too long", "1 next"}},
		{"fragments over the limit", frames(frameOf(1, strings.Repeat("x", 299)), frameOf(0, "xx"), frameOf(0, "xx"), frameOf(final, "x"), frameOf(text, "next")), []string{"too long", "1 next"}},
		{"the last fragment over the limit", frames(frameOf(1, strings.Repeat("x", 299)), frameOf(final, "xx"), frameOf(text, "next")), []string{"too long", "1 next"}},
		{"a fragment that is too long itself", frames(frameOf(1, strings.Repeat("x", 301)), frameOf(ping, ""), frameOf(final, "x"), frameOf(text, "next")), []string{"too long", "9 ", "1 next"}},
		{"what expands over the limit", frames(frameOf(text|packed, deflated(strings.Repeat("x", 301))), frameOf(text, "next")), []string{"too long", "1 next"}},

		{"no mask", []byte{text, 0}, []string{wrong}},
		{"a reserved bit", frameOf(text|0x20, "a"), []string{wrong}},
		{"an unknown kind", frameOf(final|3, "a"), []string{wrong}},
		{"a control frame in fragments", frameOf(9, "a"), []string{wrong}},
		{"a control frame that is long", frameOf(ping, strings.Repeat("x", 126)), []string{wrong}},
		{"a compressed control frame", frameOf(ping|packed, "a"), []string{wrong}},
		{"a continuation of nothing", frameOf(final, "a"), []string{wrong}},
		{"a compressed continuation", frames(frameOf(1, "a"), frameOf(final|packed, "a")), []string{wrong}},
		{"a message within another", frames(frameOf(1, "a"), frameOf(text, "a")), []string{wrong}},
		{"compressed nonsense", frameOf(text|packed, "\xff\xff\xff"), []string{wrong}},
		{"a length that cannot be", append([]byte{text, 0xff}, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), []string{wrong}},
	} {
		for _, piece := range []int{1, 2, 3, 7, 128, 1 << 20} {
			in := &inbox{limit: 300, inflate: true}
			if got := hearAll(in, k.sent, piece); !reflect.DeepEqual(got, k.want) {
				t.Errorf("%s in pieces of %d: got %.80q, want %.80q", k.name, piece, got, k.want)
			} else if got[len(got)-1] != wrong && (in.partial != nil || in.fragments != nil || in.kind != 0 || in.skip != 0 || in.refused) {
				t.Errorf("%s in pieces of %d: left %+v", k.name, piece, in)
			}
		}
	}
	if got := hearAll(&inbox{limit: 300}, frameOf(text|packed, deflated("a")), 1); !reflect.DeepEqual(got, []string{wrong}) {
		t.Errorf("compressed, though it was not agreed on: got %q", got)
	}
}

func TestCloseCodesAreAnswered(t *testing.T) {
	for payload, want := range map[string]int{
		"": websocket.CloseNoStatusReceived, "\x03\xe8": 1000, "\x03\xe9bye": 1001, "\x0f\xa0": 4000,
		"\x03": 1002, "\x03\xed": 1002, "\x00\x00": 1002, "\x13\x88": 1002,
	} {
		if got := closeCode([]byte(payload)); got != want {
			t.Errorf("%q: got %d, want %d", payload, got, want)
		}
	}
}

// Bytes say the same however they are cut.
func FuzzFramesInPieces(f *testing.F) {
	f.Add(frameOf(final|1, "hello"), 3)
	f.Add(append(frameOf(1, "a"), frameOf(final|9, "p")...), 1)
	f.Add(frameOf(final|1|packed, deflated("hello hello")), 2)
	f.Add(frameOf(final|1, strings.Repeat("x", 400)), 5)
	f.Fuzz(func(t *testing.T, sent []byte, piece int) {
		whole := hearAll(&inbox{limit: 300, inflate: true}, sent, len(sent)+1)
		pieces := hearAll(&inbox{limit: 300, inflate: true}, sent, 1+piece&0xff)
		if !reflect.DeepEqual(whole, pieces) {
			t.Errorf("whole: %.200q, in pieces: %.200q", whole, pieces)
		}
	})
}
