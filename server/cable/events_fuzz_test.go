package cable_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/server/cable"
)

// What is sent is what an EventSource reads, with line ends as HTML has them.
func FuzzEventData(f *testing.F) {
	for _, s := range []string{"", " ", "a", "\n", "\r", "\r\n", "\n\r\n", "a\nb", " a\n: b\nid: 5\n\nevent: x", "\ufeff", "a\x00b", "\u2028\u0085", "data: x\n\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
		stream := append(cable.AppendData([]byte("event: x\n"), text), "id: 7\n\n"...)
		stream = append(stream, stream...)
		var got []event
		readEvents(bytes.NewReader(stream), func(e event) { got = append(got, e) })
		if len(got) != 2 || got[0] != (event{"x", want, "7"}) || got[1] != got[0] {
			t.Errorf("got %q, want %q twice", got, want)
		}
	})
}

// An id is read as it was written, whatever a client makes of it.
func FuzzEventID(f *testing.F) {
	for _, s := range []string{"", "-", "-,-", "KQ5Z:7,:12,-", ":1", "a:1,b:2,", "%2C:3,:4", "x:18446744073709551615", "x:18446744073709551616", "é:1,,", ",,,"} {
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, id string, n int) {
		signed := make([]string, 1+max(n, -n)%5&7)
		for i := range signed {
			signed[i] = strings.Repeat("x", i+1)
		}
		once := cable.MarksAfter(signed, id)
		if strings.ContainsAny(once, "\r\n\x00") {
			t.Errorf("%q cannot be sent", once)
		}
		if twice := cable.MarksAfter(signed, once); twice != once {
			t.Errorf("got %q of %q", twice, once)
		}
	})
}
