package streamname

import (
	"encoding/base64"
	"errors"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzVerify looks for signed names that verify although we did not sign them,
// and for names that do not survive signing.
func FuzzVerify(f *testing.F) {
	f.Add("InJvb21zIg==--")
	f.Add("--")
	f.Add("a<b>\u2028\"\\\x00")
	f.Add("\xff")
	v := Verifier{Keys: [][]byte{[]byte("0123456789abcdef")}}
	f.Fuzz(func(t *testing.T, s string) {
		if name, err := v.Verify(s, ""); err == nil {
			again, err := v.Sign(name, nil)
			if err != nil || again != s {
				t.Errorf("verified %q as %q, which signs as %q, %v", s, name, again, err)
			}
		}
		for _, o := range []*SignOptions{nil, {Purpose: "p", Expires: time.Now().Add(time.Hour)}} {
			signed, err := v.Sign(s, o)
			if err != nil {
				if s != "" && utf8.ValidString(s) {
					t.Errorf("sign %q: %v", s, err)
				}
				continue
			}
			purpose := ""
			if o != nil {
				purpose = o.Purpose
			}
			if name, err := v.Verify(signed, purpose); err != nil || name != s {
				t.Errorf("signed %q, verified %q, %v", s, name, err)
			}
		}
	})
}

// FuzzOpen feeds payloads that a holder of the key might have signed.
func FuzzOpen(f *testing.F) {
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Add([]byte(`"rooms"`))
	f.Add([]byte(`{"_rails":{"data":"rooms","exp":"2024-01-01T00:00:00.001Z","pur":"p"}}`))
	f.Add([]byte(`{"_rails":null}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if name, err := open(payload, now); err == nil && (name.Stream == "" || !utf8.ValidString(name.Stream)) {
			t.Errorf("opened %q as %+v", payload, name)
		}
	})
}

func TestEnvelopesOfEveryRailsOpen(t *testing.T) {
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	old := base64.StdEncoding.EncodeToString([]byte(`"rooms"`))
	for _, c := range []struct {
		name, payload string
		want          Name
		err           error
	}{
		{"data, without limits", `{"_rails":{"data":"rooms"}}`, Name{Stream: "rooms"}, nil},
		{"message, as Rails 7.0 and older wrote it", `{"_rails":{"message":"` + old + `","exp":null,"pur":"p"}}`, Name{Stream: "rooms", Purpose: "p"}, nil},
		{"expired this millisecond", `{"_rails":{"data":"rooms","exp":"2024-01-01T00:00:00.000Z"}}`, Name{}, ErrExpired},
		{"not yet expired", `{"_rails":{"data":"rooms","exp":"2024-01-01T00:00:00.001Z"}}`, Name{Stream: "rooms", Expires: now.Add(time.Millisecond)}, nil},
		{"an expiry that is no time is not taken for none", `{"_rails":{"data":"rooms","exp":"soon"}}`, Name{}, ErrSignature},
		{"no data", `{"_rails":{}}`, Name{}, ErrSignature},
		{"a number", `5`, Name{}, ErrSignature},
		{"null", `null`, Name{}, ErrSignature},
	} {
		got, err := open([]byte(c.payload), now)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: got %+v, %v, want %+v, %v", c.name, got, err, c.want, c.err)
		}
	}
}
