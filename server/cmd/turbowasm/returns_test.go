package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// codeBinary makes a binary of functions with one parameter, and one with none
// behind them.
func codeBinary(bodies ...string) []byte {
	code := []byte{byte(len(bodies))}
	for _, body := range bodies {
		code = append(append(code, byte(len(body))), body...)
	}
	types := slices.Repeat([]byte{0}, len(bodies))
	types[len(types)-1] = 1
	return joinSections([]wasmSection{
		{typeSection, []byte("\x02\x60\x01\x7f\x01\x7f\x60\x00\x00")},
		{functionSection, append([]byte{byte(len(bodies))}, types...)},
		{codeSection, code},
	})
}

func TestShortenReturns(t *testing.T) {
	const (
		first   = "\x42\x81\x80\x80\x80\x01" // i64.const 0x1000<<16 + 1
		second  = "\x42\x82\x80\x80\x80\x01" // … + 2
		foreign = "\x42\x81\x80\x84\x80\x01" // of the next function
		// Locals beside the new one: two of them, whose numbers move.
		rest  = "\x20\x00\x21\x01\x20\x02\x22\x7f\x23\x00\x0e\x01\x00\x00\x43\x00\x00\x00\x00\x0b"
		moved = "\x20\x00\x21\x02\x20\x03\x22\x80\x01\x23\x00\x0e\x01\x00\x00\x43\x00\x00\x00\x00\x0b"
		local = "\x42\x80\x80\x80\x80\x01\x21\x01" // the new one is set
	)
	for _, c := range []struct{ sentence, body, want string }{
		{"a function that calls twice has its number in a local", "\x01\x02\x7f" + first + second + foreign + rest,
			"\x02\x01\x7e\x02\x7f" + local + "\x20\x01\x42\x01\x7c\x20\x01\x42\x02\x7c" + foreign + moved},
		{"a function that calls once stays as it is", "\x01\x02\x7f" + first + foreign + rest, "\x01\x02\x7f" + first + foreign + rest},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			other := "\x00\x42\x81\x80\x84\x80\x01\x42\x81\x80\x84\x80\x01\x0b" // without parameters
			otherWant := "\x01\x01\x7e\x42\x80\x80\x84\x80\x01\x21\x00\x20\x00\x42\x01\x7c\x20\x00\x42\x01\x7c\x0b"
			sections, err := wasmSections(codeBinary(c.body, other))
			if err != nil {
				t.Fatal(err)
			}
			if err := shortenReturns(sections); err != nil {
				t.Fatal(err)
			}
			if got, want := joinSections(sections), codeBinary(c.want, otherWant); !bytes.Equal(got, want) {
				t.Errorf("got %x\nwant %x", got, want)
			}
		})
	}
	for _, c := range []struct{ sentence, body, want string }{
		{"an instruction that Go's compiler does not emit", "\x00\xfd\x00\x0b", "unknown instruction"},
		{"a cut constant", "\x00\x42\x81", "unexpected end"},
		{"a number that does not end", "\x00\x42" + strings.Repeat("\x80", 11), "64 bits"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			sections, err := wasmSections(codeBinary("\x00\x0b", c.body))
			if err != nil {
				t.Fatal(err)
			}
			if err := shortenReturns(sections); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
		})
	}
}
