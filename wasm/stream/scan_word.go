package stream

import (
	"math/bits"
	"unsafe"
)

// The scanner reads eight bytes at a time: compiled to WebAssembly, Go spends
// about 4.5 ns on every byte that it loops over, whatever is done with it.

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// load reads the eight bytes at offset i, the first of them lowest. The
// caller has made sure that they lie in the buffer.
func load(p unsafe.Pointer, i int) uint64 {
	b := (*[8]byte)(unsafe.Add(p, i))
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// at reads the byte at offset i.
func at(p unsafe.Pointer, i int) byte { return *(*byte)(unsafe.Add(p, i)) }

// zeros marks the high bit of every byte of w that is zero. Marks above the
// lowest may be wrong.
func zeros(w uint64) uint64 { return (w - ones) &^ w & highs }

// less marks the bytes of w below n (n ≤ 0x80), as zeros does.
func less(w uint64, n uint64) uint64 { return (w - ones*n) &^ w & highs }

// first turns marks into the number of bytes before the lowest.
func first(marks uint64) int { return bits.TrailingZeros64(marks) >> 3 }

// until returns the offset of the first byte at or after i that is c or NUL.
func until(p unsafe.Pointer, i int, c byte) int {
	for {
		w := load(p, i)
		x := w ^ ones*uint64(c)
		if m := ((x-ones)&^x | (w-ones)&^w) & highs; m != 0 {
			return i + first(m)
		}
		i += 8
	}
}

// untilSpecial returns the offset of the first byte at or after i that is c,
// "&", CR or NUL.
func untilSpecial(p unsafe.Pointer, i int, c byte) int {
	for {
		w := load(p, i)
		if m := zeros(w^ones*uint64(c)) | zeros(w^ones*'&') | zeros(w^ones*'\r') | zeros(w); m != 0 {
			return i + first(m)
		}
		i += 8
	}
}

// tagEnd marks the bytes that end a plain tag name: everything below "0"
// (white space, "/" and also "-") and ">".
func tagEnd(w uint64) uint64 { return less(w, '0') | zeros(w^ones*'>') }

// nameEnd marks the bytes that end an attribute's name: white space, "=", "/",
// ">", and those that no plain name holds.
func nameEnd(w uint64) uint64 {
	return less(w, '-') | less(w^ones*'=', 4) | zeros(w^ones*'/')
}

// Words as load reads them.
const (
	wordStreamOpen  = '<' | 't'<<8 | 'u'<<16 | 'r'<<24 | 'b'<<32 | 'o'<<40 | '-'<<48 | 's'<<56
	wordStream      = 'o' | '-'<<8 | 's'<<16 | 't'<<24 | 'r'<<32 | 'e'<<40 | 'a'<<48 | 'm'<<56
	wordStreamClose = '<' | '/'<<8 | 't'<<16 | 'u'<<24 | 'r'<<32 | 'b'<<40 | 'o'<<48 | '-'<<56
	wordStreamEnd   = '-' | 's'<<8 | 't'<<16 | 'r'<<24 | 'e'<<32 | 'a'<<40 | 'm'<<48 | '>'<<56

	wordTemplateOpen  = '<' | 't'<<8 | 'e'<<16 | 'm'<<24 | 'p'<<32 | 'l'<<40 | 'a'<<48 | 't'<<56
	wordTemplateClose = '<' | '/'<<8 | 't'<<16 | 'e'<<24 | 'm'<<32 | 'p'<<40 | 'l'<<48 | 'a'<<56
	wordTemplateEnd   = 'e' | 'm'<<8 | 'p'<<16 | 'l'<<24 | 'a'<<32 | 't'<<40 | 'e'<<48 | '>'<<56

	wordExcept   = 'e' | 'x'<<8 | 'c'<<16 | 'e'<<24 | 'p'<<32 | 't'<<40
	wordVersion  = 'v' | 'e'<<8 | 'r'<<16 | 's'<<24 | 'i'<<32 | 'o'<<40 | 'n'<<48
	wordAction   = 'a' | 'c'<<8 | 't'<<16 | 'i'<<24 | 'o'<<32 | 'n'<<40
	wordTarget   = 't' | 'a'<<8 | 'r'<<16 | 'g'<<24 | 'e'<<32 | 't'<<40
	wordTargets  = wordTarget | 's'<<48
	wordMethod   = 'm' | 'e'<<8 | 't'<<16 | 'h'<<24 | 'o'<<32 | 'd'<<40
	wordScroll   = 's' | 'c'<<8 | 'r'<<16 | 'o'<<24 | 'l'<<32 | 'l'<<40
	wordRequest  = 'r' | 'e'<<8 | 'q'<<16 | 'u'<<24 | 'e'<<32 | 's'<<40 | 't'<<48 | '-'<<56
	wordMaintain = 'm' | 'a'<<8 | 'i'<<16 | 'n'<<24 | 't'<<32 | 'a'<<40 | 'i'<<48 | 'n'<<56
	wordUScroll  = '_' | wordScroll<<8

	wordID       = 'i' | 'd'<<8
	wordIs       = 'i' | 's'<<8
	wordAutofocu = 'a' | 'u'<<8 | 't'<<16 | 'o'<<24 | 'f'<<32 | 'o'<<40 | 'c'<<48 | 'u'<<56
	wordDataTur  = 'd' | 'a'<<8 | 't'<<16 | 'a'<<24 | '-'<<32 | 't'<<40 | 'u'<<48 | 'r'<<56
	wordBoPerma  = 'b' | 'o'<<8 | '-'<<16 | 'p'<<24 | 'e'<<32 | 'r'<<40 | 'm'<<48 | 'a'<<56
	wordNent     = 'n' | 'e'<<8 | 'n'<<16 | 't'<<24
)

// word is up to eight bytes of s as load reads them.
func word(s string) (w uint64) {
	for i := 0; i < len(s) && i < 8; i++ {
		w |= uint64(s[i]) << (8 * i)
	}
	return w
}

// fold sets the bits that tell small letters from capitals.
func fold(w uint64) uint64 { return w | ones<<5 }

// mask covers the first n bytes of a word.
func mask(n int) uint64 { return 1<<(8*uint(n)) - 1 }

func space(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}
